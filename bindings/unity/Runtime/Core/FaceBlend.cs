using System;

namespace Media2Face
{
    /// <summary>
    /// Faces that fade into each other: each has a share. Shares that sum to less than 1 leave the rest to the face at rest; more
    /// are brought to 1. It leaves no garbage.
    /// </summary>
    public sealed class FaceBlend
    {
        readonly float[] weights, pose;
        float total;

        /// <summary>Of so many weights.</summary>
        public FaceBlend(int weightCount)
        {
            weights = new float[weightCount];
            pose = new float[7];
        }

        public void Begin()
        {
            Array.Clear(weights, 0, weights.Length);
            Array.Clear(pose, 0, pose.Length);
            total = 0;
        }

        /// <summary>A face by its share; one below 0 counts as 0. The gains say how much of it, and of its head, is shown.</summary>
        public void Add(float[] face, float[] head, float share, float gain = 1, float headGain = 1)
        {
            if (!(share > 0)) return;
            total += share;
            for (int at = 0; at < weights.Length; at++) weights[at] += face[at] * gain * share;
            // A quaternion and its negative are one rotation: all go to the side of no turn.
            float side = head[3] < 0 ? -share : share;
            for (int at = 0; at < 4; at++) pose[at] += head[at] * headGain * side;
            pose[3] += (1 - headGain) * share;
            for (int at = 4; at < 7; at++) pose[at] += head[at] * headGain * share;
        }

        /// <summary>Writes what was added; false if nothing was: then the face is at rest.</summary>
        public bool End(float[] face, float[] head)
        {
            bool any = total > 0;
            float scale = total > 1 ? 1 / total : 1;
            for (int at = 0; at < weights.Length; at++) face[at] = weights[at] * scale;
            for (int at = 0; at < 7; at++) head[at] = pose[at] * scale;
            head[3] += Math.Max(0, 1 - total);
            Heads.Normalize(head);
            return any;
        }
    }
}
