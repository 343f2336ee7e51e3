using System;
using System.Globalization;
using System.IO;
using System.Text;
using Media2Face;
using Media2Face.Editor;
using UnityEditor.AssetImporters;
using UnityEngine;

/// <summary>Baked curves without model and library: hello.curves, hello.csv and hello.table.csv lie in the folder of the last word.</summary>
static class Curves
{
    public static void Run(Rig rig)
    {
        byte[] file = File.ReadAllBytes(Path.Combine(rig.ReferencePath, "hello.curves"));
        var curves = new BakedCurves(file);
        Compare(curves, rig.ReferencePath);
        Between(curves);
        Damaged(file);
        Import(rig.ReferencePath);
        var player = new BakedCharacter(file);
        player.Says(rig.Clip);
        player.SaysWithoutSound();
        player.LeavesNoGarbage();
    }

    /// <summary>Halves of the CSV of the same line, and of the eyes' angles in it; the head is in the table.</summary>
    static void Compare(BakedCurves curves, string folder)
    {
        string[][] csv = Rows(folder, "hello.csv"), table = Rows(folder, "hello.table.csv");
        Program.Must(curves.FrameCount == csv.Length - 1 && csv.Length == table.Length && curves.HasEyes, "as many frames as the CSV has, and eyes");
        float[] weights = new float[curves.WeightNames.Length], head = new float[7], eyes = new float[4];
        float most = 0, furthest = 0;
        int[] columns = Array.ConvertAll(curves.WeightNames, name => FaceRig.FindChannel(csv[0], name));
        int[] angles = Array.ConvertAll(new[] { "LeftEyeYaw", "LeftEyePitch", "RightEyeYaw", "RightEyePitch" }, name => Array.IndexOf(csv[0], name));
        for (int frame = 0; frame < curves.FrameCount; frame++)
        {
            curves.Sample(frame / curves.Fps, weights, head);
            Program.Must(curves.SampleEyes(frame / curves.Fps, eyes), "angles of the eyes");
            for (int at = 0; at < weights.Length; at++)
            {
                float expected = Number(csv[frame + 1][columns[at]]);
                furthest = Math.Max(furthest, Math.Abs(weights[at] - expected));
                most = Math.Max(most, expected);
            }
            for (int at = 0; at < 7; at++)
            {
                float expected = Number(table[frame + 1][table[0].Length - 7 + at]);
                Program.Must(Math.Abs(head[at] - expected) <= Math.Max(1 / 2048f, Math.Abs(expected) / 1024), "head " + at + " of frame " + frame);
            }
            for (int at = 0; at < 4; at++) Program.Must(Math.Abs(eyes[at] - Number(csv[frame + 1][angles[at]])) < 1e-3, "eye " + at + " of frame " + frame);
        }
        Program.Must(most > 0.2 && furthest <= 1 / 2048f + 1e-6, "weights are within 1/2048 of the CSV's, not " + furthest);
        Console.WriteLine("   " + curves.FrameCount + " frames of curves are within " + furthest + " of the CSV");
    }

    static void Between(BakedCurves curves)
    {
        float[] a = new float[52], b = new float[52], between = new float[52], head = new float[7];
        curves.Sample(10 / curves.Fps, a, null);
        curves.Sample(11 / curves.Fps, b, null);
        curves.Sample(10.5 / curves.Fps, between, head);
        for (int at = 0; at < 52; at++) Program.Must(Math.Abs(between[at] - (a[at] + b[at]) / 2) < 1e-6, "straight between frames");
        Program.Must(Math.Abs(head[0] * head[0] + head[1] * head[1] + head[2] * head[2] + head[3] * head[3] - 1) < 1e-5, "a rotation");
        foreach (double time in new[] { -1, double.NaN, 0 }) curves.Sample(time, a, head);
        curves.Sample(double.MaxValue, b, head);
        curves.Sample(curves.Duration, between, head);
        Program.Must(b[24] == between[24], "times are limited to the clip");
        Program.Fails<ArgumentException>(() => curves.Sample(0, new float[51], null), "52 weights");
        Program.Fails<ArgumentException>(() => curves.Sample(0, null, new float[6]), "7 floats");
        // A turn and its negative are one turn: nothing lies between them.
        var turned = new BakedCurves(Made("\"frames\": 2", new ushort[] { 0, 0x3c00, 0, 0, 0, 0, 0, 0, 0, 0xbc00, 0, 0, 0, 0, 0, 0 }));
        turned.Sample(0.5 / 30, null, head);
        Program.Must(head[0] == 1 && head[3] == 0, "half a turn stays one");
    }

    const string Channels = "\"channels\": [\"jawOpen\", \"headX\", \"headY\", \"headZ\", \"headW\", \"headRight_mm\", \"headUp_mm\", \"headFront_mm\"]";

