using System;
using Media2Face.Interop;

namespace Media2Face
{
    /// <summary>
    /// A face that comes to rest: the mouth within the library's own time, the head within four times that, as after an interruption
    /// of a stream. It leaves no garbage.
    /// </summary>
    public sealed class FaceRest
    {
        const float HeadTime = 4 * Native.FADE_S;

        readonly float[] weights, pose; // where it comes from
        float since = float.PositiveInfinity; // seconds

        public FaceRest(int weightCount)
        {
            weights = new float[weightCount];
            pose = new float[7];
        }

        /// <summary>From this face on.</summary>
        public void Begin(float[] face, float[] head)
        {
            Array.Copy(face, weights, weights.Length);
            Array.Copy(head, pose, pose.Length);
            since = 0;
        }

        /// <summary>Nothing comes to rest any more: something else moves the face.</summary>
        public void End() { since = float.PositiveInfinity; }

        /// <summary>Some seconds later; false once it is at rest and was shown so.</summary>
        public bool Step(float seconds, float[] face, float[] head)
        {
            if (since > HeadTime) return false;
            since += seconds;
            float mouth = Left(since / Native.FADE_S), turn = Left(since / HeadTime);
            for (int at = 0; at < weights.Length; at++) face[at] = weights[at] * mouth;
            for (int at = 0; at < pose.Length; at++) head[at] = pose[at] * turn;
            // A quaternion and its negative are one rotation: go the short way to 0, 0, 0, 1.
            head[3] += (1 - turn) * (pose[3] < 0 ? -1 : 1);
            Heads.Normalize(head);
            return true;
        }

        /// <summary>1 at the beginning, 0 at the end, without a corner at either.</summary>
        static float Left(float part)
        {
            part = Math.Min(Math.Max(part, 0), 1);
            return 1 - part * part * (3 - 2 * part);
        }
    }
}
