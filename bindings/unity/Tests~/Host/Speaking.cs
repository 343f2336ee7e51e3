using System;
using System.IO;
using System.Threading;
using Media2Face;
using UnityEngine;

/// <summary>A clip through the speaker: every weight of 230 faces is the C library's.</summary>
static class Clips
{
    public static void Run(Rig rig)
    {
        Rig.WithoutThreads();
        rig.Build(rig.Model());
        rig.Speaker.style = "happy";
        int began = 0, ended = 0;
        rig.Speaker.Began += animation => began++;
        rig.Speaker.Ended += () => ended++;
        rig.Speaker.Say(rig.Clip);
        Program.Must(rig.Speaker.IsPreparing && !rig.Voice.isPlaying, "nothing sounds before it is animated");
        for (int frame = 0; rig.Speaker.IsPreparing; frame++)
        {
            Program.Must(frame < 100000, "the clip is animated some time");
            rig.LateUpdate();
        }
        Program.Must(began == 1 && rig.Voice.isPlaying, "it sounds once it is animated");
        int frames = rig.Clip.samples;
        float moved = 0;
        using (BinaryReader reference = Rig.Reference(rig.ReferencePath, 0))
        {
            for (int k = 0; k < Rig.Faces; k++)
            {
                rig.Voice.timeSamples = (int)(1 + (long)k * (frames - 1) / Rig.Faces);
                rig.LateUpdate();
                moved += rig.Compare(reference, "face " + k);
            }
        }
        Program.Must(moved > 50, "the face moved, by " + moved);
        // Paused, the face is held; at the end it comes to rest.
        rig.Voice.isPlaying = false;
        rig.LateUpdate();
        Program.Must(rig.Speaker.Animation != null && ended == 0, "a pause is no end");
        rig.Voice.Stop();
        for (int frame = 0; frame < 90; frame++) rig.LateUpdate();
        Program.Must(ended == 1 && rig.Speaker.Animation == null, "it ended once");
        AtRest(rig, "after the end");
        Console.WriteLine("   " + Rig.Faces + " faces of a clip are the C library's, bit for bit; weights sum to " + moved);
    }

    public static void AtRest(Rig rig, string when)
    {
        foreach (float weight in rig.Speaker.Weights) Program.Must(weight == 0, when + ": every weight is 0, not " + weight);
        Program.Must(Math.Abs(rig.Speaker.Pose[3] - 1) < 1e-6, when + ": the head is straight");
    }
}

/// <summary>A live voice with a barge-in: every face is the C library's, and the sound is the one that was spoken, later.</summary>
static class Streams
{
    public static void Run(Rig rig)
    {
        Rig.WithoutThreads();
        rig.Build(rig.Model());
        Following(rig);
        Pushing(rig);
        Recording(rig);
        Changing(rig);
    }

    static void Following(Rig rig)
    {
        rig.Speaker.Follow();
        rig.Speaker.Voice.RunsEvenly = false;
        int delay = rig.Speaker.Voice.DelayFrames, blocks = rig.Clip.samples / Rig.Block;
        float[] spoken = rig.Clip.data, block = new float[Rig.Block], heard = new float[blocks * Rig.Block];
        float moved = 0;
        using (BinaryReader reference = Rig.Reference(rig.ReferencePath, Rig.Faces))
        {
            for (int at = 0; at < blocks; at++)
            {
                if (at == Rig.BargeIn)
                {
                    // What is made of the sound so far decides about an interruption.
                    rig.Settle();
                    rig.Speaker.Interrupt();
                }
                Array.Copy(spoken, at * Rig.Block, block, 0, Rig.Block);
                rig.OnAudioFilterRead(block, 1);
                Array.Copy(block, 0, heard, at * Rig.Block, Rig.Block);
                rig.Frame();
                moved += rig.Compare(reference, "block " + at);
            }
            Program.Must(reference.BaseStream.Position == reference.BaseStream.Length, "the reference has no more faces");
        }
        Program.Must(moved > 50, "the face moved, by " + moved);
        int cut = Rig.BargeIn * Rig.Block;
        for (int at = 0; at < heard.Length; at++)
        {
            bool silent = at < delay || at >= cut && at < cut + delay;
            float expected = silent ? 0 : spoken[at - delay];
            Program.Must(heard[at] == expected, "sample " + at + " that is heard is " + heard[at] + ", expected " + expected);
        }
        Console.WriteLine("   " + blocks + " faces of a stream with a barge-in are the C library's, bit for bit; the sound is " +
            delay + " frames late");
    }

