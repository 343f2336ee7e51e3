using System;
using System.Collections.Generic;
using Media2Face.Interop;
using UnityEngine;

namespace Media2Face
{
    /// <summary>
    /// A character that speaks. It plays a clip that it animates before (Say), or moves live with the AudioSource beside it
    /// (Follow), a microphone (Listen) or pushed speech (BeginSpeech, Push). Interrupt ends any of them.
    /// </summary>
    [AddComponentMenu("Media2Face/Speaker")]
    [DisallowMultipleComponent]
    public sealed class Media2FaceSpeaker : MonoBehaviour
    {
        enum Course { Rest, Clip, Follow, Speech, Microphone }

        [Tooltip("A model pack: an .m2f file")] public Media2FaceModel model;
        [Tooltip("Names of the blendshapes; none for ARKit's")] public FaceMapping mapping;
        [Tooltip("Meshes with blendshapes; none for all below this object")] public SkinnedMeshRenderer[] renderers = new SkinnedMeshRenderer[0];
        public Transform head, leftEye, rightEye;
        [Tooltip("Where the voice comes from; none for the one on this object")] public AudioSource voice;
        [Header("How it speaks")]
        [Tooltip("Words or one emoji; empty for the pack's own way")] public string style = "";
        [Range(0, 2)] public float styleStrength = 1;
        [Range(0, 2)] public float gain = 1;
        [Range(0, 2)] public float headGain = 1;
        [Tooltip("The same seed moves the same way; -1 for one that follows from the sound")] public long seed = -1;
        [Header("Live")]
        public Latency latency = Latency.Careful;
        [Tooltip("The sound waits until the face is ready. Off, the face is late")] public bool delaysSound = true;
        [Tooltip("Seconds of pushed speech that can wait")] public float queueSeconds = 30;
        [Tooltip("On a runtime without threads: milliseconds of each frame")] public uint stepMs = 4;

        /// <summary>Styles and keyframes of clips, besides the style above.</summary>
        public readonly List<FaceStyle> Styles = new List<FaceStyle>();
        public readonly List<FaceKeyframe> Keyframes = new List<FaceKeyframe>();

        /// <summary>A clip is animated and begins to sound.</summary>
        public event Action<FaceAnimation> Began;
        /// <summary>A clip has ended, or was stopped.</summary>
        public event Action Ended;
        /// <summary>It stopped because something is gone or broken: a microphone, the library. The console has the text, too.</summary>
        public event Action<Exception> Failed;
        /// <summary>A face was shown; Puppet.Values has the channels.</summary>
        public event Action<Media2FaceSpeaker> Shown;

        Media2FaceModel bound;
        FaceModel loaded;
        FacePuppet puppet;
        float[] weights, pose;
        FaceRest rest;
        Course course;
        FaceSession session;
        AudioClip pendingClip;
        FaceAnimation animation, owned;
        int place; // of the clip that plays, samples
        FaceStyleCode styleCode;
        string streamStyle;
        float streamStrength;
        volatile FaceVoice live;
        volatile bool filters, speaks, tapped;
        volatile int heardChannels;
        FaceMicrophone microphone;
        SpeechResampler resampler;
        int resamplerHz;

        /// <summary>The weights that are shown, in the order of the model's names. Do not change them.</summary>
        public float[] Weights { get { return weights; } }
        /// <summary>The head pose that is shown, in the library's axes.</summary>
        public float[] Pose { get { return pose; } }
        public FacePuppet Puppet { get { return puppet; } }
        public FaceAnimation Animation { get { return animation; } }
        /// <summary>The live voice, or null.</summary>
        public FaceVoice Voice { get { return live; } }
        /// <summary>A clip is being animated.</summary>
        public bool IsPreparing { get { return session != null; } }
        public bool IsLive { get { return live != null; } }

        void OnEnable() { AudioSettings.OnAudioConfigurationChanged += OnAudioChanged; }

