using UnityEngine;
using UnityEngine.Playables;
using UnityEngine.Timeline;

namespace Media2Face.Timeline
{
    /// <summary>
    /// Baked faces on a Timeline, for one Media2FacePlayer: clips fade into each other and into the face at rest. Scrubbing shows them
    /// in the editor, too. The sound belongs on an audio track beside it.
    /// </summary>
    [TrackColor(0.86f, 0.45f, 0.34f)]
    [TrackClipType(typeof(FaceClip))]
    [TrackBindingType(typeof(Media2FacePlayer))]
    public sealed class FaceTrack : TrackAsset
    {
        public override Playable CreateTrackMixer(PlayableGraph graph, GameObject owner, int inputCount)
        {
            return ScriptPlayable<FaceMixer>.Create(graph, inputCount);
        }

        /// <summary>What scrubbing changes is put back when the preview ends.</summary>
        public override void GatherProperties(PlayableDirector director, IPropertyCollector driver)
        {
            var player = director.GetGenericBinding(this) as Media2FacePlayer;
            if (player == null) return;
            foreach (SkinnedMeshRenderer mesh in player.GetComponentsInChildren<SkinnedMeshRenderer>())
                for (int at = 0; mesh.sharedMesh != null && at < mesh.sharedMesh.blendShapeCount; at++)
                    driver.AddFromName<SkinnedMeshRenderer>(mesh.gameObject, "m_BlendShapeWeights.Array.data[" + at + "]");
            foreach (Transform bone in new[] { player.head, player.leftEye, player.rightEye })
            {
                if (bone == null) continue;
                driver.AddFromName<Transform>(bone.gameObject, "m_LocalRotation");
                driver.AddFromName<Transform>(bone.gameObject, "m_LocalPosition");
            }
        }
    }
}
