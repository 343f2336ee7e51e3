using System;
using System.Collections.Generic;
using System.IO;

namespace Media2Face
{
    /// <summary>
    /// A face over time that was made before: what `m2f bake` and `m2f animate --emit curves` write. It needs neither the model nor
    /// the library. Sampling it leaves no garbage, on any thread.
    /// </summary>
    public sealed class BakedCurves
    {
        const string Magic = "M2FCURV1";
        const int Prefix = 12;
        static readonly string[] HeadNames = { "headX", "headY", "headZ", "headW", "headRight_mm", "headUp_mm", "headFront_mm" };
        static readonly string[] EyeNames = { "eyeLeftYaw_rad", "eyeLeftPitch_rad", "eyeRightYaw_rad", "eyeRightPitch_rad" };

        readonly float[] values; // [frames, channels]
        readonly int[] weightColumns, headColumns, eyeColumns;
        readonly int width;

        /// <summary>Names of the weights, in the order of the file: ARKit's with the starter. Do not change the array.</summary>
        public string[] WeightNames { get; private set; }
        public int FrameCount { get; private set; }
        /// <summary>Frames a second.</summary>
        public double Fps { get; private set; }
        /// <summary>Seconds.</summary>
        public double Duration { get { return FrameCount / Fps; } }
        /// <summary>Whether the file has angles of the eyes (--eyes).</summary>
        public bool HasEyes { get { return eyeColumns != null; } }

        /// <summary>From the bytes of a file.</summary>
        /// <exception cref="InvalidDataException">It is none, or damaged.</exception>
        public BakedCurves(byte[] file)
        {
            if (file == null) throw new ArgumentNullException("file");
            if (file.Length < Prefix) throw Bad("the file ends after " + file.Length + " bytes");
            for (int at = 0; at < Magic.Length; at++)
                if (file[at] != Magic[at]) throw Bad("it does not begin with " + Magic);
            long length = BitConverter.ToUInt32(file, Magic.Length);
            if (length > file.Length - Prefix) throw Bad("its header of " + length + " bytes is cut off");
            var header = Json.Parse(file, Prefix, (int)length) as Dictionary<string, object>;
            if (header == null) throw Bad("its header is no object");

            List<object> rate = Array(header, "frame_rate"), channels = Array(header, "channels");
            double frames = Number(header.ContainsKey("frames") ? header["frames"] : null, "frames");
            if (frames < 1 || frames > int.MaxValue || frames != Math.Floor(frames)) throw Bad(frames + " frames");
            double numerator = rate.Count == 2 ? Number(rate[0], "frame_rate") : 0, denominator = rate.Count == 2 ? Number(rate[1], "frame_rate") : 0;
            if (!(numerator >= 1 && denominator >= 1)) throw Bad("its frame_rate is not two numbers of at least 1");
            width = channels.Count;
            FrameCount = (int)frames;
            Fps = numerator / denominator;
            long data = Prefix + length, expected = (long)FrameCount * width * 2;
            if (file.Length - data != expected)
                throw Bad(FrameCount + " frames of " + width + " channels take " + expected + " bytes, but there are " + (file.Length - data));

            string[] names = Names(channels);
            headColumns = Find(names, HeadNames);
            if (headColumns == null) throw Bad("it has no head");
            eyeColumns = Find(names, EyeNames);
            weightColumns = Weights(names);
            WeightNames = System.Array.ConvertAll(weightColumns, column => names[column]);
            values = Halves(file, (int)data, FrameCount * width);
            Straighten();
        }

