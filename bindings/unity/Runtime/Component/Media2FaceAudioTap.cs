using System;
using UnityEngine;

namespace Media2Face
{
    /// <summary>
    /// For voices that are not on the speaker's own object: put it beside that AudioSource. What the source plays goes through the
    /// speaker, and the speaker's own object is not listened to.
    /// </summary>
    [AddComponentMenu("Media2Face/Audio Tap")]
    [RequireComponent(typeof(AudioSource))]
    public sealed class Media2FaceAudioTap : MonoBehaviour
    {
        public Media2FaceSpeaker speaker;
        volatile Media2FaceSpeaker tapped;

        void OnEnable()
        {
            if (speaker == null) throw new InvalidOperationException(name + ": the tap has no speaker");
            speaker.IsTapped = true;
            tapped = speaker;
        }

        void OnDisable()
        {
            // Not by Unity's own comparison: what was destroyed can still be told.
            if (!ReferenceEquals(tapped, null)) tapped.IsTapped = false;
            tapped = null;
        }

        void OnAudioFilterRead(float[] data, int channels)
        {
            Media2FaceSpeaker to = tapped;
            if (!ReferenceEquals(to, null)) to.Filter(data, channels);
        }
    }
}
