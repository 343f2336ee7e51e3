using System;
using System.IO;
using Media2Face;
using Media2Face.Editor;
using Media2Face.Interop;
using UnityEditor.AssetImporters;
using UnityEngine;

/// <summary>What goes wrong is an exception that says what is wrong.</summary>
static class Errors
{
    /// <summary>Run where the library is not to be found.</summary>
    public static void Missing(Rig rig)
    {
        var failed = Program.Fails<Media2FaceException>(() => new FaceRuntime(), "media2face", "was not found", "Plugins", AppDomain.CurrentDomain.BaseDirectory);
        Program.Must(failed.Status == Status.Unsupported && failed.InnerException is DllNotFoundException, "what Mono said is inside");
        Program.Fails<Media2FaceException>(() => FaceRuntime.Shared.ToString(), "was not found");
    }

    /// <summary>Run with a library that says it is version 0.9.1.</summary>
    public static void Other(Rig rig)
    {
        Program.Fails<Media2FaceException>(() => new FaceRuntime(), "0.9.1", NativeLibrary.Expected.ToString(), "Plugins");
    }

    public static void Run(Rig rig)
    {
        Program.Must(NativeLibrary.Version.Equals(NativeLibrary.Expected), "the library's version is that of the declarations");
        var options = new FaceRuntimeOptions { Threads = 0, Backend = Backend.Cpu, LogLevel = LogLevel.Info };
        var runtime = new FaceRuntime(options);
        LogLevel level;
        string text;
        Program.Must(runtime.NextLog(out level, out text) && level == LogLevel.Info && text.Length > 0, "the choice of the backend is told");
        while (runtime.NextLog(out level, out text)) continue;
        Program.Must(runtime.BackendName.Length > 0 && runtime.BackendReason.Length > 0, "the backend has a name and a reason");
        Packs(rig, runtime);
        Prompts(rig, runtime);
        Calls(rig, runtime);
        Speakers(rig);
        runtime.Dispose();
        Program.Fails<ObjectDisposedException>(() => runtime.Step(0));
    }

