using Media2Face;
using Media2Face.Editor;
using UnityEditor;
using UnityEngine;

/// <summary>
/// Bakes every AudioClip that is selected in the project, for the first speaker of the scene: an AnimationClip beside each. Then
/// neither model nor library is part of the game.
/// </summary>
static class BakeSelected
{
    [MenuItem("Tools/Media2Face/Bake selected sounds")]
    static void Run()
    {
        var speaker = Object.FindObjectOfType<Media2FaceSpeaker>();
        if (speaker == null)
        {
            Debug.LogError("no speaker is in the scene: its model, style and mapping say how to bake");
            return;
        }
        Object[] sounds = Selection.GetFiltered(typeof(AudioClip), SelectionMode.DeepAssets);
        try
        {
            for (int at = 0; at < sounds.Length; at++)
                if (!Bake(speaker, (AudioClip)sounds[at], at / (float)sounds.Length)) return;
        }
        finally
        {
            EditorUtility.ClearProgressBar();
        }
    }

    /// <summary>False if somebody cancels.</summary>
    static bool Bake(Media2FaceSpeaker speaker, AudioClip sound, float done)
    {
        using (FaceSession job = speaker.Animate(sound))
        {
            while (!job.Wait(50))
            {
                if (!EditorUtility.DisplayCancelableProgressBar("media2face", sound.name, done)) continue;
                job.Cancel();
                return false;
            }
            using (FaceAnimation animation = job.Pull())
            {
                SkinnedMeshRenderer[] meshes = speaker.GetComponentsInChildren<SkinnedMeshRenderer>();
                AnimationClip clip = FaceBaker.Bake(animation, speaker.mapping, meshes, speaker.transform, speaker.head, 30);
                string path = System.IO.Path.ChangeExtension(AssetDatabase.GetAssetPath(sound), "face.anim");
                AssetDatabase.CreateAsset(clip, AssetDatabase.GenerateUniqueAssetPath(path));
            }
        }
        return true;
    }
}
