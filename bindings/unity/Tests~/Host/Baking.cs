using System;
using System.Collections.Generic;
using Media2Face;
using Media2Face.Editor;
using UnityEngine;

/// <summary>An AnimationClip has the weights and the turns of every frame, wherever it has keys.</summary>
static class Baking
{
    public static void Run(Rig rig)
    {
        Rig.WithoutThreads();
        rig.Build(rig.Model());
        using (FaceSession job = rig.Speaker.Animate(rig.Clip))
        {
            while (!job.Wait(1000)) continue;
            using (FaceAnimation animation = job.Pull()) Compare(rig, animation, 24);
        }
    }

    static void Compare(Rig rig, FaceAnimation animation, float fps)
    {
        // The neck is turned: what is baked for the head is about the character's axes all the same.
        var neck = new Transform { parent = rig.Speaker.transform, localRotation = Quaternion.Euler(0, 90, 0) };
        rig.Head.parent = neck;
        AnimationClip clip = FaceBaker.Bake(animation, rig.Speaker.mapping, new[] { rig.Mesh }, rig.Speaker.transform, rig.Head, fps);
        Program.Must(clip.frameRate == fps && clip.curves.Count == 52 + 4, "52 shapes and a rotation, not " + clip.curves.Count);
        string[] names = animation.Model.WeightNames;
        float[] weights = animation.ReadWeights(fps), heads = animation.ReadHeads(fps), pose = new float[7];
        int frames = animation.FrameCount(fps), keys = 0;
        foreach (AnimationCurve curve in clip.curves.Values) keys += curve.keys.Length;
        for (int frame = 0; frame < frames; frame++)
        {
            for (int at = 0; at < names.Length; at++)
            {
                float value = At(clip.curves["stub:blendShape.face.blend_" + names[at]].keys, frame / fps);
                Program.Must(Math.Abs(value - weights[frame * 52 + at] * 100) < 1e-4, names[at] + " of frame " + frame);
            }
            Array.Copy(heads, frame * 7, pose, 0, 7);
            var local = new Quaternion(Turn(clip, "x", frame / fps), Turn(clip, "y", frame / fps), Turn(clip, "z", frame / fps), Turn(clip, "w", frame / fps));
            Vector3 nose = neck.localRotation * local * Quaternion.Inverse(neck.localRotation) * new Vector3(0, 0, 1);
            Vector3 expected = FacePuppet.Rotation(pose) * new Vector3(0, 0, 1);
            float off = Math.Abs(nose.x - expected.x) + Math.Abs(nose.y - expected.y) + Math.Abs(nose.z - expected.z);
            Program.Must(off < 1e-4, "the nose of frame " + frame + " is off by " + off);
        }
        Console.WriteLine("   " + frames + " frames are baked, in " + keys + " keys of " + frames * 56);
    }

    static float Turn(AnimationClip clip, string part, float time) { return At(clip.curves["stub:localRotation." + part].keys, time); }

    /// <summary>Straight between keys, as their tangents say.</summary>
    static float At(IList<Keyframe> keys, float time)
    {
        int next = 0;
        while (next < keys.Count - 1 && keys[next].time < time) next++;
        if (next == 0 || keys[next].time == time) return keys[next].value;
        Keyframe from = keys[next - 1];
        return from.value + (time - from.time) * from.outTangent;
    }
}
