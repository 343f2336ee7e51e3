// As much of Unity's API as the package uses, for a compiler and a host without Unity. The host drives what has a body.
#pragma warning disable 67, 169, 414, 649
using System;
using System.Collections.Generic;

namespace UnityEngine
{
    public class Object
    {
        public string name = "stub";
        public static void Destroy(Object o) { }
        public static T FindObjectOfType<T>() where T : Object { return null; }
    }
    public class Component : Object
    {
        public GameObject gameObject;
        public Transform transform { get { return gameObject.transform; } }
        public T GetComponent<T>() where T : class { return gameObject.GetComponent<T>(); }
        public T GetComponentInParent<T>() where T : class { return GetComponent<T>(); }
        public T[] GetComponentsInChildren<T>() where T : class { return gameObject.parts.FindAll(p => p is T).ConvertAll(p => p as T).ToArray(); }
    }
    public class Behaviour : Component { public bool enabled = true; public bool isActiveAndEnabled { get { return enabled; } } }
    public class MonoBehaviour : Behaviour { }
    public class ScriptableObject : Object { public static T CreateInstance<T>() where T : ScriptableObject, new() { return new T(); } }
    public class GameObject : Object
    {
        public readonly List<Component> parts = new List<Component>();
        public Transform transform = new Transform();
        public T Add<T>(T part) where T : Component { part.gameObject = this; parts.Add(part); return part; }
        public T GetComponent<T>() where T : class { return parts.Find(p => p is T) as T; }
        public T GetComponentInParent<T>() where T : class { return GetComponent<T>(); }
    }
    public class Transform : Component
    {
        public Transform parent;
        public Quaternion localRotation = Quaternion.identity;
        public Vector3 localPosition;
        public Quaternion rotation { get { return parent == null ? localRotation : parent.rotation * localRotation; } }
    }
    public struct Vector3
    {
        public float x, y, z;
        public Vector3(float x, float y, float z) { this.x = x; this.y = y; this.z = z; }
        public static Vector3 zero { get { return new Vector3(); } }
        public static Vector3 operator +(Vector3 a, Vector3 b) { return new Vector3(a.x + b.x, a.y + b.y, a.z + b.z); }
        public static Vector3 operator *(Vector3 a, float s) { return new Vector3(a.x * s, a.y * s, a.z * s); }
    }
    public struct Quaternion
    {
        public float x, y, z, w;
        public Quaternion(float x, float y, float z, float w) { this.x = x; this.y = y; this.z = z; this.w = w; }
        public float this[int at] { get { return at == 0 ? x : at == 1 ? y : at == 2 ? z : w; } }
        public static Quaternion identity { get { return new Quaternion(0, 0, 0, 1); } }
        public static Quaternion Inverse(Quaternion q) { return new Quaternion(-q.x, -q.y, -q.z, q.w); }
        public static Quaternion operator *(Quaternion a, Quaternion b)
        {
            return new Quaternion(a.w * b.x + a.x * b.w + a.y * b.z - a.z * b.y, a.w * b.y - a.x * b.z + a.y * b.w + a.z * b.x,
                a.w * b.z + a.x * b.y - a.y * b.x + a.z * b.w, a.w * b.w - a.x * b.x - a.y * b.y - a.z * b.z);
        }
        public static Vector3 operator *(Quaternion q, Vector3 v)
        {
            Quaternion r = q * new Quaternion(v.x, v.y, v.z, 0) * Inverse(q);
            return new Vector3(r.x, r.y, r.z);
        }
        // About z, then x, then y.
        public static Quaternion Euler(float x, float y, float z)
        {
            double h = Math.PI / 360;
            var qx = new Quaternion((float)Math.Sin(x * h), 0, 0, (float)Math.Cos(x * h));
            var qy = new Quaternion(0, (float)Math.Sin(y * h), 0, (float)Math.Cos(y * h));
            var qz = new Quaternion(0, 0, (float)Math.Sin(z * h), (float)Math.Cos(z * h));
            return qy * qx * qz;
        }
        public static Quaternion AngleAxis(float angle, Vector3 axis)
        {
            double h = angle * Math.PI / 360;
            float s = (float)Math.Sin(h);
            return new Quaternion(axis.x * s, axis.y * s, axis.z * s, (float)Math.Cos(h));
        }
        public static Quaternion SlerpUnclamped(Quaternion a, Quaternion b, float t)
        {
            double dot = a.x * b.x + a.y * b.y + a.z * b.z + a.w * b.w, sign = dot < 0 ? -1 : 1, angle = Math.Acos(Math.Min(Math.Abs(dot), 1));
            if (angle < 1e-6) return b;
            double p = Math.Sin((1 - t) * angle) / Math.Sin(angle), q = sign * Math.Sin(t * angle) / Math.Sin(angle);
            return new Quaternion((float)(p * a.x + q * b.x), (float)(p * a.y + q * b.y), (float)(p * a.z + q * b.z), (float)(p * a.w + q * b.w));
        }
    }
    public static class Mathf
    {
        public const float Deg2Rad = (float)(Math.PI / 180), Rad2Deg = (float)(180 / Math.PI);
        public static int Min(int a, int b) { return Math.Min(a, b); }
        public static int Clamp(int v, int a, int b) { return Math.Min(Math.Max(v, a), b); }
        public static float Sqrt(float v) { return (float)Math.Sqrt(v); }
    }
    public class Mesh : Object
    {
        public string[] shapes = new string[0];
        public int blendShapeCount { get { return shapes.Length; } }
        public string GetBlendShapeName(int at) { return shapes[at]; }
    }
    public class SkinnedMeshRenderer : Component
    {
        public Mesh sharedMesh;
        public float[] weights = new float[256];
        public void SetBlendShapeWeight(int at, float weight) { weights[at] = weight; }
    }
    public class AudioClip : Object
    {
        public float[] data; public int frequency, channels;
        public int samples { get { return data.Length / channels; } }
        public bool GetData(float[] to, int from)
        {
            for (int at = 0; at < to.Length; at++) to[at] = data[(from * channels + at) % data.Length];
            return true;
        }
    }
    public class AudioSource : Behaviour
    {
        public AudioClip clip; public bool isPlaying, loop; public int timeSamples;
        public void Play() { isPlaying = true; timeSamples = 0; }
        public void Stop() { isPlaying = false; timeSamples = 0; }
    }
    public enum AudioSpeakerMode { Raw, Mono, Stereo, Quad, Surround, Mode5point1, Mode7point1, Prologic }
    public static class AudioSettings
    {
        public delegate void AudioConfigurationChangeHandler(bool deviceWasChanged);
        public static event AudioConfigurationChangeHandler OnAudioConfigurationChanged;
        public static void Change() { if (OnAudioConfigurationChanged != null) OnAudioConfigurationChanged(false); }
        public static int outputSampleRate = 48000, blockLength = 1024, blockCount = 0;
        public static AudioSpeakerMode speakerMode = AudioSpeakerMode.Stereo;
        public static void GetDSPBufferSize(out int length, out int count) { length = blockLength; count = blockCount; }
    }
    public static class Microphone
    {
        public static AudioClip clip; public static int position, least, most, asked; static bool records;
        public static string[] devices = new string[0];
        public static void Unplug() { clip = null; records = false; }
        public static void GetDeviceCaps(string device, out int minFreq, out int maxFreq) { minFreq = least; maxFreq = most; }
        public static AudioClip Start(string device, bool loop, int seconds, int rate) { asked = rate; records = clip != null; return clip; }
        public static bool IsRecording(string device) { return records; }
        public static int GetPosition(string device) { return position; }
        public static void End(string device) { records = false; }
    }
    public static class Time { public static float deltaTime = 1 / 60f; }
    public static class Application { public static bool isPlaying = true; }
    public static class Debug
    {
        public static readonly List<string> lines = new List<string>();
        public static void Log(object text) { lines.Add("info " + text); }
        public static void LogWarning(object text) { lines.Add("warning " + text); }
        public static void LogError(object text) { lines.Add("error " + text); }
        public static void LogException(Exception error, Object of) { lines.Add("exception " + error.Message); }
    }
    public class AnimationClip : Object
    {
        public float frameRate;
        public readonly Dictionary<string, AnimationCurve> curves = new Dictionary<string, AnimationCurve>();
        public void SetCurve(string path, Type type, string name, AnimationCurve curve) { curves.Add(path + ":" + name, curve); }
        public void EnsureQuaternionContinuity() { }
    }
    public struct Keyframe
    {
        public float time, value, inTangent, outTangent;
        public Keyframe(float t, float v, float i, float o) { time = t; value = v; inTangent = i; outTangent = o; }
    }
    public class AnimationCurve { public Keyframe[] keys; public AnimationCurve(params Keyframe[] keys) { this.keys = keys; } }
    public class AddComponentMenuAttribute : Attribute { public AddComponentMenuAttribute(string menu) { } }
    [AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
    public class RequireComponentAttribute : Attribute { public RequireComponentAttribute(Type type) { } }
    public class DisallowMultipleComponentAttribute : Attribute { }
    public class CreateAssetMenuAttribute : Attribute { public string menuName; }
    public class SerializeFieldAttribute : Attribute { }
    public class HideInInspectorAttribute : Attribute { }
    public class TooltipAttribute : Attribute { public TooltipAttribute(string text) { } }
    public class HeaderAttribute : Attribute { public HeaderAttribute(string text) { } }
    public class RangeAttribute : Attribute { public RangeAttribute(float from, float to) { } }
    public static class GUILayout { public static bool Button(string text) { return false; } }
}

#if UNITY_EDITOR
namespace UnityEditor
{
    using UnityEngine;
    public class Editor : ScriptableObject
    {
        public UnityEngine.Object target;
        public virtual void OnInspectorGUI() { }
        public bool DrawDefaultInspector() { return true; }
    }
    public class ScriptableWizard : ScriptableObject
    {
        public bool isValid { get; set; }
        public string helpString { get; set; }
        public static T DisplayWizard<T>(string title, string button) where T : ScriptableWizard, new() { return new T(); }
    }
    public class CustomEditorAttribute : Attribute { public CustomEditorAttribute(Type of) { } }
    public class MenuItemAttribute : Attribute { public MenuItemAttribute(string path) { } }
    public class InitializeOnLoadAttribute : Attribute { }
    public enum MessageType { None, Info, Warning, Error }
    public static class EditorGUILayout { public static void HelpBox(string text, MessageType type) { } }
    public static class EditorUtility
    {
        public static string SaveFilePanelInProject(string title, string name, string ending, string text) { return name; }
        public static bool DisplayCancelableProgressBar(string title, string info, float share) { return false; }
        public static void ClearProgressBar() { }
    }
    public static class AssetDatabase
    {
        public static void CreateAsset(UnityEngine.Object asset, string path) { }
        public static string GetAssetPath(UnityEngine.Object asset) { return asset.name; }
        public static string GenerateUniqueAssetPath(string path) { return path; }
    }
    public enum SelectionMode { DeepAssets = 32 }
    public static class Selection
    {
        public static GameObject activeGameObject; public static UnityEngine.Object activeObject;
        public static UnityEngine.Object[] GetFiltered(Type type, SelectionMode mode) { return new UnityEngine.Object[0]; }
    }
    public static class AnimationUtility { public static string CalculateTransformPath(Transform of, Transform root) { return of.name; } }
    public static class AssemblyReloadEvents
    {
        public delegate void AssemblyReloadCallback();
        public static event AssemblyReloadCallback beforeAssemblyReload;
    }
    public static class EditorApplication { public static event Action quitting; }
}
namespace UnityEditor.AssetImporters
{
    public class ScriptedImporterAttribute : Attribute { public ScriptedImporterAttribute(int version, string ending) { } }
    public abstract class ScriptedImporter : UnityEngine.Object { public abstract void OnImportAsset(AssetImportContext context); }
    public class AssetImportContext
    {
        public string assetPath { get; set; }
        public UnityEngine.Object main;
        public readonly List<string> errors = new List<string>();
        public void AddObjectToAsset(string id, UnityEngine.Object asset) { }
        public void DependsOnSourceAsset(string path) { sources.Add(path); }
        public readonly List<string> sources = new List<string>();
        public void SetMainObject(UnityEngine.Object asset) { main = asset; }
        public void LogImportError(string text) { errors.Add(text); }
    }
}
#endif