        /// <summary>
        /// The face at a time, which is limited to the clip: straight between frames, the head along the shorter arc. Weights are in
        /// the order of WeightNames. The head is a quaternion x, y, z, w and mm, in the library's axes. Either array may be null.
        /// </summary>
        public void Sample(double time, float[] weights, float[] head)
        {
            if (weights != null && weights.Length < weightColumns.Length)
                throw new ArgumentException(weightColumns.Length + " weights are not in an array of " + weights.Length);
            if (head != null && head.Length < HeadNames.Length)
                throw new ArgumentException("a head pose needs " + HeadNames.Length + " floats, not " + head.Length);
            int row;
            float part = Part(time, out row);
            for (int at = 0; weights != null && at < weightColumns.Length; at++) weights[at] = At(row, weightColumns[at], part);
            if (head == null) return;
            for (int at = 0; at < HeadNames.Length; at++) head[at] = At(row, headColumns[at], part);
            Heads.Normalize(head);
        }

        /// <summary>
        /// Yaw and pitch of the left eye, then of the right one, radians: positive to the character's left and down. False without them.
        /// </summary>
        public bool SampleEyes(double time, float[] angles)
        {
            if (eyeColumns == null) return false;
            int row;
            float part = Part(time, out row);
            for (int at = 0; at < EyeNames.Length; at++) angles[at] = At(row, eyeColumns[at], part);
            return true;
        }

        float Part(double time, out int row)
        {
            double place = Math.Max(0, Math.Min(time * Fps, FrameCount - 1));
            if (double.IsNaN(place)) place = 0;
            row = Math.Min((int)place, Math.Max(FrameCount - 2, 0));
            return (float)(place - row);
        }

        float At(int row, int column, float part)
        {
            float from = values[row * width + column];
            return part == 0 ? from : from + (values[(row + 1) * width + column] - from) * part;
        }

        /// <summary>A quaternion and its negative are one rotation: neighbours are put on one side, so that a straight way is short.</summary>
        void Straighten()
        {
            for (int row = 1; row < FrameCount; row++)
            {
                float dot = 0;
                for (int at = 0; at < 4; at++) dot += values[row * width + headColumns[at]] * values[(row - 1) * width + headColumns[at]];
                for (int at = 0; dot < 0 && at < 4; at++) values[row * width + headColumns[at]] *= -1;
            }
        }

        static float[] Halves(byte[] file, int from, int count)
        {
            var values = new float[count];
            for (int at = 0; at < count; at++)
            {
                int half = file[from + 2 * at] | file[from + 2 * at + 1] << 8, exponent = half >> 10 & 31, fraction = half & 1023;
                if (exponent == 31) throw Bad("value " + at + " is not finite");
                double size = exponent == 0 ? fraction * Math.Pow(2, -24) : (1024 + fraction) * Math.Pow(2, exponent - 25);
                values[at] = (float)((half & 0x8000) == 0 ? size : -size);
            }
            return values;
        }

        static string[] Names(List<object> channels)
        {
            var names = new string[channels.Count];
            var known = new HashSet<string>();
            for (int at = 0; at < names.Length; at++)
            {
                names[at] = channels[at] as string;
                if (string.IsNullOrEmpty(names[at]) || !known.Add(names[at])) throw Bad("channel " + at + " has no name of its own");
            }
            return names;
        }

        static int[] Find(string[] names, string[] wanted)
        {
            int[] columns = System.Array.ConvertAll(wanted, name => System.Array.IndexOf(names, name));
            return System.Array.IndexOf(columns, -1) < 0 ? columns : null;
        }

        static int[] Weights(string[] names)
        {
            var columns = new List<int>();
            for (int at = 0; at < names.Length; at++)
                if (System.Array.IndexOf(HeadNames, names[at]) < 0 && System.Array.IndexOf(EyeNames, names[at]) < 0) columns.Add(at);
            return columns.ToArray();
        }

        static List<object> Array(Dictionary<string, object> header, string key)
        {
            object value;
            header.TryGetValue(key, out value);
            var list = value as List<object>;
            if (list == null) throw Bad("its header has no list \"" + key + "\"");
            return list;
        }

        static double Number(object value, string key)
        {
            if (!(value is double)) throw Bad("\"" + key + "\" is no number");
            return (double)value;
        }

        static InvalidDataException Bad(string what) { return new InvalidDataException("these are no curves of media2face: " + what); }
    }
}