        void OnDisable()
        {
            AudioSettings.OnAudioConfigurationChanged -= OnAudioChanged;
            Stop();
        }

        void OnDestroy()
        {
            Stop();
            if (styleCode != null) styleCode.Dispose();
            styleCode = null;
        }

        /// <summary>Loads the model and looks for blendshapes, if that was not done. Call it again after you changed the character.</summary>
        public void Bind()
        {
            if (model == null) throw new InvalidOperationException(name + ": the speaker has no model");
            if (voice == null) voice = GetComponent<AudioSource>();
            loaded = model.Load();
            bound = model;
            SkinnedMeshRenderer[] meshes = renderers != null && renderers.Length > 0 ? renderers
                : GetComponentsInChildren<SkinnedMeshRenderer>();
            puppet = new FacePuppet(loaded.WeightNames, loaded.EyeRange, mapping, meshes, transform, head, leftEye, rightEye);
            weights = new float[loaded.WeightNames.Length];
            pose = new float[Native.HEAD_FLOATS];
            pose[3] = 1;
            rest = new FaceRest(weights.Length);
        }

        void Ready()
        {
            if (puppet == null || bound != model || loaded.IsDisposed) Bind();
        }

        // Clips.

        /// <summary>Animates a clip and plays it when it is animated.</summary>
        public void Say(AudioClip clip)
        {
            Stop();
            Ready();
            session = Animate(clip);
            pendingClip = clip;
            course = Course.Clip;
        }

        /// <summary>Plays a clip that was animated before. The animation stays yours.</summary>
        public void Play(FaceAnimation animated, AudioClip clip)
        {
            if (animated == null) throw new ArgumentNullException("animated");
            Stop();
            Ready();
            Begin(animated, clip);
        }

        /// <summary>A job that animates a clip with the speaker's style; end it yourself.</summary>
        public FaceSession Animate(AudioClip clip)
        {
            if (clip == null) throw new ArgumentNullException("clip");
            Ready();
            var samples = new float[clip.samples * clip.channels];
            if (!clip.GetData(samples, 0))
                throw new InvalidOperationException(clip.name + " cannot be read: set its Load Type to Decompress On Load");
            var options = new FaceSessionOptions
            {
                SampleRate = (uint)clip.frequency,
                Channels = (uint)clip.channels,
                Seed = seed < 0 ? (ulong?)null : (ulong)seed,
                Styles = AllStyles(),
                Keyframes = Keyframes,
            };
            var job = new FaceSession(loaded, options);
            try
            {
                job.Push(samples);
                job.Finish();
            }
            catch
            {
                job.Dispose();
                throw;
            }
            return job;
        }

        IEnumerable<FaceStyle> AllStyles()
        {
            var all = new List<FaceStyle>(Styles);
            if (!string.IsNullOrEmpty(style)) all.Insert(0, new FaceStyle(style, styleStrength));
            return all;
        }

        void Begin(FaceAnimation animated, AudioClip clip)
        {
            course = Course.Clip;
            if (voice == null) throw new InvalidOperationException(name + ": the speaker has no AudioSource to play a clip on");
            animation = animated;
            place = 0;
            rest.End();
            voice.clip = clip;
            voice.Play();
            if (Began != null) Began(animated);
        }

        // Live.

        /// <summary>The face follows what the AudioSource on this object plays, or one with a Media2FaceAudioTap.</summary>
        public void Follow() { BeginLive(Course.Follow); }

        /// <summary>The face speaks what is pushed; the AudioSource on this object makes it heard.</summary>
        public void BeginSpeech() { BeginLive(Course.Speech); }

