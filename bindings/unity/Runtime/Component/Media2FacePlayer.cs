using System;
using UnityEngine;

namespace Media2Face
{
    /// <summary>
    /// Plays faces that were baked before (FaceCurves): no model, no library and no waiting. Timeline drives it, too.
    /// </summary>
    [AddComponentMenu("Media2Face/Player")]
    [DisallowMultipleComponent]
    public sealed class Media2FacePlayer : MonoBehaviour
    {
        [Tooltip("Names of the blendshapes; none for ARKit's")] public FaceMapping mapping;
        [Tooltip("Meshes with blendshapes; none for all below this object")] public SkinnedMeshRenderer[] renderers = new SkinnedMeshRenderer[0];
        public Transform head, leftEye, rightEye;
        [Tooltip("Where the voice comes from; none for the one on this object")] public AudioSource voice;
        [Range(0, 2)] public float gain = 1;
        [Range(0, 2)] public float headGain = 1;
        [Tooltip("How far a look weight of 1 turns an eye: in, out, up, down, degrees; the starter's by default. Curves with angles do not need it")]
        public float[] eyeRange = { 24, 24, 12, 20 };

        /// <summary>The curves have ended, or were stopped.</summary>
        public event Action Ended;
        /// <summary>A face was shown; Puppet.Values has the channels.</summary>
        public event Action<Media2FacePlayer> Shown;

        FacePuppet puppet;
        FaceRest rest;
        FaceCurves curves;
        bool sounds, began;
        double time;
        int place; // of the sound, samples
        float[] weights, pose, eyes;

        /// <summary>The weights that are shown, in the order of FaceRig.Arkit.Channels. Do not change them.</summary>
        public float[] Weights { get { return weights; } }
        /// <summary>The head pose that is shown, in the library's axes.</summary>
        public float[] Pose { get { return pose; } }
        public FacePuppet Puppet { get { return puppet; } }
        /// <summary>What plays, or null.</summary>
        public FaceCurves Curves { get { return curves; } }

        void OnEnable() { AudioSettings.OnAudioConfigurationChanged += OnAudioChanged; }

        void OnDisable()
        {
            AudioSettings.OnAudioConfigurationChanged -= OnAudioChanged;
            Stop();
        }

        /// <summary>A new output device stops all sources.</summary>
        void OnAudioChanged(bool deviceWasChanged)
        {
            if (curves == null || !sounds || voice == null || voice.isPlaying) return;
            voice.Play();
            voice.timeSamples = place;
        }

        /// <summary>Looks for blendshapes, if that was not done. Call it again after you changed the character.</summary>
        public void Bind()
        {
            if (eyeRange == null || eyeRange.Length != 4)
                throw new InvalidOperationException(name + ": eyeRange has four angles: in, out, up, down");
            if (voice == null) voice = GetComponent<AudioSource>();
            SkinnedMeshRenderer[] meshes = renderers != null && renderers.Length > 0 ? renderers
                : GetComponentsInChildren<SkinnedMeshRenderer>();
            string[] names = FaceRig.Arkit.Channels;
            float[] range = Array.ConvertAll(eyeRange, angle => angle * Mathf.Deg2Rad);
            puppet = new FacePuppet(names, range, mapping, meshes, transform, head, leftEye, rightEye);
            rest = new FaceRest(names.Length);
            weights = new float[names.Length];
            pose = new float[7];
            pose[3] = 1;
            eyes = new float[4];
        }

        /// <summary>Plays a line by the clock of its sound, or by the game's if there is no sound.</summary>
        public void Play(FaceCurves line, AudioClip sound = null)
        {
            if (line == null) throw new ArgumentNullException("line");
            line.Load();
            Stop();
            if (puppet == null) Bind();
            if (sound != null && voice == null) throw new InvalidOperationException(name + ": the player has no AudioSource to play a clip on");
            curves = line;
            time = 0;
            place = 0;
            began = false;
            sounds = sound != null;
            rest.End();
            if (!sounds) return;
            voice.clip = sound;
            voice.Play();
        }

        /// <summary>Ends what plays; the face comes to rest.</summary>
        public void Stop()
        {
            if (curves == null) return;
            curves = null;
            if (sounds && voice != null) voice.Stop();
            rest.Begin(weights, pose);
            if (Ended != null) Ended();
        }

        /// <summary>Shows a face now: ARKit's 52 weights, a head in the library's axes. Whatever plays goes on with the next frame.</summary>
        public void Show(float[] face, float[] headPose)
        {
            if (puppet == null) Bind();
            Array.Copy(face, weights, weights.Length);
            Array.Copy(headPose, pose, pose.Length);
            rest.End();
            Apply(null);
        }

        // After animators.
        void LateUpdate()
        {
            if (puppet == null) return;
            if (curves == null)
            {
                if (rest.Step(Time.deltaTime, weights, pose)) Apply(null);
                return;
            }
            if (HasEnded())
            {
                Stop();
                return;
            }
            curves.Sample(time, weights, pose);
            Apply(curves.Load().SampleEyes(time, eyes) ? eyes : null);
        }

        /// <summary>Goes on to the time of this frame.</summary>
        bool HasEnded()
        {
            if (sounds)
            {
                // Somebody destroyed or emptied the source. One that is paused does not play, but keeps its place.
                if (voice == null || voice.clip == null || !voice.isPlaying && voice.timeSamples == 0) return true;
                place = voice.timeSamples;
                time = (double)place / voice.clip.frequency;
                return false;
            }
            if (began) time += Time.deltaTime;
            began = true;
            return time >= curves.Duration;
        }

        void Apply(float[] angles)
        {
            puppet.Apply(weights, pose, gain, headGain, angles);
            if (Shown != null) Shown(this);
        }
    }
}
