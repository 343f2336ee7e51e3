using System;
using System.Collections.Generic;
using UnityEngine;

namespace Media2Face
{
    /// <summary>Whose names a character's blendshapes have.</summary>
    public enum FaceRigKind
    {
        Arkit,
        Vrm1,
        Vrm0,
        Oculus,
        ReadyPlayerMe,
        MetaHuman,
    }

    /// <summary>How a face moves a character: the names of its blendshapes, and what is special about it.</summary>
    [CreateAssetMenu(menuName = "Media2Face/Face Mapping")]
    public sealed class FaceMapping : ScriptableObject
    {
        /// <summary>A blendshape of another name, or with a gain.</summary>
        [Serializable]
        public struct Entry
        {
            [Tooltip("Name of the blendshape on the mesh")] public string blendshape;
            [Tooltip("Channel of the rig; empty for none: the blendshape is left alone")] public string channel;
            public float gain;
        }

        /// <summary>A blendshape that follows a channel.</summary>
        public struct Target
        {
            public SkinnedMeshRenderer Renderer;
            public int Blendshape;
            public int Channel;
            public float Gain;
        }

        public FaceRigKind rig = FaceRigKind.Arkit;
        [Tooltip("What the names of blendshapes begin with, such as Face_")] public string prefix = "";
        [Tooltip("Blendshapes whose names do not tell their channel, or that need a gain")] public Entry[] custom = new Entry[0];
        [Tooltip("The weight of a blendshape that is fully on: 100 in Unity's meshes")] public float fullWeight = 100;

        /// <summary>The rig with the channels of this mapping.</summary>
        public FaceRig Rig { get { return FaceRig.Find(RigName(rig)); } }

        public static string RigName(FaceRigKind kind)
        {
            switch (kind)
            {
                case FaceRigKind.Vrm1: return "vrm1";
                case FaceRigKind.Vrm0: return "vrm0";
                case FaceRigKind.Oculus: return "oculus";
                case FaceRigKind.ReadyPlayerMe: return "ready-player-me";
                case FaceRigKind.MetaHuman: return "metahuman";
                default: return "arkit";
            }
        }

        /// <summary>Every blendshape of the meshes that follows a channel. Without a mapping: ARKit's names.</summary>
        public static Target[] Resolve(FaceMapping mapping, string[] channels, SkinnedMeshRenderer[] renderers)
        {
            var targets = new List<Target>();
            foreach (SkinnedMeshRenderer renderer in renderers)
            {
                if (renderer == null || renderer.sharedMesh == null) continue;
                for (int at = 0; at < renderer.sharedMesh.blendShapeCount; at++)
                {
                    float gain = 1;
                    int channel = Channel(mapping, channels, renderer.sharedMesh.GetBlendShapeName(at), ref gain);
                    float full = mapping == null ? 100 : mapping.fullWeight;
                    if (channel >= 0)
                        targets.Add(new Target { Renderer = renderer, Blendshape = at, Channel = channel, Gain = gain * full });
                }
            }
            return targets.ToArray();
        }

        static int Channel(FaceMapping mapping, string[] channels, string blendshape, ref float gain)
        {
            // Programs write the name of the node before that of the shape: blendShape1.jawOpen.
            string plain = blendshape.Substring(blendshape.LastIndexOfAny(new[] { '.', ':' }) + 1);
            if (mapping != null)
            {
                foreach (Entry entry in mapping.custom ?? new Entry[0])
                {
                    if (entry.blendshape != blendshape && entry.blendshape != plain) continue;
                    gain = entry.gain;
                    return string.IsNullOrEmpty(entry.channel) ? -1 : FaceRig.FindChannel(channels, entry.channel);
                }
                if (!string.IsNullOrEmpty(mapping.prefix) && plain.StartsWith(mapping.prefix, StringComparison.Ordinal))
                    plain = plain.Substring(mapping.prefix.Length);
            }
            int channel = FaceRig.FindChannel(channels, blendshape);
            return channel >= 0 ? channel : FaceRig.FindChannel(channels, plain);
        }
    }
}