    static void Packs(Rig rig, FaceRuntime runtime)
    {
        Program.Must(Status.InvalidPack == Program.Fails<Media2FaceException>(() => new FaceModel(runtime, new byte[1000]), "a model: ").Status, "a pack of zeros");
        Program.Must(Status.InvalidPack == Program.Fails<Media2FaceException>(() => new FaceModel(runtime, new byte[0]), "no bytes").Status, "no pack");
        Program.Fails<ArgumentNullException>(() => new FaceModel(runtime, (byte[])null));
        // Letters that no code page has, through the file's name and back in the library's text.
        string folder = Path.Combine(Path.GetTempPath(), "m2f \u00e4\u9854\U0001F600 " + Guid.NewGuid());
        var failed = Program.Fails<Media2FaceException>(() => new FaceModel(runtime, Path.Combine(folder, "none.m2f")), "\u00e4\u9854\U0001F600");
        Program.Must(failed.Status == Status.Io, "a file that is not there");
        Directory.CreateDirectory(folder);
        try
        {
            string copy = Path.Combine(folder, "starter.m2f");
            File.Copy(rig.ModelPath, copy);
            using (var model = new FaceModel(runtime, copy)) Program.Must(model.WeightNames.Length == 52, "52 weights");
            // A face finder, by its file and by its bytes; and what is none.
            string finder = Path.Combine(Path.GetDirectoryName(rig.ModelPath), "face-finder.m2f");
            using (var model = new FaceModel(runtime, copy, finder)) Program.Must(!model.IsDisposed, "a model and a finder");
            byte[] pack = File.ReadAllBytes(copy);
            using (var model = new FaceModel(runtime, pack, File.ReadAllBytes(finder))) Program.Must(!model.IsDisposed, "the same of bytes");
            failed = Program.Fails<Media2FaceException>(() => new FaceModel(runtime, copy, copy), "no face finder");
            Program.Must(failed.Status == Status.MissingPart, "a pack without a finder");
            failed = Program.Fails<Media2FaceException>(() => new FaceModel(runtime, pack, new byte[1000]), "a model: ");
            Program.Must(failed.Status == Status.InvalidPack, "a finder of zeros");
            Program.Must(Imported(copy).FaceFinder == null, "there is no finder in the folder");
            string beside = Path.Combine(folder, "face-finder.m2f");
            File.Copy(finder, beside);
            Media2FaceModel asset = Imported(copy);
            Program.Must(asset.FaceFinder.Length == new FileInfo(finder).Length, "the importer takes the finder beside the pack");
            Program.Must(Imported(beside).FaceFinder == null, "a finder has none");
            Program.Must(asset.Load().WeightNames.Length == 52, "an asset with a finder");
            asset.Unload();
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }

    static Media2FaceModel Imported(string path)
    {
        var context = new AssetImportContext { assetPath = path };
        new ModelImporter().OnImportAsset(context);
        return (Media2FaceModel)context.main;
    }

    static void Prompts(Rig rig, FaceRuntime runtime)
    {
        using (var model = new FaceModel(runtime, rig.ModelPath))
        {
            Program.Must(model.Fps == 30 && model.WeightNames[24].Length > 0 && model.IdentityNames.Length == 10, "the pack's own words");
            StyleReading happy = model.Read(new FaceStyle("\U0001F600"));
            int most = 0;
            for (int at = 0; at < happy.Emotions.Length; at++) if (happy.Emotions[at] > happy.Emotions[most]) most = at;
            Program.Must(model.EmotionNames[most] == "happy" && happy.Emotions[most] > 0.5f, "a smile is read as happy, not " + model.EmotionNames[most]);
            Program.Must(model.Explain(new FaceStyle("very angry")).Contains("angry"), "it says what it understood");
            Program.Must(model.Read(new FaceStyle("carburettor")).SaysNothing, "a word that says nothing");
            Program.Fails<Media2FaceException>(() => model.Read(new FaceStyle { preset = "no such" }), "no such");
            Program.Fails<Media2FaceException>(() => new FaceStyleCode(model, new FaceStyle { picture = new byte[] { 1, 2, 3 } }), "a style");
            Program.Fails<ArgumentException>(() => model.Read(new FaceStyle("a\0b")));
            FaceKeyframe smile = new FaceKeyframe { expression = "smile", start = 0.5, end = 0.7 };
            var options = new FaceSessionOptions { Keyframes = new[] { smile }, Styles = new[] { new FaceStyle("sad") { start = 0, end = 0.4 } } };
            using (var job = new FaceSession(model, options))
            {
                job.Push(new float[16000]);
                job.Finish();
                while (!job.Wait(1000)) continue;
                using (FaceAnimation animation = job.Pull())
                {
                    var weights = new float[52];
                    animation.Sample(0.6, weights, null);
                    int corner = Array.IndexOf(model.WeightNames, "mouthSmileLeft");
                    Program.Must(weights[corner] > 0.2f, "the keyframe smiles, by " + weights[corner]);
                    Program.Must(animation.ReadWeights(0).Length == 30 * 52 && animation.ReadHeads(0).Length == 30 * 7, "a second has 30 frames");
                    Program.Fails<Media2FaceException>(() => animation.Sample(0, new float[51], null), "buffer too small");
                    Program.Fails<ArgumentException>(() => animation.Sample(0, null, new float[6]), "7");
                }
            }
            smile.expression = "no such face";
            Program.Fails<Media2FaceException>(() => new FaceSession(model, options), "a keyframe", "no such face");
        }
    }

    static void Calls(Rig rig, FaceRuntime runtime)
    {
        var model = new FaceModel(runtime, rig.ModelPath);
        var job = new FaceSession(model, new FaceSessionOptions { Channels = 2 });
        Program.Fails<ArgumentException>(() => job.Push(new float[3]), "2 channels");
        Program.Fails<Media2FaceException>(() => job.Push(new[] { float.NaN, 0 }), "invalid audio");
        job.Push(rig.Clip.data.Length % 2 == 0 ? rig.Clip.data : new float[2000]);
        job.Finish();
        job.Cancel();
        Program.Fails<Media2FaceException>(() => { while (!job.Wait(1000)) continue; }, "cancelled");
        var stream = new FaceStream(model, new FaceStreamOptions());
        Program.Fails<ArgumentException>(() => stream.Write(new float[10], 11));
        Program.Fails<ArgumentException>(() => stream.Write(new float[10], -1));
        Program.Fails<Media2FaceException>(() => new FaceStream(model, new FaceStreamOptions { SampleRate = 1 }), "a stream");
        Program.Must(!stream.Sample(0, new float[52], new float[7]), "no face is ready, and the one at rest is given");
        model.Dispose();
        Program.Fails<ObjectDisposedException>(() => model.WarmUp(1));
        Program.Fails<ObjectDisposedException>(() => new FaceSession(model, new FaceSessionOptions()));
        // Children keep their parents alive.
        stream.Write(rig.Clip.data, 16000);
        while (!runtime.Step(1000)) continue;
        Program.Must(stream.Sample(4000, new float[52], new float[7]), "the stream lives on");
        stream.SetListening(true);
        stream.Flush();
        while (!runtime.Step(1000)) continue;
        using (FaceAnimation kept = stream.TakeResult()) Program.Must(kept.Duration > 0.5, "it kept " + kept.Duration + " s");
        Program.Fails<Media2FaceException>(() => stream.Write(rig.Clip.data, 10), "invalid state");
        stream.Dispose();
        stream.Dispose();
        Program.Fails<ObjectDisposedException>(() => stream.Flush());
        Program.Fails<ObjectDisposedException>(() => stream.Write(rig.Clip.data, 10));
    }

    static void Speakers(Rig rig)
    {
        rig.Build(null);
        Program.Fails<InvalidOperationException>(() => rig.Speaker.Say(rig.Clip), "no model");
        rig.Speaker.model = ScriptableObject.CreateInstance<Media2FaceModel>();
        Program.Fails<InvalidOperationException>(() => rig.Speaker.Follow(), "no bytes");
        Rig.WithoutThreads();
        rig.Speaker.model = rig.Model();
        Program.Fails<ArgumentNullException>(() => rig.Speaker.Say(null));
        Program.Fails<InvalidOperationException>(() => rig.Speaker.Push(new float[1], 1, 16000), "BeginSpeech");
        Program.Fails<InvalidOperationException>(() => rig.Speaker.Listen(), "cannot be opened");
        rig.LateUpdate();
        rig.OnDestroy();
    }
}

/// <summary>Rigs with other names: what a frame is made of comes back.</summary>
static class Rigs
{
    public static void Run(Rig rig)
    {
        string[] arkit = FaceRig.Arkit.Channels;
        Program.Must(arkit.Length == 52, "52 channels of ARKit");
        var lids = new float[52];
        lids[Array.IndexOf(arkit, "eyeBlinkLeft")] = 0.25f;
        lids[Array.IndexOf(arkit, "jawOpen")] = 0.75f;
        Program.Must(Value("arkit", lids, "jawOpen") == 0.75f, "ARKit's channels are its own");
        Program.Must(Value("vrm1", lids, "blinkLeft") == 0.25f && Value("vrm0", lids, "blink_r") == 0, "lids are driven");
        Program.Must(Value("metahuman", lids, "CTRL_expressions_jawOpen") == 0.75f, "MetaHuman's jaw is driven");
        // aa as far as a half.
        var aa = new float[52];
        foreach (string name in new[] { "mouthLowerDownLeft", "mouthLowerDownRight" }) aa[Array.IndexOf(arkit, name)] = 0.225f;
        foreach (string name in new[] { "mouthUpperUpLeft", "mouthUpperUpRight" }) aa[Array.IndexOf(arkit, name)] = 0.075f;
        aa[Array.IndexOf(arkit, "jawOpen")] = 0.3f;
        Program.Must(Near(Value("oculus", aa, "aa"), 0.5f) && Near(Value("oculus", aa, "sil"), 0.5f), "half of aa is half of aa");
        Program.Must(Near(Value("ready-player-me", aa, "viseme_aa"), 0.5f) && Near(Value("vrm1", aa, "aa"), 0.5f) &&
            Near(Value("vrm0", aa, "a"), 0.5f), "by all its names");
        Program.Must(Near(Value("oculus", new float[52], "sil"), 1), "nothing is sil");
        Program.Must(FaceRig.FindChannel(arkit, "Eye Blink_L") == Array.IndexOf(arkit, "eyeBlinkLeft"), "sides are spelt out");
        Program.Fails<ArgumentException>(() => FaceRig.Find("daz"), "daz");
        // A mapping's own entries win.
        var mapping = new FaceMapping { custom = new[] { new FaceMapping.Entry { blendshape = "Mouth", channel = "jawOpen", gain = 0.5f } } };
        var mesh = new SkinnedMeshRenderer { sharedMesh = new Mesh { shapes = new[] { "Mouth", "hair", "JAW_OPEN" } } };
        FaceMapping.Target[] targets = FaceMapping.Resolve(mapping, arkit, new[] { mesh, null });
        Program.Must(targets.Length == 2 && targets[0].Gain == 50 && targets[1].Gain == 100 && targets[1].Blendshape == 2, "two shapes follow");
        // 10 degrees to the character's left, in the library a turn about +Y, is in Unity one towards -X.
        double half = 5 * Math.PI / 180;
        var left = new[] { 0, (float)Math.Sin(half), 0, (float)Math.Cos(half), 10, 20, 30 };
        Vector3 nose = FacePuppet.Rotation(left) * new Vector3(0, 0, 1), place = FacePuppet.Place(left);
        Program.Must(Near(nose.x, -(float)Math.Sin(2 * half)) && nose.z > 0.9f, "the character's left is -X");
        Program.Must(Near(place.x, -0.01f) && Near(place.y, 0.02f) && Near(place.z, 0.03f), "metres, x mirrored");
    }

