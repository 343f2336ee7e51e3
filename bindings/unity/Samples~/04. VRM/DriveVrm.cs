using System;
using Media2Face;
using UnityEngine;

/// <summary>
/// Gives a VRM avatar its expressions by name. Assign what your VRM package has for that, for example
/// Set = (name, weight) => instance.Runtime.Expression.SetWeight(ExpressionKey.CreateFromPreset(...), weight).
/// The speaker's mapping must have the rig Vrm1 or Vrm0.
/// </summary>
[RequireComponent(typeof(Media2FaceSpeaker))]
public sealed class DriveVrm : MonoBehaviour
{
    public Action<string, float> Set;

    void OnEnable() { GetComponent<Media2FaceSpeaker>().Shown += Show; }
    void OnDisable() { GetComponent<Media2FaceSpeaker>().Shown -= Show; }

    void Show(Media2FaceSpeaker speaker)
    {
        if (Set == null) return;
        string[] names = speaker.Puppet.Channels;
        for (int at = 0; at < names.Length; at++) Set(names[at], speaker.Puppet.Values[at]);
    }
}