    /// <summary>Synthesized speech in uneven chunks at 8 kHz comes out at 16, and nothing of it after a barge-in.</summary>
    static void Pushing(Rig rig)
    {
        rig.Speaker.queueSeconds = 1;
        rig.Speaker.BeginSpeech();
        rig.Speaker.Voice.RunsEvenly = false;
        int delay = rig.Speaker.Voice.DelayFrames, pushed = 0, chunk = 100;
        var tone = new float[4000];
        for (int at = 0; at < tone.Length; at++) tone[at] = 0.5f * (float)Math.Sin(2 * Math.PI * 200 * at / 8000);
        while (pushed < tone.Length)
        {
            int count = Math.Min(chunk = chunk * 7 % 611 + 1, tone.Length - pushed);
            var part = new float[count];
            Array.Copy(tone, pushed, part, 0, count);
            Program.Must(rig.Speaker.Push(part, count, 8000) == 1, "there is room for half a second");
            pushed += count;
        }
        Program.Must(rig.Speaker.Push(tone, tone.Length, 8000) == 1 && rig.Speaker.Push(tone, 4000, 8000) < 0.01f,
            "a full queue takes no more");
        var heard = new float[60 * Rig.Block];
        var block = new float[Rig.Block];
        for (int at = 0; at < 60; at++)
        {
            if (at == 20) rig.Speaker.Interrupt();
            rig.OnAudioFilterRead(block, 1);
            Array.Copy(block, 0, heard, at * Rig.Block, Rig.Block);
            rig.Frame();
        }
        double worst = 0;
        // The curve through four samples is two of them late.
        for (int at = delay + 100; at < 20 * Rig.Block; at++)
            worst = Math.Max(worst, Math.Abs(heard[at] - 0.5 * Math.Sin(2 * Math.PI * 200 * ((at - delay) / 16000.0 - 2.0 / 8000))));
        Program.Must(worst < 0.01, "the tone is heard as it was pushed, within " + worst);
        for (int at = 20 * Rig.Block; at < heard.Length; at++) Program.Must(heard[at] == 0, "nothing is heard after a barge-in");
        Program.Must(rig.Speaker.Voice.Waiting == 0, "nothing waits after a barge-in");
        Program.Must(rig.Speaker.Push(tone, 100, 8000) == 1, "what comes next finds room");
        Console.WriteLine("   speech at 8 kHz is heard at 16, within " + worst.ToString("F4"));
    }

    static void Recording(Rig rig)
    {
        var ring = new AudioClip { data = new float[16000], frequency = 16000, channels = 1 };
        Microphone.clip = ring;
        Microphone.position = 0;
        rig.Speaker.Listen();
        rig.Speaker.Voice.RunsEvenly = false;
        float most = 0;
        for (int at = 0; at + 267 <= 48000; at += 267)
        {
            for (int k = 0; k < 267; k++) ring.data[(at + k) % 16000] = rig.Clip.data[8000 + at + k];
            Microphone.position = (at + 267) % 16000;
            rig.Frame();
            foreach (float weight in rig.Speaker.Weights) most = Math.Max(most, weight);
        }
        Program.Must(most > 0.2, "the face moves with a microphone, by " + most);
        Media2Face.Interop.StreamStatus status;
        rig.Speaker.Voice.Stream.Read(out status);
        Program.Must(status.dropped == 0 && status.silenced == 0 && status.next_sample > 47000, "all of the recording was taken");
    }