        /// <summary>Queues speech of one channel at its own rate; returns the share that found room, 0 to 1.</summary>
        public float Push(float[] samples, int count, int sampleRate)
        {
            FaceVoice to = live;
            if (to == null || course != Course.Speech) throw new InvalidOperationException(name + ": call BeginSpeech before Push");
            if (count < 0 || count > samples.Length) throw new ArgumentException(count + " samples are not in " + samples.Length);
            if (resampler == null || resamplerHz != sampleRate)
            {
                resampler = new SpeechResampler(sampleRate, to.Stream.SampleRate, to.Stream.Channels);
                resamplerHz = sampleRate;
            }
            int frames = resampler.Convert(samples, count);
            return frames == 0 ? 1 : to.Push(resampler.Output, 0, frames) / (float)frames;
        }

        /// <summary>The face follows a microphone, which is not played. Null for the first one.</summary>
        public void Listen(string device = null)
        {
            Stop();
            Ready();
            var opened = new FaceMicrophone(device);
            course = Course.Microphone;
            filters = false;
            microphone = opened;
            live = MakeVoice(opened.Rate, opened.Channels, 0);
        }

        void BeginLive(Course next)
        {
            Stop();
            Ready();
            int length, count;
            AudioSettings.GetDSPBufferSize(out length, out count);
            course = next;
            resampler = null;
            filters = true;
            speaks = next == Course.Speech;
            int channels = heardChannels > 0 ? heardChannels : ChannelCount(AudioSettings.speakerMode);
            live = MakeVoice(AudioSettings.outputSampleRate, channels, length * count);
        }

        FaceVoice MakeVoice(int rate, int channels, int outputFrames)
        {
            var options = new FaceStreamOptions
            {
                SampleRate = (uint)rate,
                Channels = (uint)channels,
                Latency = latency,
                // The audio thread writes silence, too; and while the game is paused the face holds.
                Underrun = Underrun.Hold,
                Seed = seed < 0 ? (ulong?)null : (ulong)seed,
            };
            var stream = new FaceStream(loaded, options);
            try
            {
                streamStyle = null;
                SetStreamStyle(stream);
                return new FaceVoice(stream, course == Course.Speech ? queueSeconds : 0, outputFrames, delaysSound);
            }
            catch
            {
                stream.Dispose();
                throw;
            }
        }

        /// <summary>A style takes milliseconds to encode, so only when it changes.</summary>
        void SetStreamStyle(FaceStream stream)
        {
            string wanted = style ?? "";
            bool same = wanted == streamStyle;
            if (same && styleStrength == streamStrength) return;
            streamStrength = styleStrength;
            if (!same)
            {
                streamStyle = wanted;
                if (styleCode != null) styleCode.Dispose(); // the stream keeps what it has
                styleCode = wanted.Length == 0 ? null : new FaceStyleCode(loaded, new FaceStyle(wanted));
            }
            stream.SetStyle(styleCode, styleStrength);
        }

        static int ChannelCount(AudioSpeakerMode mode)
        {
            switch (mode)
            {
                case AudioSpeakerMode.Mono: return 1;
                case AudioSpeakerMode.Quad: return 4;
                case AudioSpeakerMode.Surround: return 5;
                case AudioSpeakerMode.Mode5point1: return 6;
                case AudioSpeakerMode.Mode7point1: return 8;
                default: return 2;
            }
        }

        /// <summary>The sound comes from a Media2FaceAudioTap.</summary>
        internal bool IsTapped { get { return tapped; } set { tapped = value; } }

        void OnAudioFilterRead(float[] data, int channels)
        {
            if (!tapped) Filter(data, channels);
        }

        /// <summary>On the audio thread. It touches no Unity object, takes no lock and makes no garbage.</summary>
        internal void Filter(float[] data, int channels)
        {
            heardChannels = channels;
            FaceVoice to = live;
            if (to != null && filters) to.Process(data, channels, speaks);
        }

        void OnAudioChanged(bool deviceWasChanged)
        {
            heardChannels = 0;
            try
            {
                // A new output device stops all sources.
                if (animation != null && voice != null && !voice.isPlaying)
                {
                    voice.Play();
                    voice.timeSamples = place;
                }
                Restart();
            }
            catch (Exception failed) when (IsOurs(failed))
            {
                Fail(failed);
            }
        }

