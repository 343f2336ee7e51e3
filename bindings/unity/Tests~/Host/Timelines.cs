using System;
using System.Collections.Generic;
using System.IO;
using Media2Face;
using Media2Face.Timeline;
using UnityEngine;
using UnityEngine.Playables;
using UnityEngine.Timeline;

/// <summary>A face track over graphs as Timeline builds them: what clips say together, and the face at rest where there is none.</summary>
static class Timelines
{
    public static void Run(Rig rig)
    {
        Blends();
        byte[] file = File.ReadAllBytes(Path.Combine(rig.ReferencePath, "hello.curves"));
        var character = new BakedCharacter(file);
        var graph = new PlayableGraph();
        var track = new FaceTrack();
        Playable mixer = track.CreateTrackMixer(graph, null, 2);
        var clips = new[] { new FaceClip { curves = character.Line, gain = 0.5f }, new FaceClip { curves = character.Line, headGain = 0 } };
        Program.Must(Math.Abs(clips[0].duration - character.Line.Duration) < 1e-9 && new FaceClip().duration > 0, "a clip is as long as its curves");
        Program.Must((clips[0].clipCaps & ClipCaps.Blending) != 0, "clips blend");
        for (int at = 0; at < 2; at++) mixer.node.inputs[at] = clips[at].CreatePlayable(graph, null).node;
        Scrub(character, mixer);
        Properties(character, track);
        var behaviour = (FaceMixer)mixer.node.behaviour;
        behaviour.ProcessFrame(mixer, new FrameData(), null);
        behaviour.ProcessFrame(mixer, new FrameData(), new Transform());
        // An empty clip says nothing.
        ((FaceClipBehaviour)mixer.node.inputs[0].behaviour).Curves = null;
        mixer.node.weights[0] = 1;
        behaviour.ProcessFrame(mixer, new FrameData(), character.Player);
        mixer.node.weights[1] = 0.3f;
        Garbage.Count("20,000 frames of a face track", () =>
        {
            for (int at = 0; at < 20000; at++) behaviour.ProcessFrame(mixer, new FrameData(), character.Player);
        }, () => behaviour.ProcessFrame(mixer, new FrameData(), character.Player));
        Console.WriteLine("   a face track blends clips as their weights say");
    }

    static void Scrub(BakedCharacter character, Playable mixer)
    {
        var behaviour = (FaceMixer)mixer.node.behaviour;
        float[] a = new float[52], b = new float[52], pose = new float[7], other = new float[7];
        int shown = 0;
        character.Player.Shown += player => shown++;
        for (int step = 0; step <= 50; step++)
        {
            // One fades out while the other, a second behind, fades in; any order of times, as somebody scrubs.
            float share = step * 7 % 51 / 50f;
            mixer.node.inputs[0].time = 2 + share;
            mixer.node.inputs[1].time = 1 + share;
            mixer.node.weights[0] = 1 - share;
            mixer.node.weights[1] = share;
            behaviour.ProcessFrame(mixer, new FrameData(), character.Player);
            character.Line.Sample(2 + share, a, pose);
            character.Line.Sample(1 + share, b, other);
            for (int at = 0; at < 52; at++)
            {
                float expected = 100 * (0.5f * a[at] * (1 - share) + b[at] * share);
                Program.Must(Math.Abs(character.Mesh.weights[at] - expected) < 1e-3, "weight " + at + " at " + share);
            }
            Program.Must(Math.Abs(character.Player.Pose[4] - pose[4] * (1 - share)) < 1e-4, "the second clip has no head");
        }
        Program.Must(shown == 51, "each frame is shown once");
        mixer.node.weights[0] = mixer.node.weights[1] = 0;
        for (int frame = 0; frame < 3; frame++) behaviour.ProcessFrame(mixer, new FrameData(), character.Player);
        Program.Must(shown == 52, "rest is shown once, and then the player is free");
        foreach (float weight in character.Player.Weights) Program.Must(weight == 0, "without a clip the face is at rest");
        Program.Must(character.Player.Pose[3] == 1, "the head, too");
    }

    static void Blends()
    {
        var blend = new FaceBlend(1);
        float[] face = { 1 }, shown = new float[1], head = { 0, 0, 0.6f, -0.8f, 10, 0, 0 }, pose = new float[7];
        blend.Begin();
        Program.Must(!blend.End(shown, pose) && shown[0] == 0 && pose[3] == 1, "nothing is rest");
        blend.Begin();
        blend.Add(face, head, 0.5f);
        blend.Add(face, head, float.NaN);
        blend.Add(face, head, -1);
        Program.Must(blend.End(shown, pose) && shown[0] == 0.5f && pose[4] == 5 && pose[2] < 0 && pose[3] > 0.9f, "half of a face is half of it, the short way");
        blend.Begin();
        for (int at = 0; at < 3; at++) blend.Add(face, head, 1);
        blend.End(shown, pose);
        Program.Must(Math.Abs(shown[0] - 1) < 1e-6 && Math.Abs(pose[2] + 0.6f) < 1e-6 && Math.Abs(pose[4] - 10) < 1e-4, "shares above 1 are brought to it");
    }

    sealed class Collector : IPropertyCollector
    {
        public readonly List<string> Names = new List<string>();
        public void AddFromName<T>(GameObject of, string name) where T : Component { Names.Add(typeof(T).Name + "." + name); }
    }

    static void Properties(BakedCharacter character, FaceTrack track)
    {
        var director = new PlayableDirector();
        var collector = new Collector();
        track.GatherProperties(director, collector);
        Program.Must(collector.Names.Count == 0, "a track without a player changes nothing");
        director.SetGenericBinding(track, character.Player);
        track.GatherProperties(director, collector);
        Program.Must(collector.Names.Count == 52 + 4 && collector.Names.Contains("Transform.m_LocalRotation"), "what is previewed is put back: " + collector.Names.Count);
    }
}
