// Mono as Unity's stand-in: it drives the components as the engine would, and compares what they show with the C library's own words.
using System;
using System.Collections.Generic;
using System.IO;
using System.Reflection;
using Media2Face;
using UnityEngine;

/// <summary>host.exe COMMAND MODEL.m2f SPEECH.wav REFERENCE.bin</summary>
static class Program
{
    static int Main(string[] words)
    {
        var commands = new Dictionary<string, Action<Rig>>
        {
            { "clip", Clips.Run }, { "bake", Baking.Run }, { "curves", Curves.Run }, { "timeline", Timelines.Run }, { "devices", Devices.Run },
            { "stream", Streams.Run }, { "garbage", Garbage.Run }, { "errors", Errors.Run },
            { "lifetimes", Lifetimes.Run }, { "rigs", Rigs.Run }, { "tables", Rigs.Tables },
            { "missing", Errors.Missing }, { "other", Errors.Other },
        };
        try
        {
            commands[words[0]](new Rig(words));
        }
        catch (Exception failed)
        {
            Console.Error.WriteLine(words[0] + ": " + failed);
            return 1;
        }
        Console.WriteLine(words[0] + ": as it should be");
        return 0;
    }

    public static void Must(bool holds, string what)
    {
        if (!holds) throw new Exception("not so: " + what);
    }

    /// <summary>The call must fail so, and say all of these words.</summary>
    public static T Fails<T>(Action call, params string[] words) where T : Exception
    {
        try
        {
            call();
        }
        catch (T failed)
        {
            foreach (string word in words) Must(failed.Message.Contains(word), "\"" + word + "\" in \"" + failed.Message + "\"");
            return failed;
        }
        throw new Exception("nothing failed, but " + typeof(T).Name + " was expected: " + string.Join(", ", words));
    }
}

/// <summary>A character with a head of 52 shapes, a voice and a speaker, and the engine's calls of it.</summary>
sealed class Rig
{
    public const int Faces = 230, Block = 512, BargeIn = 90, FaceFloats = 59;

    public readonly string ModelPath, ReferencePath;
    public readonly AudioClip Clip;
    readonly string wav;

    public Media2FaceSpeaker Speaker;
    public AudioSource Voice;
    public SkinnedMeshRenderer Mesh;
    public Transform Head;
    public Action LateUpdate, OnDisable, OnEnable, OnDestroy;
    public Action<float[], int> OnAudioFilterRead;

    public Rig(string[] words)
    {
        ModelPath = words[1];
        wav = words[2];
        ReferencePath = words[3];
        Clip = new AudioClip { data = Samples(File.ReadAllBytes(wav)), frequency = 16000, channels = 1 };
        AudioSettings.outputSampleRate = Clip.frequency;
        AudioSettings.speakerMode = AudioSpeakerMode.Mono;
        AudioSettings.blockLength = Block;
        AudioSettings.blockCount = 2;
    }

    static float[] Samples(byte[] bytes)
    {
        Program.Must(BitConverter.ToUInt32(bytes, 24) == 16000 && BitConverter.ToUInt16(bytes, 22) == 1, "16 kHz, one channel");
        var samples = new float[(bytes.Length - 44) / 2];
        for (int at = 0; at < samples.Length; at++) samples[at] = BitConverter.ToInt16(bytes, 44 + at * 2) / 32768f;
        return samples;
    }

    public Media2FaceModel Model()
    {
        var model = ScriptableObject.CreateInstance<Media2FaceModel>();
        model.Pack = File.ReadAllBytes(ModelPath);
        return model;
    }

    /// <summary>No threads: the work is done in LateUpdate, and every run is the same.</summary>
    public static void WithoutThreads()
    {
        FaceRuntime.SharedOptions = new FaceRuntimeOptions { Threads = 0, Backend = Media2Face.Interop.Backend.Cpu };
    }