    /// <summary>Every frame of a clip by every rig, as the command m2f writes it: FOLDER/RIG/hello.table.csv.</summary>
    public static void Tables(Rig rig)
    {
        string[] arkit;
        float[][] frames = Table(rig.ReferencePath, "arkit", out arkit);
        foreach (string name in new[] { "oculus", "ready-player-me", "vrm1", "vrm0", "metahuman" })
        {
            string[] columns;
            float[][] expected = Table(rig.ReferencePath, name, out columns);
            FaceRig.Map map = FaceRig.Find(name).MapFrom(arkit);
            var values = new float[map.Channels.Length];
            float furthest = 0, most = 0;
            for (int frame = 0; frame < frames.Length; frame++)
            {
                map.Drive(frames[frame], values);
                for (int at = 0; at < values.Length; at++)
                {
                    Program.Must(columns[at] == map.Channels[at], name + ": " + map.Channels[at] + " is " + columns[at] + " in the table");
                    furthest = Math.Max(furthest, Math.Abs(values[at] - expected[frame][at]));
                    most = Math.Max(most, expected[frame][at]);
                }
            }
            // The tables have six digits, and a descent ends where nothing moves by more than the last of them.
            Program.Must(frames.Length > 100 && most > 0.1 && furthest < 1e-4, name + ": " + furthest + " from the library's");
            Console.WriteLine("   " + name + ": " + frames.Length + " frames within " + furthest + " of the library's");
        }
    }

    static float[][] Table(string folder, string rig, out string[] columns)
    {
        string[] lines = File.ReadAllLines(Path.Combine(folder, rig, "hello.table.csv"));
        string[] head = lines[0].Split(',');
        // Before them is the time, behind them the head.
        columns = new string[head.Length - 8];
        Array.Copy(head, 1, columns, 0, columns.Length);
        var rows = new float[lines.Length - 1][];
        for (int row = 0; row < rows.Length; row++)
        {
            string[] cells = lines[row + 1].Split(',');
            rows[row] = new float[columns.Length];
            for (int at = 0; at < columns.Length; at++)
                rows[row][at] = float.Parse(cells[at + 1], System.Globalization.CultureInfo.InvariantCulture);
        }
        return rows;
    }

    static float Value(string rig, float[] weights, string channel)
    {
        FaceRig.Map map = FaceRig.Find(rig).MapFrom(FaceRig.Arkit.Channels);
        var values = new float[map.Channels.Length];
        map.Drive(weights, values);
        return values[Array.IndexOf(map.Channels, channel)];
    }

    static bool Near(float a, float b) { return Math.Abs(a - b) < 0.01; }
}