        /// <summary>What the library, a microphone or a handle that was closed says. It must not end other listeners of an event.</summary>
        static bool IsOurs(Exception failed) { return failed is Media2FaceException || failed is InvalidOperationException; }

        void Fail(Exception failed)
        {
            Debug.LogException(failed, this);
            Stop();
            if (Failed != null) Failed(failed);
        }

        /// <summary>The same course at another rate, or with other channels.</summary>
        void Restart()
        {
            if (live == null) return;
            Course before = course;
            if (before == Course.Microphone) Listen(microphone.Device);
            else BeginLive(before);
        }

        // Ends.

        /// <summary>Barge-in: the voice ends now, and the face comes to rest. Live, the next sound is spoken as usual.</summary>
        public void Interrupt()
        {
            FaceVoice to = live;
            if (to != null) to.Interrupt();
            else Stop();
        }

        /// <summary>Says whether the character listens to somebody else; live alone.</summary>
        public void SetListening(bool on)
        {
            if (live != null) live.Stream.SetListening(on);
        }

        /// <summary>Ends whatever goes on; the face comes to rest.</summary>
        public void Stop()
        {
            bool wasClip = animation != null;
            if (rest != null && (wasClip || live != null)) rest.Begin(weights, pose);
            FaceVoice ended = live;
            live = null;
            if (ended != null) ended.Dispose();
            if (course == Course.Clip && voice != null) voice.Stop();
            if (microphone != null) microphone.End();
            microphone = null;
            if (session != null)
            {
                session.Cancel();
                session.Dispose();
            }
            session = null;
            pendingClip = null;
            animation = null;
            if (owned != null) owned.Dispose();
            owned = null;
            course = Course.Rest;
            if (wasClip && Ended != null) Ended();
        }

        // Each frame, after animators.

        void LateUpdate()
        {
            if (puppet == null) return;
            try
            {
                if (!loaded.Runtime.IsDisposed) Work(loaded.Runtime);
                if (session != null) Await();
                if (Sample())
                {
                    puppet.Apply(weights, pose, gain, headGain);
                    if (Shown != null) Shown(this);
                }
            }
            catch (Exception failed) when (IsOurs(failed))
            {
                Fail(failed);
            }
        }

        void Await()
        {
            if (!session.Wait(0)) return;
            FaceSession done = session;
            session = null;
            owned = done.Pull();
            done.Dispose();
            AudioClip clip = pendingClip;
            pendingClip = null;
            Begin(owned, clip);
        }

        bool Sample()
        {
            if (animation != null)
            {
                // A source that is paused does not play, but keeps its place.
                if (voice == null || voice.clip == null || !voice.isPlaying && voice.timeSamples == 0) Stop();
                else
                {
                    place = voice.timeSamples;
                    animation.Sample((double)place / voice.clip.frequency, weights, pose);
                    return true;
                }
            }
            FaceVoice from = live;
            if (from == null) return rest.Step(Time.deltaTime, weights, pose);
            rest.End();
            if (course == Course.Microphone) microphone.Hear(from);
            else if (heardChannels > 0 && heardChannels != from.Stream.Channels)
            {
                Restart();
                return false;
            }
            from.Check();
            SetStreamStyle(from.Stream);
            from.Stream.Sample(from.Heard, weights, pose);
            return true;
        }

        void Work(FaceRuntime runtime)
        {
            if (runtime.NeedsSteps) runtime.Step(stepMs);
            LogLevel level;
            string text;
            while (runtime.NextLog(out level, out text))
            {
                if (level == LogLevel.Error) Debug.LogError("media2face: " + text);
                else if (level == LogLevel.Warning) Debug.LogWarning("media2face: " + text);
                else Debug.Log("media2face: " + text);
            }
        }
    }
}
