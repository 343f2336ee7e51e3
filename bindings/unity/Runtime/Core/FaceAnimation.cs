using System;
using Media2Face.Interop;

namespace Media2Face
{
    /// <summary>The motion of one clip. Faces are computed when they are asked for, in microseconds and without garbage.</summary>
    public sealed unsafe class FaceAnimation : IDisposable
    {
        readonly ResultHandle handle;

        public FaceModel Model { get; private set; }
        /// <summary>Seconds.</summary>
        public double Duration { get; private set; }

        internal FaceAnimation(ResultHandle handle, FaceModel model)
        {
            this.handle = handle;
            Model = model;
            double duration;
            NativeLibrary.Check(Native.m2f_result_duration_s(handle, &duration), "the length of an animation");
            Duration = duration;
        }

        public ulong Seed
        {
            get
            {
                ulong seed;
                NativeLibrary.Check(Native.m2f_result_seed(handle, &seed), "the seed of an animation");
                return seed;
            }
        }

        /// <summary>The face at a time, which is limited to the clip. Either array may be null; head has 7 floats.</summary>
        public void Sample(double time, float[] weights, float[] head)
        {
            Heads.Check(head);
            fixed (float* to = weights, pose = head)
            {
                UIntPtr room = (UIntPtr)(weights == null ? 0 : weights.Length);
                NativeLibrary.Check(Native.m2f_result_sample(handle, time, to, room, pose, null, UIntPtr.Zero), "a face");
            }
        }

        /// <summary>Frames at a rate; 0 for the model's own.</summary>
        public int FrameCount(float fps)
        {
            uint count;
            NativeLibrary.Check(Native.m2f_result_frame_count(handle, fps, &count), "the frames of an animation");
            return (int)count;
        }

        /// <summary>All weights at a rate, frame after frame.</summary>
        public float[] ReadWeights(float fps)
        {
            var weights = new float[FrameCount(fps) * Model.WeightNames.Length];
            fixed (float* to = weights)
            {
                UIntPtr written;
                NativeLibrary.Check(Native.m2f_result_read_weights(handle, fps, 0, (uint)FrameCount(fps), to,
                    (UIntPtr)weights.Length, &written), "weights");
            }
            return weights;
        }

        /// <summary>All head poses at a rate, 7 floats a frame, in the library's axes.</summary>
        public float[] ReadHeads(float fps)
        {
            var heads = new float[FrameCount(fps) * (int)Native.HEAD_FLOATS];
            fixed (float* to = heads)
            {
                UIntPtr written;
                NativeLibrary.Check(Native.m2f_result_read_heads(handle, fps, 0, (uint)FrameCount(fps), to,
                    (UIntPtr)heads.Length, &written), "head poses");
            }
            return heads;
        }

        public void Dispose() { handle.Dispose(); }
    }

    static class Heads
    {
        /// <summary>The library takes a head without its length.</summary>
        internal static void Check(float[] head)
        {
            if (head != null && head.Length < Native.HEAD_FLOATS)
                throw new ArgumentException("a head pose needs " + Native.HEAD_FLOATS + " floats, not " + head.Length);
        }

        /// <summary>Makes its quaternion one of length 1; none at all is no turn.</summary>
        internal static void Normalize(float[] head)
        {
            double square = 0;
            for (int at = 0; at < 4; at++) square += (double)head[at] * head[at];
            if (square < 1e-12)
            {
                head[0] = head[1] = head[2] = 0;
                head[3] = 1;
                return;
            }
            float scale = (float)(1 / Math.Sqrt(square));
            for (int at = 0; at < 4; at++) head[at] *= scale;
        }
    }
}
