using System;
using UnityEngine;

namespace Media2Face
{
#if UNITY_WEBGL && !UNITY_EDITOR
    sealed class FaceMicrophone
    {
        internal readonly string Device;
        internal int Rate { get { return 0; } }
        internal int Channels { get { return 0; } }
        internal FaceMicrophone(string device)
        {
            Device = device;
            throw new NotSupportedException("Unity has no microphones on WebGL");
        }
        internal void Hear(FaceVoice to) { }
        internal void End() { }
    }
#else
    /// <summary>A recording that goes round in a clip of a second, read on the main thread.</summary>
    sealed class FaceMicrophone
    {
        internal readonly string Device;
        readonly AudioClip clip;
        readonly float[] block;
        int at;

        internal int Rate { get { return clip.frequency; } }
        internal int Channels { get { return clip.channels; } }

        internal FaceMicrophone(string device)
        {
            Device = device;
            int least, most, rate = AudioSettings.outputSampleRate;
            Microphone.GetDeviceCaps(device, out least, out most);
            // Both are 0 where any rate will do.
            if (most > 0) rate = Mathf.Clamp(rate, least, most);
            clip = Microphone.Start(device, true, 1, rate);
            if (clip == null)
                throw new InvalidOperationException((device == null ? "the first microphone" : "the microphone " + device) + " cannot be opened: there " +
                    (Microphone.devices.Length == 0 ? "is none" : "are " + string.Join(", ", Microphone.devices)));
            block = new float[clip.frequency / 100 * clip.channels];
        }

        /// <summary>Whole blocks of 10 ms of what was recorded since the last call.</summary>
        /// <exception cref="InvalidOperationException">It was unplugged, or somebody else ended the recording.</exception>
        internal void Hear(FaceVoice to)
        {
            if (!Microphone.IsRecording(Device))
                throw new InvalidOperationException((Device == null ? "the first microphone" : "the microphone " + Device) + " records no more: is it unplugged?");
            int frames = block.Length / clip.channels, length = clip.samples, position = Microphone.GetPosition(Device);
            if (position < 0 || position > length) return;
            int there = (position - at + length) % length;
            for (; there >= frames; there -= frames)
            {
                clip.GetData(block, at);
                to.Write(block, frames);
                at = (at + frames) % length;
            }
        }

        internal void End() { Microphone.End(Device); }
    }
#endif
}
