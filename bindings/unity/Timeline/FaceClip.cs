using UnityEngine;
using UnityEngine.Playables;
using UnityEngine.Timeline;

namespace Media2Face.Timeline
{
    /// <summary>A baked line on a FaceTrack. It can be blended, clipped, and played at another speed.</summary>
    public sealed class FaceClip : PlayableAsset, ITimelineClipAsset
    {
        public FaceCurves curves;
        [Range(0, 2)] public float gain = 1;
        [Range(0, 2)] public float headGain = 1;

        public ClipCaps clipCaps { get { return ClipCaps.Blending | ClipCaps.ClipIn | ClipCaps.SpeedMultiplier | ClipCaps.Extrapolation; } }

        /// <summary>How long a new clip is, seconds.</summary>
        public override double duration { get { return curves == null ? base.duration : curves.Duration; } }

        public override Playable CreatePlayable(PlayableGraph graph, GameObject owner)
        {
            ScriptPlayable<FaceClipBehaviour> playable = ScriptPlayable<FaceClipBehaviour>.Create(graph);
            FaceClipBehaviour behaviour = playable.GetBehaviour();
            behaviour.Curves = curves;
            behaviour.Gain = gain;
            behaviour.HeadGain = headGain;
            return playable;
        }
    }

    /// <summary>What the mixer reads of a clip.</summary>
    public sealed class FaceClipBehaviour : PlayableBehaviour
    {
        public FaceCurves Curves;
        public float Gain = 1, HeadGain = 1;
    }
}
