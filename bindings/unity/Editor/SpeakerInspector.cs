using UnityEditor;
using UnityEngine;

namespace Media2Face.Editor
{
    /// <summary>Says below a style what the model understands by it.</summary>
    [CustomEditor(typeof(Media2FaceSpeaker))]
    public sealed class SpeakerInspector : UnityEditor.Editor
    {
        string read, understood;

        public override void OnInspectorGUI()
        {
            DrawDefaultInspector();
            var speaker = (Media2FaceSpeaker)target;
            if (string.IsNullOrEmpty(speaker.style) || speaker.model == null) return;
            if (GUILayout.Button("What does the model understand?")) Ask(speaker);
            if (understood != null && read == speaker.style) EditorGUILayout.HelpBox(understood, MessageType.Info);
            if (Application.isPlaying && GUILayout.Button("Interrupt")) speaker.Interrupt();
        }

        void Ask(Media2FaceSpeaker speaker)
        {
            read = speaker.style;
            try
            {
                understood = speaker.model.Load().Explain(new FaceStyle(read, speaker.styleStrength));
            }
            catch (Media2FaceException failed)
            {
                understood = failed.Message;
            }
        }
    }
}
