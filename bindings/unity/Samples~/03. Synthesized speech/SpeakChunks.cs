using Media2Face;
using UnityEngine;

/// <summary>
/// Speaks what a synthesizer gives, chunk by chunk, and stops when the player speaks. Here a clip is the synthesizer.
/// </summary>
[RequireComponent(typeof(Media2FaceSpeaker))]
[RequireComponent(typeof(AudioSource))]
public sealed class SpeakChunks : MonoBehaviour
{
    public AudioClip speech;
    Media2FaceSpeaker speaker;
    float[] samples, chunk;
    int next;

    void Start()
    {
        speaker = GetComponent<Media2FaceSpeaker>();
        samples = new float[speech.samples * speech.channels];
        speech.GetData(samples, 0);
        chunk = new float[speech.frequency / 5];
        speaker.BeginSpeech();
    }

    void Update()
    {
        // Faster than speech, as synthesizers are.
        int count = Mathf.Min(chunk.Length, speech.samples - next);
        if (count <= 0) return;
        for (int at = 0; at < count; at++) chunk[at] = samples[(next + at) * speech.channels];
        // Where the queue is full, the rest is pushed again in the next frame.
        next += (int)(count * speaker.Push(chunk, count, speech.frequency));
    }

    /// <summary>Barge-in: call it when the player begins to speak.</summary>
    public void Interrupt()
    {
        next = speech.samples;
        speaker.Interrupt();
        speaker.SetListening(true);
    }
}
