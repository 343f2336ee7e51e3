using Media2Face;
using Media2Face.Timeline;
using UnityEngine;
using UnityEngine.Playables;
using UnityEngine.Timeline;

/// <summary>
/// Puts lines on a Timeline, each with its sound, so that faces overlap a little, and plays it. By hand it is the same: add a Face Track,
/// bind a player to it, add clips, give each its curves.
/// </summary>
[RequireComponent(typeof(PlayableDirector))]
public sealed class DialogueOnTimeline : MonoBehaviour
{
    public Media2FacePlayer player;
    [Tooltip("What m2f bake made")] public FaceCurves[] lines;
    [Tooltip("Their sounds, in the same order")] public AudioClip[] sounds;
    public double pause = 0.3;

    void Start()
    {
        var director = GetComponent<PlayableDirector>();
        var timeline = ScriptableObject.CreateInstance<TimelineAsset>();
        var faces = timeline.CreateTrack<FaceTrack>(null, "faces");
        var voices = timeline.CreateTrack<AudioTrack>(null, "voices");
        double start = 0;
        for (int at = 0; at < lines.Length; at++)
        {
            TimelineClip face = faces.CreateClip<FaceClip>();
            ((FaceClip)face.asset).curves = lines[at];
            face.start = start;
            face.duration = lines[at].Duration;
            // The face fades from rest and back to it.
            face.easeInDuration = face.easeOutDuration = 0.1;
            voices.CreateClip(sounds[at]).start = start;
            start += face.duration + pause;
        }
        director.playableAsset = timeline;
        director.SetGenericBinding(faces, player);
        director.SetGenericBinding(voices, player.GetComponent<AudioSource>());
        director.Play();
    }
}
