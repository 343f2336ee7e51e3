using System;
using Media2Face.Interop;

namespace Media2Face
{
    /// <summary>The networks and the face of one pack. Sessions and streams share it.</summary>
    public sealed unsafe class FaceModel : IDisposable
    {
        delegate Status Name(ModelHandle model, uint index, byte* buffer, UIntPtr capacity, UIntPtr* count);
        delegate Status Count(ModelHandle model, uint* count);

        internal readonly ModelHandle Handle;

        public FaceRuntime Runtime { get; private set; }
        /// <summary>Names of the weights, ARKit's with the starter. Do not change the array.</summary>
        public string[] WeightNames { get; private set; }
        /// <summary>How far a look weight of 1 turns an eye: in, out, up, down, radians. Do not change the array.</summary>
        public float[] EyeRange { get; private set; }
        /// <summary>Its own rate, frames a second.</summary>
        public float Fps { get; private set; }

        /// <summary>From the bytes of a pack, which are pinned while the library copies them. With those of a face finder, pictures
        /// as styles are read by the face in them; without one, by the whole of them.</summary>
        public FaceModel(FaceRuntime runtime, byte[] pack, byte[] faceFinder = null)
        {
            if (pack == null) throw new ArgumentNullException("pack");
            using (var pins = new Pins())
            {
                ModelOptions options = Options();
                options.data = pins.Array(pack);
                options.data_size = (ulong)pack.Length;
                options.face_finder_data = pins.Array(faceFinder);
                options.face_finder_size = faceFinder == null ? 0 : (ulong)faceFinder.Length;
                if (pack.Length == 0) throw new Media2FaceException(Status.InvalidPack, "a model: the pack has no bytes");
                NativeLibrary.Check(Native.m2f_model_create(runtime.Handle, &options, out Handle), "a model");
            }
            Describe(runtime);
        }

        /// <summary>From a file, which the library maps: it must not change while the model lives. So with the file of a face
        /// finder.</summary>
        public FaceModel(FaceRuntime runtime, string path, string faceFinder = null)
        {
            if (path == null) throw new ArgumentNullException("path");
            using (var pins = new Pins())
            {
                ModelOptions options = Options();
                options.path = pins.Text(path);
                options.face_finder_path = pins.Text(faceFinder);
                NativeLibrary.Check(Native.m2f_model_create(runtime.Handle, &options, out Handle), "a model from " + path);
            }
            Describe(runtime);
        }

        static ModelOptions Options()
        {
            ModelOptions options;
            NativeLibrary.Check(Native.m2f_model_options_init(&options, (UIntPtr)sizeof(ModelOptions)), "options of a model");
            return options;
        }

        void Describe(FaceRuntime runtime)
        {
            Runtime = runtime;
            float fps;
            NativeLibrary.Check(Native.m2f_model_fps(Handle, &fps), "the rate of a model");
            Fps = fps;
            EyeRange = new float[4];
            fixed (float* to = EyeRange)
            {
                UIntPtr written;
                NativeLibrary.Check(Native.m2f_model_read_eye_range_rad(Handle, to, (UIntPtr)4, &written), "the eyes of a model");
            }
            WeightNames = Names(Native.m2f_model_weight_count, Native.m2f_model_weight_name);
        }

        string[] Names(Count count, Name name)
        {
            uint number;
            NativeLibrary.Check(count(Handle, &number), "names of a model");
            var names = new string[number];
            for (uint at = 0; at < number; at++)
            {
                uint index = at;
                names[at] = Utf8.Read((buffer, room, length) => name(Handle, index, buffer, room, length), "names of a model");
            }
            return names;
        }

        public string[] PresetNames { get { return Names(Native.m2f_model_preset_count, Native.m2f_model_preset_name); } }
        public string[] IdentityNames { get { return Names(Native.m2f_model_identity_count, Native.m2f_model_identity_name); } }
        public string[] EmotionNames { get { return Names(Native.m2f_model_emotion_count, Native.m2f_model_emotion_name); } }
        public string[] HeadActNames { get { return Names(Native.m2f_model_head_act_count, Native.m2f_model_head_act_name); } }

        /// <summary>Prepares what the first clip of this length would prepare.</summary>
        public void WarmUp(float seconds)
        {
            NativeLibrary.Check(Native.m2f_model_warm_up(Handle, seconds), "a warm-up");
        }

        /// <summary>What a style says, before a clip is made. Milliseconds.</summary>
        public StyleReading Read(FaceStyle style)
        {
            using (var pins = new Pins())
            {
                StyleOptions options = style.Native(pins);
                PromptReading native;
                NativeLibrary.Check(Native.m2f_model_read_prompt(Handle, &options, &native, (UIntPtr)sizeof(PromptReading)),
                    "reading a style");
                var reading = new StyleReading
                {
                    SaysNothing = native.says_nothing != 0,
                    Confidence = native.confidence,
                    Strength = native.strength,
                    HeadStrength = native.head_strength,
                    Emotions = new float[native.emotion_count],
                    HeadActs = new float[native.head_act_count],
                };
                for (int at = 0; at < reading.Emotions.Length; at++) reading.Emotions[at] = native.emotions[at];
                for (int at = 0; at < reading.HeadActs.Length; at++) reading.HeadActs[at] = native.head_acts[at];
                return reading;
            }
        }

        /// <summary>The same in one line of text.</summary>
        public string Explain(FaceStyle style)
        {
            using (var pins = new Pins())
            {
                StyleOptions options = style.Native(pins);
                IntPtr at = (IntPtr)(&options);
                return Utf8.Read((buffer, room, count) =>
                    Native.m2f_model_explain_prompt(Handle, (StyleOptions*)at, buffer, room, count), "reading a style");
            }
        }

        /// <summary>It was ended, or its runtime was: nothing new can be made on it. What was made before lives on.</summary>
        public bool IsDisposed { get { return Handle.IsClosed || Runtime.IsDisposed; } }

        public void Dispose() { Handle.Dispose(); }
    }
}