    /// <summary>A file of its own; keys are those of its header, before what belongs to every one.</summary>
    static byte[] Made(string keys, ushort[] values = null, string channels = Channels, string rate = "\"frame_rate\": [30, 1]")
    {
        return Whole("{" + string.Join(", ", Array.FindAll(new[] { keys, channels, rate }, part => part.Length > 0)) + "}  ", values ?? One);
    }

    static readonly ushort[] One = { 0, 0, 0, 0, 0x3c00, 0, 0, 0 };

    static byte[] Whole(string header, ushort[] values)
    {
        var file = new MemoryStream();
        var writer = new BinaryWriter(file);
        byte[] text = Encoding.UTF8.GetBytes(header);
        writer.Write(Encoding.ASCII.GetBytes("M2FCURV1"));
        writer.Write((uint)text.Length);
        writer.Write(text);
        foreach (ushort value in values) writer.Write(value);
        return file.ToArray();
    }

    static void Refused(byte[] file, params string[] words) { Program.Fails<InvalidDataException>(() => new BakedCurves(file), words); }

    static void Damaged(byte[] file)
    {
        Program.Must(new BakedCurves(Made("\"frames\": 1, \"\\u00e4\\\"\": [true, {\"a\": null}, -1.5e-3]")).WeightNames[0] == "jawOpen", "a file of one frame");
        Program.Fails<ArgumentNullException>(() => new BakedCurves(null));
        Refused(new byte[0], "ends after 0 bytes");
        Refused(new byte[100], "does not begin with M2FCURV1");
        Refused(Made("\"frames\": 0"), "0 frames");
        Refused(Made("\"frames\": 2"), "take 32 bytes, but there are 16");
        Refused(Made("\"frames\": 2147483647"), "but there are 16");
        Refused(Made("\"frames\": 1e300"), "frames");
        Refused(Made("\"frames\": \"1\""), "is no number");
        Refused(Made(""), "is no number");
        Refused(Made("\"frames\": 1", rate: ""), "no list \"frame_rate\"");
        Refused(Made("\"frames\": 1", rate: "\"frame_rate\": [30, 0]"), "frame_rate");
        Refused(Made("\"frames\": 1", rate: "\"frame_rate\": [30]"), "frame_rate");
        Refused(Made("\"frames\": 1", channels: "\"channels\": [\"jawOpen\"]", values: new ushort[1]), "no head");
        Refused(Made("\"frames\": 1", channels: "\"channels\": [\"a\", \"a\"]", values: new ushort[2]), "no name of its own");
        Refused(Made("\"frames\": 1", channels: "\"channels\": [1]", values: new ushort[1]), "no name of its own");
        Refused(Made("\"frames\": 1", new ushort[] { 0x7c00, 0, 0, 0, 0, 0, 0, 0 }), "value 0 is not finite");
        foreach (string header in new[] { "null", "[]", "1", "", "{", "{\"frames\": 1", "{\"frames\" 1}", "{} {}", "\"\\u00g0\"", "{\"a\": tru}", "\"a" })
            Refused(Whole(header, One));
        Refused(Whole(new string('[', 100000), One), "too deeply");
        byte[] broken = Made("\"frames\": 1, \"x\": \"?\"");
        broken[Array.IndexOf(broken, (byte)'?')] = 0xff;
        Refused(broken, "not UTF-8");
        // Cut anywhere, or with any byte of its head changed: refused, or read; never anything else.
        for (int length = 0; length < file.Length; length += length < 2000 ? 1 : 97)
        {
            var cut = new byte[length];
            Array.Copy(file, cut, length);
            Refused(cut);
        }
        for (int at = 0; at < 1200; at++)
        {
            var changed = (byte[])file.Clone();
            changed[at] ^= (byte)(1 << at % 8);
            try
            {
                new BakedCurves(changed).Sample(0.1, null, new float[7]);
            }
            catch (InvalidDataException)
            {
            }
        }
    }

    static void Import(string folder)
    {
        var context = new AssetImportContext { assetPath = Path.Combine(folder, "hello.curves") };
        new CurvesImporter().OnImportAsset(context);
        var asset = context.main as FaceCurves;
        Program.Must(asset != null && asset.name == "hello" && asset.Duration > 7 && context.errors.Count == 0, "an asset of a file");
        foreach (byte[] bad in new[] { new byte[0], new byte[50] })
        {
            string path = Path.GetTempFileName();
            try
            {
                File.WriteAllBytes(path, bad);
                var refused = new AssetImportContext { assetPath = path };
                new CurvesImporter().OnImportAsset(refused);
                Program.Must(refused.main == null && refused.errors.Count == 1 && refused.errors[0].Contains(path), "a bad file is told, and nothing is made of it");
            }
            finally
            {
                File.Delete(path);
            }
        }
    }

    static string[][] Rows(string folder, string name)
    {
        return Array.ConvertAll(File.ReadAllLines(Path.Combine(folder, name)), line => line.Split(','));
    }

    static float Number(string cell) { return float.Parse(cell, CultureInfo.InvariantCulture); }
}
