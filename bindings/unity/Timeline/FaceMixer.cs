using UnityEngine.Playables;

namespace Media2Face.Timeline
{
    /// <summary>Shows on the track's player what its clips say together, each by its weight. Where no clip is, the face is at rest.</summary>
    public sealed class FaceMixer : PlayableBehaviour
    {
        readonly FaceBlend blend = new FaceBlend(Count);
        readonly float[] weights = new float[Count], pose = new float[7];
        bool shows;

        static int Count { get { return FaceRig.Arkit.Channels.Length; } }

        public override void ProcessFrame(Playable playable, FrameData info, object playerData)
        {
            var player = playerData as Media2FacePlayer;
            if (player == null) return;
            blend.Begin();
            for (int input = 0; input < playable.GetInputCount(); input++)
            {
                float share = playable.GetInputWeight(input);
                if (share <= 0) continue;
                var clip = (ScriptPlayable<FaceClipBehaviour>)playable.GetInput(input);
                FaceClipBehaviour behaviour = clip.GetBehaviour();
                if (behaviour.Curves == null) continue;
                behaviour.Curves.Sample(clip.GetTime(), weights, pose);
                blend.Add(weights, pose, share, behaviour.Gain, behaviour.HeadGain);
            }
            // Between clips the player is free for Play: rest is shown once.
            bool any = blend.End(weights, pose);
            if (any || shows) player.Show(weights, pose);
            shows = any;
        }
    }
}
