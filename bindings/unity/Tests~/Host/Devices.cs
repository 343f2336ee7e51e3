using System;
using System.Collections.Generic;
using System.Threading;
using Media2Face;
using UnityEngine;

/// <summary>Devices that come, change and go: no exception leaves an event of the engine, and the next call finds things in order.</summary>
static class Devices
{
    static readonly List<Exception> failures = new List<Exception>();

    public static void Run(Rig rig)
    {
        Rig.WithoutThreads();
        rig.Build(rig.Model());
        rig.Speaker.Failed += failure => failures.Add(failure);
        Clip(rig);
        Rates(rig);
        Recording(rig);
        Hammered(rig);
        rig.OnDestroy();
        foreach (string line in Debug.lines) Program.Must(!line.StartsWith("error"), line);
    }

    static void Failed(Rig rig, params string[] words)
    {
        Program.Must(failures.Count == 1, "one failure is told, not " + failures.Count);
        foreach (string word in words) Program.Must(failures[0].Message.Contains(word), word + " in " + failures[0].Message);
        Program.Must(!rig.Speaker.IsLive && Debug.lines[Debug.lines.Count - 1].StartsWith("exception"), "it stopped, and the console has it");
        failures.Clear();
        for (int frame = 0; frame < 90; frame++) rig.LateUpdate();
        Clips.AtRest(rig, "after a failure");
    }

    /// <summary>A new output device stops all sources: the clip goes on where it was.</summary>
    static void Clip(Rig rig)
    {
        int ended = 0;
        rig.Speaker.Ended += () => ended++;
        rig.Speaker.Say(rig.Clip);
        while (rig.Speaker.IsPreparing) rig.LateUpdate();
        rig.Voice.timeSamples = 40000;
        rig.LateUpdate();
        rig.Voice.Stop();
        AudioSettings.outputSampleRate = 44100;
        AudioSettings.Change();
        Program.Must(rig.Voice.isPlaying && rig.Voice.timeSamples == 40000, "the clip goes on at another rate");
        rig.LateUpdate();
        Program.Must(ended == 0 && rig.Speaker.Animation != null, "a new device is no end");
        // Somebody takes the sound away.
        rig.Voice.clip = null;
        rig.LateUpdate();
        Program.Must(ended == 1 && rig.Speaker.Animation == null, "a clip that is taken away is an end");
    }

    /// <summary>Every rate a device may have, one after another; none at all is told.</summary>
    static void Rates(Rig rig)
    {
        rig.Speaker.Follow();
        foreach (int rate in new[] { 8000, 11025, 22050, 44100, 96000, 192000, 48000 })
        {
            AudioSettings.outputSampleRate = rate;
            AudioSettings.Change();
            Program.Must(rig.Speaker.Voice.Stream.SampleRate == rate, "the stream has the rate " + rate);
            foreach (int channels in new[] { 1, 2, 6, 8, 2 })
            {
                var block = new float[512 * channels];
                rig.OnAudioFilterRead(block, channels);
                rig.LateUpdate();
                rig.OnAudioFilterRead(block, channels);
                Program.Must(rig.Speaker.Voice.Stream.Channels == channels, channels + " channels at " + rate);
            }
        }
        Program.Must(failures.Count == 0, "all rates are fine");
        AudioSettings.outputSampleRate = 0;
        AudioSettings.Change();
        Failed(rig, "sample rate 0 Hz");
        AudioSettings.Change();
        AudioSettings.outputSampleRate = 16000;
        rig.Speaker.Follow();
        rig.OnAudioFilterRead(new float[Rig.Block], 1);
        rig.LateUpdate();
        Program.Must(rig.Speaker.IsLive && failures.Count == 0, "with a device it goes on");
        rig.Speaker.Stop();
    }

    static void Recording(Rig rig)
    {
        Microphone.clip = null;
        Microphone.devices = new[] { "Headset", "Line In" };
        Program.Fails<InvalidOperationException>(() => rig.Speaker.Listen("Webcam"), "Webcam", "cannot be opened", "Headset, Line In");
        Program.Must(!rig.Speaker.IsLive, "nothing is live without a microphone");
        // A microphone of 8 to 16 kHz is asked for what it has.
        Microphone.least = 8000;
        Microphone.most = 16000;
        AudioSettings.outputSampleRate = 48000;
        Plug(rig);
        rig.Speaker.Listen("Headset");
        Program.Must(Microphone.asked == 16000, "16 kHz were asked for, not " + Microphone.asked);
        Hear(rig, 30);
        // It is unplugged.
        Microphone.Unplug();
        rig.LateUpdate();
        Failed(rig, "Headset", "unplugged");
        rig.LateUpdate();
        Program.Must(failures.Count == 0, "it is told once");
        // Plugged in again, and gone with the output device: the engine's event comes first.
        Plug(rig);
        rig.Speaker.Listen("Headset");
        Hear(rig, 10);
        Microphone.Unplug();
        AudioSettings.Change();
        Failed(rig, "Headset", "cannot be opened");
        // A position that makes no sense is none.
        Plug(rig);
        rig.Speaker.Listen();
        foreach (int position in new[] { -1, int.MinValue, 100000, 16000, 0 })
        {
            Microphone.position = position;
            rig.LateUpdate();
        }
        Program.Must(failures.Count == 0 && rig.Speaker.IsLive, "positions outside the recording are left out");
        rig.Speaker.Stop();
        AudioSettings.outputSampleRate = 16000;
    }

    static void Plug(Rig rig)
    {
        Microphone.clip = new AudioClip { data = new float[16000], frequency = 16000, channels = 1 };
        Microphone.position = 0;
    }

    static void Hear(Rig rig, int frames)
    {
        for (int at = 0; at < frames; at++)
        {
            Microphone.position = (Microphone.position + 267) % 16000;
            rig.LateUpdate();
        }
        Program.Must(failures.Count == 0 && rig.Speaker.IsLive, "it listens");
    }

    /// <summary>The device changes over and over while an audio thread plays, and the speaker is destroyed in the middle of it.</summary>
    static void Hammered(Rig rig)
    {
        // An audio thread that never rests brings more sound than can be animated.
        rig.Speaker.stepMs = 2;
        rig.Speaker.Follow();
        bool ends = false;
        Exception broken = null;
        var audio = new Thread(() =>
        {
            var blocks = new[] { new float[256], new float[1024] };
            try
            {
                for (int at = 0; !Volatile.Read(ref ends); at++) rig.OnAudioFilterRead(blocks[at / 50 % 2], at / 50 % 2 + 1);
            }
            catch (Exception failed)
            {
                broken = failed;
            }
        });
        audio.Start();
        for (int change = 0; change < 20; change++)
        {
            AudioSettings.outputSampleRate = change % 2 == 0 ? 44100 : 48000;
            AudioSettings.Change();
            rig.LateUpdate();
            Thread.Sleep(1);
        }
        rig.OnDisable();
        AudioSettings.Change();
        Volatile.Write(ref ends, true);
        audio.Join();
        Program.Must(broken == null && failures.Count == 0, "neither thread meets an exception: " + broken);
        Program.Must(!rig.Speaker.IsLive, "a disabled speaker does not come back with a device");
        Console.WriteLine("   devices changed their rate, and microphones vanished");
    }
}
