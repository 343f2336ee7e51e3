using Media2Face;
using Media2Face.Interop;
using UnityEngine;

/// <summary>Moves the face with the first microphone. The fast class is about a tenth of a second late.</summary>
[RequireComponent(typeof(Media2FaceSpeaker))]
public sealed class FollowMicrophone : MonoBehaviour
{
    void Start()
    {
        var speaker = GetComponent<Media2FaceSpeaker>();
        speaker.latency = Latency.Fast;
        speaker.Listen();
    }
}
