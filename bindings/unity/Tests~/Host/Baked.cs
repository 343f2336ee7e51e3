using System;
using Media2Face;
using UnityEngine;

/// <summary>A character with a head, eyes and a player; no model is there.</summary>
sealed class BakedCharacter
{
    public readonly Media2FacePlayer Player;
    public readonly SkinnedMeshRenderer Mesh;
    public readonly FaceCurves Line;
    readonly AudioSource voice;
    readonly Transform head = new Transform(), eye = new Transform();
    readonly Action lateUpdate, onEnable, onDisable;
    readonly float[] weights = new float[52], pose = new float[7];

    public BakedCharacter(byte[] file)
    {
        var character = new GameObject();
        voice = character.Add(new AudioSource());
        Mesh = character.Add(new SkinnedMeshRenderer { sharedMesh = new Mesh { shapes = FaceRig.Arkit.Channels } });
        head.parent = eye.parent = character.transform;
        Player = character.Add(new Media2FacePlayer { head = head, leftEye = eye });
        Line = ScriptableObject.CreateInstance<FaceCurves>();
        Line.File = file;
        lateUpdate = Rig.Call<Action>(Player, "LateUpdate");
        onEnable = Rig.Call<Action>(Player, "OnEnable");
        onDisable = Rig.Call<Action>(Player, "OnDisable");
        onEnable();
    }

    /// <summary>The mesh, the head and the eyes are those of the curves at this time.</summary>
    void Shows(double time, string when)
    {
        Line.Sample(time, weights, pose);
        for (int at = 0; at < 52; at++) Program.Must(Mesh.weights[at] == weights[at] * 100, when + ": " + FaceRig.Arkit.Channels[at]);
        Quaternion turn = FacePuppet.Rotation(pose);
        Program.Must(Math.Abs(head.localRotation.y - turn.y) < 1e-5 && Math.Abs(head.localRotation.w - turn.w) < 1e-5, when + ": the head turns");
        var eyes = new float[4];
        Line.Load().SampleEyes(time, eyes);
        Vector3 look = eye.localRotation * new Vector3(0, 0, 1);
        // Positive to the character's left, which is Unity's -X, and down.
        Program.Must(Math.Abs(Math.Asin(-look.x) - eyes[0]) < 0.01 && Math.Abs(Math.Asin(-look.y) - eyes[1]) < 0.01, when + ": the eye looks");
    }

    public void Says(AudioClip clip)
    {
        int ended = 0, shown = 0;
        Player.Ended += () => ended++;
        Player.Shown += player => shown++;
        Program.Fails<ArgumentNullException>(() => Player.Play(null));
        Program.Fails<InvalidOperationException>(() => Player.Play(ScriptableObject.CreateInstance<FaceCurves>()), "no bytes");
        Player.Play(Line, clip);
        Program.Must(voice.isPlaying && voice.clip == clip, "it sounds");
        for (int at = 0; at < 100; at++)
        {
            voice.timeSamples = 1 + at * (clip.samples / 100);
            lateUpdate();
            Shows((double)voice.timeSamples / clip.frequency, "sample " + voice.timeSamples);
        }
        // A new output device stops all sources: the line goes on where it was.
        int place = voice.timeSamples;
        voice.Stop();
        AudioSettings.Change();
        Program.Must(voice.isPlaying && voice.timeSamples == place && Player.Curves == Line, "a new device is no end");
        voice.isPlaying = false;
        lateUpdate();
        Program.Must(ended == 0, "a pause is no end");
        voice.Stop();
        for (int frame = 0; frame < 90; frame++) lateUpdate();
        Program.Must(ended == 1 && Player.Curves == null && shown > 100, "it ended once");
        foreach (float weight in Player.Weights) Program.Must(weight == 0, "the face is at rest");
        // A source that is destroyed while it plays.
        Player.Play(Line, clip);
        voice.clip = null;
        lateUpdate();
        Program.Must(ended == 2, "a sound that is taken away ends the line");
        onDisable();
        AudioSettings.Change();
    }

    public void SaysWithoutSound()
    {
        onEnable();
        Player.Play(Line);
        Program.Must(!voice.isPlaying, "no sound is heard");
        for (int frame = 0; frame < 120; frame++)
        {
            lateUpdate();
            if (frame % 40 == 0) Shows(frame * (double)Time.deltaTime, "frame " + frame);
        }
        Time.deltaTime = 10;
        lateUpdate();
        lateUpdate();
        Time.deltaTime = 1 / 60f;
        Program.Must(Player.Curves == null, "it ends with the curves");
        Player.eyeRange = new float[3];
        Program.Fails<InvalidOperationException>(() => Player.Bind(), "eyeRange");
        Player.eyeRange = new float[] { 24, 24, 12, 20 };
        Console.WriteLine("   a player says the line by its sound's clock and by the game's");
    }

    public void LeavesNoGarbage()
    {
        Player.Play(Line);
        Garbage.Count("20,000 frames of baked curves", () =>
        {
            for (int at = 0; at < 20000; at++)
            {
                Time.deltaTime = at % 2 == 0 ? 1 / 60f : -1 / 60f;
                lateUpdate();
            }
        }, lateUpdate);
        Time.deltaTime = 1 / 60f;
        onDisable();
    }
}
