using System;
using System.IO;
using System.Text;
using System.Threading;
using Media2Face;
using Media2Face.Interop;

/// <summary>
/// Several voices at once over one runtime and one model: two clips that are animated together, and meanwhile two streams that speak
/// live. Each has its own face and its own style.
///
///     mono several.exe MODEL.m2f SPEECH.wav OUT.csv
///
/// As in streaming.cs, the clock counts samples and the program waits for each face, so that every run gives the same numbers.
/// </summary>
static class Several
{
    const int BlockMs = 10, Clips = 2;
    // The first two are clips, the others streams.
    static readonly string[] Moods = { "happy", "sad", "angry", "calm" };
    static readonly string[] Shown = { "jawOpen", "mouthSmileLeft" };

    static int Main(string[] words) { return Sample.Run(words, Animate); }

    static void Animate(string modelPath, string soundPath, string csvPath)
    {
        int rateHz, channels;
        short[] samples = Sample.ReadWav(soundPath, out rateHz, out channels);
        int frames = samples.Length / channels;
        using (var runtime = new FaceRuntime())
        using (var model = new FaceModel(runtime, modelPath))
        {
            // Each of the pack's first faces speaks once.
            FaceIdentity[] faces = Array.ConvertAll(Moods, mood => new FaceIdentity(model, model.IdentityNames[Array.IndexOf(Moods, mood)]));
            var voices = new float[Moods.Length][];
            int frameCount = (int)((double)frames * model.Fps / rateHz);

            // The clips: one job, whose windows share batches. Its work begins on the runtime's threads.
            var sessions = new FaceSession[Clips];
            for (int voice = 0; voice < Clips; voice++)
            {
                var options = new FaceSessionOptions { SampleRate = (uint)rateHz, Channels = (uint)channels, Identity = faces[voice] };
                options.Styles = new[] { new FaceStyle(Moods[voice]) };
                sessions[voice] = new FaceSession(model, options);
                sessions[voice].Push(samples);
            }
            FaceSession.FinishTogether(sessions);

            // The streams, which come before clips wherever both have work.
            var streams = new FaceStream[Moods.Length - Clips];
            for (int at = 0; at < streams.Length; at++)
            {
                using (var mood = new FaceStyleCode(model, new FaceStyle(Moods[Clips + at])))
                    streams[at] = new FaceStream(model, new FaceStreamOptions
                    {
                        SampleRate = (uint)rateHz, Channels = (uint)channels, Underrun = Underrun.Hold, Identity = faces[Clips + at], Style = mood,
                    });
                voices[Clips + at] = new float[frameCount * model.WeightNames.Length];
            }
            Speak(streams, samples, frames, frameCount, voices);

            // By now the clips may be done, too.
            for (int voice = 0; voice < Clips; voice++)
            {
                while (!sessions[voice].Wait(1000)) continue;
                using (FaceAnimation animation = sessions[voice].Pull()) voices[voice] = animation.ReadWeights(0);
                sessions[voice].Dispose();
            }
            foreach (FaceStream stream in streams) stream.Dispose();
            foreach (FaceIdentity face in faces) face.Dispose();
            Write(model, voices, frameCount, csvPath);
        }
    }

    static void Speak(FaceStream[] streams, short[] samples, int frames, int frameCount, float[][] voices)
    {
        FaceModel model = streams[0].Model;
        int rateHz = streams[0].SampleRate, block = rateHz * BlockMs / 1000, width = model.WeightNames.Length, at = 0;
        var silence = new short[block * streams[0].Channels];
        var weights = new float[width];
        StreamStatus state;
        streams[0].Read(out state);
        ulong latency = (ulong)(state.latency_ms * 1e-3 * rateHz), delay = latency + (ulong)rateHz / 10, written = 0;
        for (int frame = 0; frame < frameCount; frame++)
        {
            ulong heard = (ulong)(frame * (double)rateHz / model.Fps);
            while (written < heard + delay)
            {
                bool speaks = at < frames;
                int count = speaks ? Math.Min(block, frames - at) : block;
                foreach (FaceStream stream in streams)
                {
                    ulong first;
                    // The ring holds seconds; while it is full, wait.
                    for (int done = 0; done < count;)
                    {
                        done += stream.Write(speaks ? samples : silence, (speaks ? at : 0) + done, count - done, out first);
                        if (done < count) Thread.Sleep(1);
                    }
                }
                at += count;
                written += (ulong)count;
            }
            for (int voice = 0; voice < streams.Length; voice++)
            {
                while (!streams[voice].Sample(written - latency - 1, null, null)) Thread.Sleep(1);
                streams[voice].Sample(heard, weights, null);
                Array.Copy(weights, 0, voices[Clips + voice], frame * width, width);
            }
        }
    }

    static void Write(FaceModel model, float[][] voices, int frameCount, string path)
    {
        int[] shown = Array.ConvertAll(Shown, name => Sample.FindWeight(model, name));
        int width = model.WeightNames.Length;
        using (var csv = new StreamWriter(path) { NewLine = "\n" })
        {
            var head = new StringBuilder("frame");
            foreach (string mood in Moods)
                foreach (string name in Shown) head.Append(',').Append(mood).Append('.').Append(name);
            csv.WriteLine(head);
            for (int frame = 0; frame < frameCount; frame++)
            {
                var line = new StringBuilder().Append(frame);
                foreach (float[] voice in voices)
                    foreach (int column in shown) line.Cell(voice[frame * width + column], 4);
                csv.WriteLine(line);
            }
        }
        for (int voice = 0; voice < voices.Length; voice++)
        {
            double jaw = 0, smile = 0;
            for (int frame = 0; frame < frameCount; frame++)
            {
                jaw += voices[voice][frame * width + shown[0]];
                smile += voices[voice][frame * width + shown[1]];
            }
            string kind = voice < Clips ? "clip" : "stream";
            Console.WriteLine(Moods[voice] + " (" + kind + "): " + Shown[0] + Average(jaw / frameCount) + ", " + Shown[1] + Average(smile / frameCount) +
                " on average");
        }
    }

    static string Average(double value) { return " " + new StringBuilder().Cell(value, 4).ToString().Substring(1); }
}
