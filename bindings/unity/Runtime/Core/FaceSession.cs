using System;
using System.Collections.Generic;
using Media2Face.Interop;

namespace Media2Face
{
    /// <summary>Options of a FaceSession. What is null is the library's or the pack's own.</summary>
    public sealed class FaceSessionOptions
    {
        public uint SampleRate = 16000;
        public uint Channels = 1;
        /// <summary>Null: it follows from the sound.</summary>
        public ulong? Seed;
        public uint? StepCount;
        public float? GuidanceAudio;
        public float? GuidanceStyle;
        public float? NoiseScale;
        /// <summary>Silence after the end in which the face comes to rest, seconds.</summary>
        public float TailSeconds;
        /// <summary>Null: the pack's first face.</summary>
        public FaceIdentity Identity;
        public IEnumerable<FaceStyle> Styles;
        public IEnumerable<FaceKeyframe> Keyframes;
    }

    /// <summary>What has a strength that changes over time.</summary>
    public enum Guidance : uint
    {
        Audio = Native.GUIDANCE_AUDIO,
        Style = Native.GUIDANCE_STYLE,
    }

    /// <summary>One clip: its sound, and the job that animates it.</summary>
    public sealed unsafe class FaceSession : IDisposable
    {
        readonly SessionHandle handle;
        readonly uint channels;
        readonly FaceModel model;

        public FaceSession(FaceModel model, FaceSessionOptions options)
        {
            this.model = model;
            channels = options.Channels;
            SessionOptions native;
            NativeLibrary.Check(Native.m2f_session_options_init(&native, (UIntPtr)sizeof(SessionOptions)), "options of a session");
            native.sample_rate_hz = options.SampleRate;
            native.channel_count = options.Channels;
            native.seed = options.Seed ?? native.seed;
            native.step_count = options.StepCount ?? native.step_count;
            native.guidance_audio = options.GuidanceAudio ?? native.guidance_audio;
            native.guidance_style = options.GuidanceStyle ?? native.guidance_style;
            native.noise_scale = options.NoiseScale ?? native.noise_scale;
            native.tail_s = options.TailSeconds;
            using (var pins = new Pins())
            {
                native.identity = pins.Handle(options.Identity == null ? null : options.Identity.Handle);
                NativeLibrary.Check(Native.m2f_session_create(model.Handle, &native, out handle), "a session");
            }
            try
            {
                foreach (FaceStyle style in options.Styles ?? new FaceStyle[0]) Add(style);
                foreach (FaceKeyframe keyframe in options.Keyframes ?? new FaceKeyframe[0]) Add(keyframe);
            }
            catch
            {
                handle.Dispose();
                throw;
            }
        }

        /// <summary>Returns its number, for SetStyleStrength.</summary>
        public uint Add(FaceStyle style)
        {
            using (var pins = new Pins())
            {
                StyleOptions native = style.Native(pins);
                uint number;
                NativeLibrary.Check(Native.m2f_session_add_style(handle, &native, &number), "a style");
                return number;
            }
        }

        /// <summary>Changes the strength of a style that was added, until the work on the motion begins.</summary>
        public void SetStyleStrength(uint number, float strength)
        {
            NativeLibrary.Check(Native.m2f_session_set_style_strength(handle, number, strength), "the strength of a style");
        }

        /// <summary>A strength of guidance over time: values at times in seconds, straight between them.</summary>
        public void SetGuidance(Guidance of, double[] times, float[] values)
        {
            if (times.Length != values.Length) throw new ArgumentException(times.Length + " times, but " + values.Length + " values");
            fixed (double* at = times)
            fixed (float* from = values)
                NativeLibrary.Check(Native.m2f_session_set_guidance_curve(handle, (uint)of, at, from, (UIntPtr)times.Length), "guidance");
        }

        public void Add(FaceKeyframe keyframe)
        {
            using (var pins = new Pins())
            {
                KeyframeOptions native = keyframe.Native(pins);
                NativeLibrary.Check(Native.m2f_session_add_keyframe(handle, &native, null), "a keyframe");
            }
        }

        /// <summary>Pushes interleaved floats, all of the array.</summary>
        public void Push(float[] samples)
        {
            fixed (float* from = samples)
                NativeLibrary.Check(Native.m2f_session_push_f32(handle, from, Frames(samples.Length)), "sound");
        }

        /// <summary>Pushes interleaved 16-bit samples, all of the array.</summary>
        public void Push(short[] samples)
        {
            fixed (short* from = samples)
                NativeLibrary.Check(Native.m2f_session_push_i16(handle, from, Frames(samples.Length)), "sound");
        }

        UIntPtr Frames(int samples)
        {
            if (samples % channels != 0)
                throw new ArgumentException(samples + " samples are no whole number of frames of " + channels + " channels");
            return (UIntPtr)(samples / channels);
        }

        /// <summary>The sound has ended, and the work begins.</summary>
        public void Finish() { NativeLibrary.Check(Native.m2f_session_finish(handle), "the end of a clip"); }

        /// <summary>The sound of all of them has ended: one job whose windows share batches. Their model is the same.</summary>
        public static void FinishTogether(params FaceSession[] sessions)
        {
            using (var pins = new Pins())
            {
                IntPtr[] pointers = Array.ConvertAll(sessions, session => pins.Handle(session.handle));
                fixed (IntPtr* all = pointers)
                    NativeLibrary.Check(Native.m2f_session_finish_together(all, (UIntPtr)pointers.Length), "the end of clips");
            }
        }

        /// <summary>True if the job is done; it waits at most so long. 0 polls.</summary>
        /// <exception cref="Media2FaceException">The job failed, or was cancelled.</exception>
        public bool Wait(uint timeoutMs)
        {
            Status status = Native.m2f_session_wait(handle, timeoutMs);
            if (status != Status.NotReady) NativeLibrary.Check(status, "a clip");
            return status == Status.Ok;
        }

        /// <summary>Share of the work that is done, 0 to 1.</summary>
        public float Progress
        {
            get
            {
                Progress progress;
                NativeLibrary.Check(Native.m2f_session_progress(handle, &progress), "the progress of a clip");
                return progress.fraction;
            }
        }

        public void Cancel() { NativeLibrary.Check(Native.m2f_session_cancel(handle), "a cancel"); }

        /// <summary>The animation of a job that is done.</summary>
        public FaceAnimation Pull()
        {
            ResultHandle result;
            NativeLibrary.Check(Native.m2f_session_pull(handle, out result), "a clip");
            return new FaceAnimation(result, model);
        }

        public void Dispose() { handle.Dispose(); }
    }
}
