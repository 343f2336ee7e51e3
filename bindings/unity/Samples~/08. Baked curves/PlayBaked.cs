using Media2Face;
using UnityEngine;

/// <summary>
/// Says lines that `m2f bake` made, one after another. The game needs neither the model nor the library for them.
/// </summary>
[RequireComponent(typeof(Media2FacePlayer))]
[RequireComponent(typeof(AudioSource))]
public sealed class PlayBaked : MonoBehaviour
{
    [Tooltip("Files that end in .curves, as the importer takes them")] public FaceCurves[] lines;
    [Tooltip("Their sounds, in the same order")] public AudioClip[] sounds;
    Media2FacePlayer player;
    int next;

    void Start()
    {
        player = GetComponent<Media2FacePlayer>();
        // Read while the scene loads.
        foreach (FaceCurves line in lines) line.Load();
        player.Ended += Next;
        Next();
    }

    void OnDestroy() { player.Ended -= Next; }

    void Next()
    {
        if (next >= lines.Length || !isActiveAndEnabled) return;
        int at = next++;
        player.Play(lines[at], at < sounds.Length ? sounds[at] : null);
    }
}
