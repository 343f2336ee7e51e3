using System;

namespace Media2Face
{
    /// <summary>
    /// From the rate of synthesized speech to that of the mixer, and from one channel to all of them: Catmull-Rom through four
    /// samples. Chunks follow each other without a seam. It is for rates that rise, as those of speech do.
    /// </summary>
    public sealed class SpeechResampler
    {
        readonly double step;
        readonly int channels;
        readonly float[] last = new float[4];
        double phase;               // of the next sample, between last[1] and last[2]
        float[] output = new float[0];

        public SpeechResampler(int fromHz, int toHz, int channels)
        {
            if (fromHz <= 0 || toHz <= 0 || channels <= 0)
                throw new ArgumentException(fromHz + " Hz to " + toHz + " Hz on " + channels + " channels");
            step = (double)fromHz / toHz;
            this.channels = channels;
        }

        /// <summary>Interleaved samples of the last call, which the next one overwrites. It grows with the largest chunk.</summary>
        public float[] Output { get { return output; } }

        /// <summary>Takes a chunk of one channel; returns the frames in Output.</summary>
        public int Convert(float[] samples, int count)
        {
            int most = (int)Math.Ceiling(count / step) + 2;
            if (output.Length < most * channels) output = new float[most * channels];
            int frames = 0;
            for (int at = 0; at < count; at++)
            {
                last[0] = last[1];
                last[1] = last[2];
                last[2] = last[3];
                last[3] = samples[at];
                for (; phase < 1; phase += step)
                {
                    float value = At((float)phase);
                    for (int channel = 0; channel < channels; channel++) output[frames * channels + channel] = value;
                    frames++;
                }
                phase -= 1;
            }
            return frames;
        }

        float At(float t)
        {
            float a = last[0], b = last[1], c = last[2], d = last[3];
            return b + 0.5f * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
        }
    }
}
