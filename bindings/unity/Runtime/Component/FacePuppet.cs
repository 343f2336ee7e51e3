using System;
using UnityEngine;

namespace Media2Face
{
    /// <summary>What of a character moves: blendshapes, head and eyes. It applies a face and leaves no garbage.</summary>
    public sealed class FacePuppet
    {
        readonly FaceRig.Map map;
        readonly FaceMapping.Target[] targets;
        readonly float[] values, applied;
        readonly Joint head, leftEye, rightEye;
        readonly int[] looks = new int[8];
        readonly float[] range;

        /// <summary>A bone, how it is at rest, and how its parent is turned in the character.</summary>
        struct Joint
        {
            internal Transform Bone;
            Quaternion rest, parent, unparent;
            Vector3 place;

            internal Joint(Transform bone, Transform root)
            {
                Bone = bone;
                rest = parent = unparent = Quaternion.identity;
                place = Vector3.zero;
                if (bone == null) return;
                rest = bone.localRotation;
                place = bone.localPosition;
                if (bone.parent != null) parent = Quaternion.Inverse(root.rotation) * bone.parent.rotation;
                unparent = Quaternion.Inverse(parent);
            }

            /// <summary>A turn and a move about the character's own axes.</summary>
            internal void Move(Quaternion turn, Vector3 move)
            {
                Bone.localRotation = unparent * turn * parent * rest;
                Bone.localPosition = place + unparent * move;
            }
        }

        /// <param name="eyeRange">How far a look weight of 1 turns an eye: in, out, up, down, radians (FaceModel.EyeRange).</param>
        public FacePuppet(string[] weightNames, float[] eyeRange, FaceMapping mapping, SkinnedMeshRenderer[] renderers,
            Transform root, Transform head, Transform leftEye, Transform rightEye)
        {
            range = eyeRange;
            map = (mapping == null ? FaceRig.Arkit : mapping.Rig).MapFrom(weightNames);
            targets = FaceMapping.Resolve(mapping, map.Channels, renderers);
            values = new float[map.Channels.Length];
            applied = new float[targets.Length];
            for (int at = 0; at < applied.Length; at++) applied[at] = float.NaN;
            this.head = new Joint(head, root);
            this.leftEye = new Joint(leftEye, root);
            this.rightEye = new Joint(rightEye, root);
            string[] names = { "eyeLookInLeft", "eyeLookOutLeft", "eyeLookUpLeft", "eyeLookDownLeft",
                "eyeLookInRight", "eyeLookOutRight", "eyeLookUpRight", "eyeLookDownRight" };
            for (int at = 0; at < looks.Length; at++) looks[at] = FaceRig.FindChannel(weightNames, names[at]);
        }

        /// <summary>Names of the rig's channels.</summary>
        public string[] Channels { get { return map.Channels; } }
        /// <summary>Their values after Apply, 0 to 1: for avatars that take expressions by name, such as VRM's.</summary>
        public float[] Values { get { return values; } }
        /// <summary>Blendshapes that follow a channel.</summary>
        public int TargetCount { get { return targets.Length; } }

        /// <summary>
        /// Shows a face: weights in the order of the names, a head pose in the library's axes. Eyes turn by their look weights, or by
        /// angles: yaw and pitch of the left and the right one, radians, positive to the character's left and down.
        /// </summary>
        public void Apply(float[] weights, float[] pose, float gain, float headGain, float[] eyes = null)
        {
            map.Drive(weights, values);
            for (int at = 0; at < targets.Length; at++)
            {
                FaceMapping.Target target = targets[at];
                float weight = values[target.Channel] * target.Gain * gain;
                if (weight == applied[at] || target.Renderer == null) continue;
                target.Renderer.SetBlendShapeWeight(target.Blendshape, weight);
                applied[at] = weight;
            }
            if (head.Bone != null)
                head.Move(Quaternion.SlerpUnclamped(Quaternion.identity, Rotation(pose), headGain), Place(pose) * headGain);
            if (leftEye.Bone != null) leftEye.Move(eyes != null ? Turn(eyes[0], eyes[1]) : Look(weights, 0, -1), Vector3.zero);
            if (rightEye.Bone != null) rightEye.Move(eyes != null ? Turn(eyes[2], eyes[3]) : Look(weights, 4, 1), Vector3.zero);
        }

        /// <summary>
        /// The library's axes are right-handed with +X to the character's left. In Unity a character looks along +Z, too, but +X
        /// is its right: x is mirrored.
        /// </summary>
        public static Quaternion Rotation(float[] pose) { return new Quaternion(pose[0], -pose[1], -pose[2], pose[3]); }

        /// <summary>Metres.</summary>
        public static Vector3 Place(float[] pose) { return new Vector3(-pose[4] * 1e-3f, pose[5] * 1e-3f, pose[6] * 1e-3f); }

        /// <summary>In is to the character's right for a left eye.</summary>
        Quaternion Look(float[] weights, int first, float side)
        {
            float inwards = Weight(weights, first) * range[0] - Weight(weights, first + 1) * range[1];
            return Turn(inwards * side, Weight(weights, first + 3) * range[3] - Weight(weights, first + 2) * range[2]);
        }

        /// <summary>About one axis, without roll, as the library turns eyes. To the left is a negative turn about Unity's +Y.</summary>
        public static Quaternion Turn(float yaw, float pitch)
        {
            float angle = Mathf.Sqrt(yaw * yaw + pitch * pitch);
            return angle < 1e-6f ? Quaternion.identity
                : Quaternion.AngleAxis(angle * Mathf.Rad2Deg, new Vector3(pitch / angle, -yaw / angle, 0));
        }

        float Weight(float[] weights, int look) { return looks[look] < 0 ? 0 : weights[looks[look]]; }
    }
}
