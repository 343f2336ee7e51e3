using Media2Face;
using UnityEngine;

/// <summary>
/// The face follows a voice that is not on the character, such as a dialogue system's AudioSource. That object has the component
/// Audio Tap, whose speaker is the one here. Whatever the source plays is delayed until the face is ready.
/// </summary>
[RequireComponent(typeof(Media2FaceSpeaker))]
public sealed class FollowAnotherVoice : MonoBehaviour
{
    public Media2FaceAudioTap tap;
    public AudioClip line;

    void Start()
    {
        var speaker = GetComponent<Media2FaceSpeaker>();
        if (tap == null || tap.speaker != speaker) Debug.LogError(name + ": put an Audio Tap with this speaker beside the AudioSource");
        speaker.Follow();
        if (tap == null || line == null) return;
        // As the dialogue system would.
        var voice = tap.GetComponent<AudioSource>();
        voice.clip = line;
        voice.Play();
    }
}
