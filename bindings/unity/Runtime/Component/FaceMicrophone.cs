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
            clip = Microphone.Start(device, true, 1, AudioSettings.outputSampleRate);
            if (clip == null) throw new InvalidOperationException("the microphone " + device + " cannot be opened");
            block = new float[clip.frequency / 100 * clip.channels];
        }

        /// <summary>Whole blocks of 10 ms of what was recorded since the last call.</summary>
        internal void Hear(FaceVoice to)
        {
            int frames = block.Length / clip.channels, length = clip.samples;
            int there = (Microphone.GetPosition(Device) - at + length) % length;
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
