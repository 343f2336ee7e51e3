using System;
using Media2Face.Interop;

namespace Media2Face
{
    /// <summary>How it is spoken: set exactly one of text, picture, preset and code.</summary>
    [Serializable]
    public sealed class FaceStyle
    {
        /// <summary>Words or one emoji.</summary>
        public string text;
        /// <summary>Name of a preset of the pack.</summary>
        public string preset;
        /// <summary>Bytes of a PNG or JPEG file.</summary>
        public byte[] picture;
        /// <summary>A raw style code.</summary>
        public float[] code;
        /// <summary>0 leaves it out, 1 is the style, 2 is twice the way.</summary>
        public float strength = 1;
        /// <summary>Where it begins in a clip, seconds.</summary>
        public double start;
        /// <summary>Where it ends, seconds; 0 for the rest of the clip.</summary>
        public double end;
        /// <summary>Length of each ramp, seconds.</summary>
        public double ramp = 0.2;

        public FaceStyle() { }

        public FaceStyle(string text, float strength = 1)
        {
            this.text = text;
            this.strength = strength;
        }

        internal bool IsEmpty
        {
            get { return string.IsNullOrEmpty(text) && string.IsNullOrEmpty(preset) && Count(picture) == 0 && Count(code) == 0; }
        }

        internal unsafe StyleOptions Native(Pins pins)
        {
            StyleOptions native;
            NativeLibrary.Check(Interop.Native.m2f_style_options_init(&native, (UIntPtr)sizeof(StyleOptions)), "options of a style");
            // An inspector makes empty texts of missing ones.
            native.text = string.IsNullOrEmpty(text) && !IsEmpty ? IntPtr.Zero : pins.Text(text ?? "");
            native.preset = string.IsNullOrEmpty(preset) ? IntPtr.Zero : pins.Text(preset);
            native.picture = pins.Array(picture);
            native.picture_size = (ulong)Count(picture);
            native.code = pins.Array(code);
            native.code_count = (ulong)Count(code);
            native.strength = strength;
            native.start_s = start;
            if (end > 0) native.end_s = end;
            native.ramp_s = ramp;
            return native;
        }

        static int Count(Array values) { return values == null ? 0 : values.Length; }
    }

    /// <summary>A style that a model has encoded, which a stream takes for nothing.</summary>
    public sealed unsafe class FaceStyleCode : IDisposable
    {
        internal static readonly StyleHandle None = new StyleHandle();
        internal readonly StyleHandle Handle;

        /// <summary>Takes milliseconds: do it before the style is wanted.</summary>
        public FaceStyleCode(FaceModel model, FaceStyle style)
        {
            using (var pins = new Pins())
            {
                StyleOptions options = style.Native(pins);
                NativeLibrary.Check(Interop.Native.m2f_style_create(model.Handle, &options, out Handle), "a style");
            }
        }

        public void Dispose() { Handle.Dispose(); }
    }

    /// <summary>What a style says to a model.</summary>
    public sealed class StyleReading
    {
        /// <summary>No emotion and no head act is read: such a style gives the neutral face.</summary>
        public bool SaysNothing;
        /// <summary>How likely it is that the reading is right, 0 to 1.</summary>
        public float Confidence;
        public float Strength;
        public float HeadStrength;
        /// <summary>Shares in the order of FaceModel.EmotionNames; they sum to 1.</summary>
        public float[] Emotions;
        /// <summary>Shares in the order of FaceModel.HeadActNames; what is left of 1 is a still head.</summary>
        public float[] HeadActs;
    }

    /// <summary>A face or a head pose at which a clip is held.</summary>
    [Serializable]
    public sealed class FaceKeyframe
    {
        /// <summary>Name of an expression, such as smile, or null.</summary>
        public string expression;
        /// <summary>Weights 0 to 1 in the order of FaceModel.WeightNames, or null.</summary>
        public float[] weights;
        /// <summary>Quaternion x, y, z, w and translation in mm, in the library's axes, or null.</summary>
        public float[] head;
        /// <summary>Where it begins, seconds.</summary>
        public double start;
        /// <summary>Where it ends, seconds; 0 for one frame.</summary>
        public double end;
        /// <summary>How long it takes to let go on either side, seconds.</summary>
        public double ramp = 0.2;
        /// <summary>1 holds exactly.</summary>
        public float hold = 1;

        internal unsafe KeyframeOptions Native(Pins pins)
        {
            KeyframeOptions native;
            NativeLibrary.Check(Interop.Native.m2f_keyframe_options_init(&native, (UIntPtr)sizeof(KeyframeOptions)),
                "options of a keyframe");
            if (head != null && head.Length != 0 && head.Length != Interop.Native.HEAD_FLOATS)
                throw new ArgumentException("a head pose has " + Interop.Native.HEAD_FLOATS + " floats, not " + head.Length);
            native.expression = string.IsNullOrEmpty(expression) ? IntPtr.Zero : pins.Text(expression);
            native.weights = pins.Array(weights);
            native.weight_count = weights == null ? 0 : (ulong)weights.Length;
            native.head = pins.Array(head);
            native.start_s = start;
            if (end > 0) native.end_s = end;
            native.ramp_s = ramp;
            native.hold = hold;
            return native;
        }
    }
}
