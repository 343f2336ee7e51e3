using System.Collections.Generic;
using UnityEditor;
using UnityEngine;

namespace Media2Face.Editor
{
    /// <summary>An animation of the library as an AnimationClip of Unity.</summary>
    public static class FaceBaker
    {
        /// <summary>Curves of all blendshapes that follow a channel, and of the head if there is one, below a root.</summary>
        public static AnimationClip Bake(FaceAnimation animation, FaceMapping mapping, SkinnedMeshRenderer[] renderers,
            Transform root, Transform head, float fps)
        {
            FaceRig.Map map = (mapping == null ? FaceRig.Arkit : mapping.Rig).MapFrom(animation.Model.WeightNames);
            int width = animation.Model.WeightNames.Length, frames = animation.FrameCount(fps);
            float[] weights = animation.ReadWeights(fps), row = new float[width];
            var channels = new float[frames][];
            for (int frame = 0; frame < frames; frame++)
            {
                System.Array.Copy(weights, frame * width, row, 0, width);
                map.Drive(row, channels[frame] = new float[map.Channels.Length]);
            }
            var clip = new AnimationClip { frameRate = fps };
            foreach (FaceMapping.Target target in FaceMapping.Resolve(mapping, map.Channels, renderers))
            {
                var values = new float[frames];
                for (int frame = 0; frame < frames; frame++) values[frame] = channels[frame][target.Channel] * target.Gain;
                string name = target.Renderer.sharedMesh.GetBlendShapeName(target.Blendshape);
                string path = AnimationUtility.CalculateTransformPath(target.Renderer.transform, root);
                clip.SetCurve(path, typeof(SkinnedMeshRenderer), "blendShape." + name, Curve(values, fps));
            }
            if (head != null) BakeHead(clip, animation.ReadHeads(fps), frames, root, head, fps);
            return clip;
        }

        static void BakeHead(AnimationClip clip, float[] heads, int frames, Transform root, Transform head, float fps)
        {
            Quaternion parent = head.parent == null ? Quaternion.identity : Quaternion.Inverse(root.rotation) * head.parent.rotation;
            string path = AnimationUtility.CalculateTransformPath(head, root);
            var turns = new[] { new float[frames], new float[frames], new float[frames], new float[frames] };
            var pose = new float[7];
            for (int frame = 0; frame < frames; frame++)
            {
                System.Array.Copy(heads, frame * 7, pose, 0, 7);
                Quaternion turn = Quaternion.Inverse(parent) * FacePuppet.Rotation(pose) * parent * head.localRotation;
                for (int part = 0; part < 4; part++) turns[part][frame] = turn[part];
            }
            string[] parts = { "x", "y", "z", "w" };
            for (int part = 0; part < 4; part++)
                clip.SetCurve(path, typeof(Transform), "localRotation." + parts[part], Curve(turns[part], fps));
            clip.EnsureQuaternionContinuity();
        }

        /// <summary>A key for each frame, but none inside of stretches where nothing moves. Straight between keys.</summary>
        static AnimationCurve Curve(float[] values, float fps)
        {
            var keys = new List<Keyframe>();
            for (int at = 0; at < values.Length; at++)
            {
                bool still = at > 0 && at + 1 < values.Length && values[at] == values[at - 1] && values[at] == values[at + 1];
                if (still) continue;
                float before = at > 0 ? (values[at] - values[at - 1]) * fps : 0;
                float after = at + 1 < values.Length ? (values[at + 1] - values[at]) * fps : 0;
                keys.Add(new Keyframe(at / fps, values[at], before, after));
            }
            return new AnimationCurve(keys.ToArray());
        }
    }

    /// <summary>Asks for what FaceBaker needs.</summary>
    public sealed class BakeWizard : ScriptableWizard
    {
        public Media2FaceSpeaker speaker;
        public AudioClip clip;
        public float framesPerSecond = 30;

        [MenuItem("Tools/Media2Face/Bake to AnimationClip...")]
        static void Open()
        {
            var wizard = DisplayWizard<BakeWizard>("Bake to AnimationClip", "Bake");
            wizard.speaker = Selection.activeGameObject == null ? null
                : Selection.activeGameObject.GetComponentInParent<Media2FaceSpeaker>();
            wizard.clip = Selection.activeObject as AudioClip;
        }

        void OnWizardUpdate()
        {
            isValid = speaker != null && clip != null && speaker.model != null && framesPerSecond >= 1;
            helpString = "Animates the clip with the speaker's model, style and mapping.";
        }

        void OnWizardCreate()
        {
            string path = EditorUtility.SaveFilePanelInProject("Animation", clip.name, "anim", "Where the animation goes");
            if (string.IsNullOrEmpty(path)) return;
            try
            {
                using (FaceSession job = speaker.Animate(clip))
                {
                    while (!job.Wait(50))
                    {
                        if (!EditorUtility.DisplayCancelableProgressBar("media2face", clip.name, job.Progress)) continue;
                        job.Cancel();
                        return;
                    }
                    using (FaceAnimation animation = job.Pull())
                    {
                        SkinnedMeshRenderer[] meshes = speaker.renderers.Length > 0 ? speaker.renderers
                            : speaker.GetComponentsInChildren<SkinnedMeshRenderer>();
                        AssetDatabase.CreateAsset(FaceBaker.Bake(animation, speaker.mapping, meshes, speaker.transform,
                            speaker.head, framesPerSecond), path);
                    }
                }
            }
            finally
            {
                EditorUtility.ClearProgressBar();
            }
        }
    }
}