    /// <summary>A voice on another object.</summary>
    static void Tapping(Rig rig, float[] block)
    {
        var tap = new GameObject().Add(new Media2FaceAudioTap());
        Program.Fails<InvalidOperationException>(() => Enable(tap), "no speaker");
        tap.speaker = rig.Speaker;
        Enable(tap);
        for (int at = 0; at < block.Length; at++) block[at] = 1;
        rig.OnAudioFilterRead(block, 2);
        Program.Must(block[0] == 1, "the speaker's own object is not listened to");
        Rig.Call<Action<float[], int>>(tap, "OnAudioFilterRead")(block, 2);
        Program.Must(block[0] == 0, "the tap is");
        Rig.Call<Action>(tap, "OnDisable")();
        for (int at = 0; at < block.Length; at++) block[at] = 1;
        rig.OnAudioFilterRead(block, 2);
        Program.Must(block[0] == 0, "and then it is again");
    }

    static void Enable(Media2FaceAudioTap tap) { Rig.Call<Action>(tap, "OnEnable")(); }

    /// <summary>Another rate, and more channels than were foreseen: the stream is made again.</summary>
    static void Changing(Rig rig)
    {
        rig.Speaker.Follow();
        AudioSettings.outputSampleRate = 48000;
        AudioSettings.Change();
        Program.Must(rig.Speaker.Voice.Stream.SampleRate == 48000, "the stream has the new rate");
        rig.OnAudioFilterRead(new float[1024], 2);
        rig.LateUpdate();
        Program.Must(rig.Speaker.Voice.Stream.Channels == 2, "the stream has the new channels");
        var block = new float[1024];
        for (int at = 0; at < block.Length; at++) block[at] = 1;
        rig.OnAudioFilterRead(block, 2);
        rig.LateUpdate();
        Program.Must(block[0] == 0 && rig.Speaker.IsLive, "it goes on");
        Tapping(rig, block);
        rig.OnDisable();
        rig.OnAudioFilterRead(block, 2);
        Program.Must(!rig.Speaker.IsLive, "a disabled speaker is not live");
    }
}

/// <summary>Two million samples and no collection.</summary>
static class Garbage
{
    public static void Run(Rig rig)
    {
        Rig.WithoutThreads();
        rig.Build(rig.Model());
        FaceAnimation animation;
        using (FaceSession job = rig.Speaker.Animate(rig.Clip))
        {
            while (!job.Wait(1000)) continue;
            animation = job.Pull();
        }
        var weights = new float[52];
        var head = new float[7];
        double duration = animation.Duration;
        Count("1,900,000 head poses and 100,000 whole faces of a clip", () =>
        {
            for (int at = 0; at < 1900000; at++) animation.Sample(at * duration / 1900000, null, head);
            for (int at = 0; at < 100000; at++) animation.Sample(at * duration / 100000, weights, head);
        }, () => animation.Sample(0.5, weights, head));
        rig.Speaker.Follow();
        var block = new float[Rig.Block];
        int next = 0;
        Action frame = () =>
        {
            Array.Copy(rig.Clip.data, next, block, 0, Rig.Block);
            next = (next + Rig.Block) % (rig.Clip.samples - Rig.Block);
            rig.OnAudioFilterRead(block, 1);
            rig.LateUpdate();
        };
        Count("2,000 frames of a live speaker, with its audio", () => { for (int at = 0; at < 2000; at++) frame(); }, frame);
        rig.Speaker.Play(animation, rig.Clip);
        frame = () =>
        {
            rig.Voice.timeSamples = next = (next + 267) % rig.Clip.samples;
            rig.LateUpdate();
        };
        Count("20,000 frames of a speaker with a clip", () => { for (int at = 0; at < 20000; at++) frame(); }, frame);
        rig.OnDestroy();
        animation.Dispose();
    }

    static byte[] piece;

