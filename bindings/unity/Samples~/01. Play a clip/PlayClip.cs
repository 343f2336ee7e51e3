using Media2Face;
using UnityEngine;

/// <summary>Says a clip in a style when the scene begins. Put it beside a speaker and an AudioSource.</summary>
[RequireComponent(typeof(Media2FaceSpeaker))]
public sealed class PlayClip : MonoBehaviour
{
    public AudioClip clip;
    public string style = "happy";

    void Start()
    {
        var speaker = GetComponent<Media2FaceSpeaker>();
        speaker.style = style;
        // And nods for a second. Times are those of the clip.
        speaker.Styles.Add(new FaceStyle("nod") { start = 0.5, end = 1.5 });
        speaker.Say(clip);
    }
}