    public void Build(Media2FaceModel model)
    {
        var character = new GameObject();
        Voice = character.Add(new AudioSource());
        string[] names = FaceRig.Arkit.Channels;
        var shapes = new string[names.Length];
        // Another order and another spelling than the model's.
        for (int at = 0; at < shapes.Length; at++) shapes[at] = "face.blend_" + names[shapes.Length - 1 - at];
        Mesh = character.Add(new SkinnedMeshRenderer { sharedMesh = new Mesh { shapes = shapes } });
        Head = new Transform { parent = character.transform };
        Speaker = character.Add(new Media2FaceSpeaker { model = model, head = Head, seed = 7, stepMs = 100000 });
        Speaker.mapping = new FaceMapping { prefix = "blend_" };
        LateUpdate = Call<Action>("LateUpdate");
        OnEnable = Call<Action>("OnEnable");
        OnDisable = Call<Action>("OnDisable");
        OnDestroy = Call<Action>("OnDestroy");
        OnAudioFilterRead = Call<Action<float[], int>>("OnAudioFilterRead");
        OnEnable();
    }

    T Call<T>(string name) where T : class { return Call<T>(Speaker, name); }

    /// <summary>A message of the engine, which finds it by its name.</summary>
    public static T Call<T>(object of, string name) where T : class
    {
        MethodInfo method = of.GetType().GetMethod(name, BindingFlags.Instance | BindingFlags.NonPublic);
        return Delegate.CreateDelegate(typeof(T), of, method) as T;
    }

    /// <summary>Frames of the game until the face is ready. A stream looks for sound by the clock, at the latest after a hop.</summary>
    public void Frame()
    {
        Media2Face.Interop.StreamStatus status;
        do
        {
            LateUpdate();
            Program.Must(Speaker.IsLive, "the speaker lives: " + string.Join("; ", Debug.lines));
            Speaker.Voice.Stream.Read(out status);
        }
        while (status.ready_sample <= Speaker.Voice.Heard);
    }

    /// <summary>Works until a hop brings nothing more of the sound that was written, however slow the machine is.</summary>
    public void Settle()
    {
        Media2Face.Interop.StreamStatus status;
        Speaker.Voice.Stream.Read(out status);
        ulong before;
        do
        {
            before = status.ready_sample;
            System.Threading.Thread.Sleep(300);
            LateUpdate();
            Speaker.Voice.Stream.Read(out status);
        }
        while (status.ready_sample != before);
    }

    public static BinaryReader Reference(string path, int skippedFaces)
    {
        var reader = new BinaryReader(File.OpenRead(path));
        reader.BaseStream.Position = (long)skippedFaces * FaceFloats * 4;
        return reader;
    }

    /// <summary>What the speaker shows has every bit of the reference, and the mesh and the head follow it.</summary>
    public float Compare(BinaryReader reference, string when)
    {
        float moved = 0;
        for (int at = 0; at < Speaker.Weights.Length; at++)
        {
            float expected = reader(reference), shown = Speaker.Weights[at];
            Program.Must(Same(expected, shown), when + ": " + Speaker.Puppet.Channels[at] + " is " + shown + ", expected " + expected);
            moved += Math.Abs(expected);
            int shape = Array.FindIndex(Mesh.sharedMesh.shapes, name => name == "face.blend_" + Name(at));
            Program.Must(shape >= 0 && Same(Mesh.weights[shape], expected * 100f), when + ": the mesh follows " + Name(at));
        }
        for (int at = 0; at < 7; at++)
        {
            float expected = reader(reference);
            Program.Must(Same(expected, Speaker.Pose[at]), when + ": head " + at + " is " + Speaker.Pose[at] + ", expected " + expected);
        }
        Quaternion turn = Head.localRotation;
        Program.Must(Math.Abs(turn.x - Speaker.Pose[0]) < 1e-5 && Math.Abs(turn.y + Speaker.Pose[1]) < 1e-5 &&
            Math.Abs(turn.z + Speaker.Pose[2]) < 1e-5, when + ": the head's turn is mirrored in x");
        return moved;
    }

    string Name(int at) { return Speaker.model.Load().WeightNames[at]; }
    static float reader(BinaryReader reference) { return reference.ReadSingle(); }
    static bool Same(float a, float b) { return a.Equals(b); }
}
