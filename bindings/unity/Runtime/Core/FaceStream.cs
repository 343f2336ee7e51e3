using System;
using Media2Face.Interop;

namespace Media2Face
{
    /// <summary>Options of a FaceStream. What is null is the library's or the pack's own.</summary>
    public sealed class FaceStreamOptions
    {
        public uint SampleRate = 16000;
        public uint Channels = 1;
        public Latency Latency = Latency.Careful;
        public Underrun Underrun = Underrun.Idle;
        /// <summary>Null: the number of the stream on its runtime.</summary>
        public ulong? Seed;
        public uint? HopFrames;
        public uint? RingMs;
        public uint? KeepMs;
        public float? NoiseScale;
        /// <summary>Null: the pack's first face.</summary>
        public FaceIdentity Identity;
        public FaceStyleCode Style;
        public float StyleStrength = 1;
    }

    /// <summary>
    /// A face that speaks live. Its clock counts frames of sound. One thread writes at a time, and one commands.
    /// </summary>
    public sealed unsafe class FaceStream : IDisposable
    {
        readonly StreamHandle handle;

        public FaceModel Model { get; private set; }
        public int SampleRate { get; private set; }
        public int Channels { get; private set; }
        /// <summary>Whether the clock stands still where no sound is written.</summary>
        public bool Holds { get; private set; }

        /// <summary>Takes all the memory that it will ever need.</summary>
        public FaceStream(FaceModel model, FaceStreamOptions options)
        {
            StreamOptions native;
            NativeLibrary.Check(Native.m2f_stream_options_init(&native, (UIntPtr)sizeof(StreamOptions)), "options of a stream");
            native.sample_rate_hz = options.SampleRate;
            native.channel_count = options.Channels;
            native.latency = (uint)options.Latency;
            native.underrun = (uint)options.Underrun;
            native.seed = options.Seed ?? native.seed;
            native.hop_frames = options.HopFrames ?? native.hop_frames;
            native.ring_ms = options.RingMs ?? native.ring_ms;
            native.keep_ms = options.KeepMs ?? native.keep_ms;
            native.noise_scale = options.NoiseScale ?? native.noise_scale;
            native.style_strength = options.StyleStrength;
            using (var pins = new Pins())
            {
                native.identity = pins.Handle(options.Identity == null ? null : options.Identity.Handle);
                native.style = pins.Handle(options.Style == null ? null : options.Style.Handle);
                NativeLibrary.Check(Native.m2f_stream_create(model.Handle, &native, out handle), "a stream");
            }
            Model = model;
            SampleRate = (int)options.SampleRate;
            Channels = (int)options.Channels;
            Holds = options.Underrun == Underrun.Hold;
        }

        /// <summary>
        /// For audio threads: writes interleaved sound without a lock or memory, and says how many frames were taken. The rest is
        /// dropped and counted.
        /// </summary>
        public int Write(float[] samples, int frames)
        {
            if ((long)frames * Channels > samples.Length || frames < 0)
                throw new ArgumentException(frames + " frames are not in " + samples.Length + " samples");
            fixed (float* from = samples)
            {
                UIntPtr taken;
                NativeLibrary.Check(Native.m2f_stream_write_f32(handle, from, (UIntPtr)frames, null, &taken), "sound");
                return (int)taken;
            }
        }

        /// <summary>The same of 16-bit samples, from a frame of the array on; and the number of the first on the clock.</summary>
        public int Write(short[] samples, int from, int frames, out ulong firstSample)
        {
            if (frames < 0 || from < 0 || ((long)from + frames) * Channels > samples.Length)
                throw new ArgumentException(frames + " frames from " + from + " on are not in " + samples.Length + " samples");
            fixed (short* start = samples)
            fixed (ulong* first = &firstSample)
            {
                UIntPtr taken;
                NativeLibrary.Check(Native.m2f_stream_write_i16(handle, start + (long)from * Channels, (UIntPtr)frames, first, &taken), "sound");
                return (int)taken;
            }
        }

        /// <summary>For audio threads as well. Reads where the stream is.</summary>
        public void Read(out StreamStatus status)
        {
            StreamStatus read;
            NativeLibrary.Check(Native.m2f_stream_state(handle, &read, (UIntPtr)sizeof(StreamStatus)), "the state of a stream");
            status = read;
        }

        /// <summary>
        /// The face at a sample of the clock, whenever that is heard. False if it is not ready: then it is the last one that is.
        /// Either array may be null; head has 7 floats.
        /// </summary>
        public bool Sample(ulong sample, float[] weights, float[] head)
        {
            Heads.Check(head);
            fixed (float* to = weights, pose = head)
            {
                UIntPtr room = (UIntPtr)(weights == null ? 0 : weights.Length);
                Status status = Native.m2f_stream_sample(handle, sample, to, room, pose, null, UIntPtr.Zero);
                if (status != Status.NotReady) NativeLibrary.Check(status, "a face");
                return status == Status.Ok;
            }
        }

        /// <summary>An utterance has ended: what was written is animated without waiting for more sound.</summary>
        public void Flush() { NativeLibrary.Check(Native.m2f_stream_flush(handle), "a flush"); }

        /// <summary>Drops sound and motion from a sample on; the mouth comes to rest within the fade, seconds.</summary>
        public void Interrupt(ulong sample, float fade = Native.FADE_S)
        {
            NativeLibrary.Check(Native.m2f_stream_interrupt(handle, sample, fade), "an interruption");
        }

        /// <summary>Makes the stream as new, from sample 0 on.</summary>
        public void Reset(ulong? seed = null, bool keepVoice = true)
        {
            NativeLibrary.Check(Native.m2f_stream_reset(handle, seed ?? Native.SEED_AUTO, keepVoice ? 1u : 0u), "a reset");
        }

        /// <summary>From the next window on; null for none.</summary>
        public void SetStyle(FaceStyleCode style, float strength = 1)
        {
            NativeLibrary.Check(Native.m2f_stream_set_style(handle, style == null ? FaceStyleCode.None : style.Handle, strength), "a style");
        }

        /// <summary>Whether the face listens to somebody else.</summary>
        public void SetListening(bool on) { NativeLibrary.Check(Native.m2f_stream_set_listening(handle, on ? 1u : 0u), "listening"); }

        /// <summary>Ends the input, and takes what the stream keeps as an animation.</summary>
        public FaceAnimation TakeResult()
        {
            ResultHandle result;
            NativeLibrary.Check(Native.m2f_stream_take_result(handle, out result), "the animation of a stream");
            return new FaceAnimation(result, Model);
        }

        /// <summary>Not while an audio thread writes, and not on it.</summary>
        public void Dispose() { handle.Dispose(); }
    }
}