    public static void Count(string what, Action work, Action first)
    {
        long bytes = GC.GetAllocatedBytesForCurrentThread();
        piece = new byte[100];
        Program.Must(GC.GetAllocatedBytesForCurrentThread() - bytes >= 100 && piece.Length == 100, "garbage is counted");
        for (int at = 0; at < 100; at++) first();
        int before = GC.CollectionCount(0);
        bytes = GC.GetAllocatedBytesForCurrentThread();
        work();
        long made = GC.GetAllocatedBytesForCurrentThread() - bytes;
        Program.Must(made == 0, what + ": no garbage, not " + made + " bytes");
        Program.Must(GC.CollectionCount(0) == before, what + ": no collection");
        Console.WriteLine("   " + what + ": no collection, " + made + " bytes of garbage");
    }
}

/// <summary>Ends at bad moments: none may hang, crash or throw.</summary>
static class Lifetimes
{
    public static void Run(Rig rig)
    {
        FaceRuntime.SharedOptions = new FaceRuntimeOptions { Threads = 1, Backend = Media2Face.Interop.Backend.Cpu };
        Media2FaceModel model = rig.Model();
        // Destroyed while a clip is animated, and the model and the runtime before.
        rig.Build(model);
        rig.Speaker.Say(rig.Clip);
        model.Unload();
        FaceRuntime.ReleaseShared();
        rig.OnDisable();
        rig.OnDestroy();
        // Destroyed while an audio thread plays it.
        rig.Build(model);
        rig.Speaker.Follow();
        bool ends = false;
        Exception broken = null;
        var audio = new Thread(() =>
        {
            var block = new float[Rig.Block];
            try
            {
                while (!Volatile.Read(ref ends)) rig.OnAudioFilterRead(block, 1);
            }
            catch (Exception failed)
            {
                broken = failed;
            }
        });
        audio.Start();
        for (int frame = 0; frame < 30; frame++)
        {
            rig.LateUpdate();
            if (frame % 7 == 3) rig.Speaker.Interrupt();
            if (frame % 10 == 9) rig.Speaker.Follow();
            Thread.Sleep(1);
        }
        rig.OnDisable();
        rig.OnDestroy();
        FaceRuntime.ReleaseShared();
        Volatile.Write(ref ends, true);
        audio.Join();
        Program.Must(broken == null, "the audio thread meets no exception: " + broken);
        foreach (string line in Debug.lines) Program.Must(!line.StartsWith("exception") && !line.StartsWith("error"), line);
        // Enabled again.
        rig.OnEnable();
        rig.Speaker.Bind();
        rig.Speaker.Follow();
        rig.LateUpdate();
        rig.OnDisable();
        // Nobody ends it: the finalizers do.
        for (int at = 0; at < 3; at++) Forget(rig);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Domains(rig);
    }

    static void Forget(Rig rig)
    {
        var runtime = new FaceRuntime(new FaceRuntimeOptions { Threads = 1 });
        var model = new FaceModel(runtime, rig.ModelPath);
        var job = new FaceSession(model, new FaceSessionOptions());
        job.Push(rig.Clip.data);
        job.Finish();
        new FaceStream(model, new FaceStreamOptions()).Write(rig.Clip.data, 4000);
    }

    /// <summary>Unity loads scripts again by unloading their domain, whatever goes on in it.</summary>
    static void Domains(Rig rig)
    {
        for (int at = 0; at < 3; at++)
        {
            AppDomain domain = AppDomain.CreateDomain("scripts " + at);
            domain.SetData("model", rig.ModelPath);
            domain.DoCallBack(InDomain);
            AppDomain.Unload(domain);
        }
        Console.WriteLine("   three domains with a clip and a stream at work were unloaded");
    }

    static FaceStream kept;
    static FaceSession job;

    static void InDomain()
    {
        var runtime = new FaceRuntime(new FaceRuntimeOptions { Threads = 1 });
        var model = new FaceModel(runtime, (string)AppDomain.CurrentDomain.GetData("model"));
        var sound = new float[16000 * 5];
        for (int at = 0; at < sound.Length; at++) sound[at] = (float)Math.Sin(at * 0.05) * 0.3f;
        job = new FaceSession(model, new FaceSessionOptions());
        job.Push(sound);
        job.Finish();
        kept = new FaceStream(model, new FaceStreamOptions());
        kept.Write(sound, 16000);
    }
}
