// As much of Unity's Playables and of the package com.unity.timeline as the face track uses. The host builds graphs of it.
#pragma warning disable 67, 169, 414, 649
using System;
using System.Collections.Generic;

namespace UnityEngine.Playables
{
    public interface IPlayableBehaviour { }
    public abstract class PlayableBehaviour : IPlayableBehaviour
    {
        public virtual void ProcessFrame(Playable playable, FrameData info, object playerData) { }
    }
    public struct FrameData { public float deltaTime; }
    public struct PlayableGraph { }
    /// <summary>What a handle of a playable points to.</summary>
    public sealed class Node
    {
        public IPlayableBehaviour behaviour; public double time; public List<Node> inputs = new List<Node>(); public List<float> weights = new List<float>();
    }
    public interface IPlayable { Node Node { get; } }
    public struct Playable : IPlayable { public Node node; public Node Node { get { return node; } } }
    public struct ScriptPlayable<T> : IPlayable where T : class, IPlayableBehaviour, new()
    {
        Node node;
        public Node Node { get { return node; } }
        public static ScriptPlayable<T> Create(PlayableGraph graph, int inputCount = 0)
        {
            var node = new Node { behaviour = new T() };
            for (int at = 0; at < inputCount; at++) { node.inputs.Add(null); node.weights.Add(0); }
            return new ScriptPlayable<T> { node = node };
        }
        public T GetBehaviour() { return (T)node.behaviour; }
        public static implicit operator Playable(ScriptPlayable<T> from) { return new Playable { node = from.node }; }
        public static explicit operator ScriptPlayable<T>(Playable from)
        {
            if (!(from.node.behaviour is T)) throw new InvalidCastException("another kind of playable");
            return new ScriptPlayable<T> { node = from.node };
        }
    }
    public static class PlayableExtensions
    {
        public static int GetInputCount<U>(this U of) where U : struct, IPlayable { return of.Node.inputs.Count; }
        public static float GetInputWeight<U>(this U of, int at) where U : struct, IPlayable { return of.Node.weights[at]; }
        public static Playable GetInput<U>(this U of, int at) where U : struct, IPlayable { return new Playable { node = of.Node.inputs[at] }; }
        public static double GetTime<U>(this U of) where U : struct, IPlayable { return of.Node.time; }
    }
    public abstract class PlayableAsset : ScriptableObject
    {
        public virtual double duration { get { return 5; } }
        public abstract Playable CreatePlayable(PlayableGraph graph, GameObject owner);
    }
    public class PlayableDirector : Behaviour
    {
        public readonly Dictionary<Object, Object> bindings = new Dictionary<Object, Object>();
        public PlayableAsset playableAsset { get; set; }
        public Object GetGenericBinding(Object of) { Object found; bindings.TryGetValue(of, out found); return found; }
        public void SetGenericBinding(Object of, Object to) { bindings[of] = to; }
        public void Play() { }
    }
}

namespace UnityEngine.Timeline
{
    using UnityEngine.Playables;
    [Flags] public enum ClipCaps { None = 0, Looping = 1, Extrapolation = 2, ClipIn = 4, SpeedMultiplier = 8, Blending = 16 }
    public interface ITimelineClipAsset { ClipCaps clipCaps { get; } }
    public interface IPropertyCollector { void AddFromName<T>(GameObject of, string name) where T : Component; }
    public abstract class TrackAsset : PlayableAsset
    {
        public readonly List<TimelineClip> clips = new List<TimelineClip>();
        public TimelineClip CreateClip<T>() where T : PlayableAsset, new() { var made = new TimelineClip { asset = new T() }; clips.Add(made); return made; }
        public override Playable CreatePlayable(PlayableGraph graph, GameObject owner) { return new Playable(); }
        public virtual Playable CreateTrackMixer(PlayableGraph graph, GameObject owner, int inputCount) { return new Playable(); }
        public virtual void GatherProperties(PlayableDirector director, IPropertyCollector driver) { }
    }
    public class TimelineClip { public double start, duration, easeInDuration, easeOutDuration; public Object asset; }
    public class TimelineAsset : PlayableAsset
    {
        public readonly List<TrackAsset> tracks = new List<TrackAsset>();
        public override Playable CreatePlayable(PlayableGraph graph, GameObject owner) { return new Playable(); }
        public T CreateTrack<T>(TrackAsset parent, string name) where T : TrackAsset, new() { var track = new T { name = name }; tracks.Add(track); return track; }
    }
    public class AudioTrack : TrackAsset { public TimelineClip CreateClip(AudioClip clip) { var made = new TimelineClip { asset = clip }; clips.Add(made); return made; } }
    public class TrackColorAttribute : Attribute { public TrackColorAttribute(float r, float g, float b) { } }
    public class TrackClipTypeAttribute : Attribute { public TrackClipTypeAttribute(Type of) { } }
    public class TrackBindingTypeAttribute : Attribute { public TrackBindingTypeAttribute(Type of) { } }
}
