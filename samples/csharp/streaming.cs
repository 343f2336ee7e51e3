using System;
using System.IO;
using System.Text;
using System.Threading;
using Media2Face;
using Media2Face.Interop;

/// <summary>
/// A live face: sound is written in blocks of 10 ms, as an audio callback does, and 60 times a second the face of the sample that is
/// heard is shown. After a second and a half somebody interrupts, and for a second the face comes to rest.
///
///     mono streaming.exe MODEL.m2f SPEECH.wav OUT.csv
///
/// Its clock counts samples, not seconds of the wall, and it waits for each face. So every run gives the same numbers. A game would
/// write sound on its audio thread, and show the last face that is ready instead of waiting.
/// </summary>
static class Streaming
{
    const int BlockMs = 10, ShownHz = 60;
    const double InterruptS = 1.5, RestS = 1;

    static int Main(string[] words) { return Sample.Run(words, Animate); }

    static void Animate(string modelPath, string soundPath, string csvPath)
    {
        int rateHz, channels;
        short[] samples = Sample.ReadWav(soundPath, out rateHz, out channels);
        // Where no sound comes, the stream's clock stands: this program always has some.
        var options = new FaceStreamOptions { SampleRate = (uint)rateHz, Channels = (uint)channels, Underrun = Underrun.Hold };
        using (var runtime = new FaceRuntime())
        using (var model = new FaceModel(runtime, modelPath))
        // The stream takes all of its memory here.
        using (var stream = new FaceStream(model, options))
        using (var csv = new StreamWriter(csvPath) { NewLine = "\n" })
        {
            csv.WriteLine("sample," + string.Join(",", model.WeightNames) + ",headX,headY,headZ,headW");
            Speak(stream, samples, samples.Length / channels, csv);
        }
    }

    static void Speak(FaceStream stream, short[] samples, int frames, StreamWriter csv)
    {
        int rateHz = stream.SampleRate, block = rateHz * BlockMs / 1000, at = 0;
        var silence = new short[block * stream.Channels];
        float[] weights = new float[stream.Model.WeightNames.Length], head = new float[7];

        // Faces are ready so long after their sound was written. A host that plays the sound delays it by as much, and by the time
        // that a window takes to compute.
        StreamStatus state;
        stream.Read(out state);
        ulong latency = (ulong)(state.latency_ms * 1e-3 * rateHz), delay = latency + (ulong)rateHz / 10;
        ulong interrupt = (ulong)(InterruptS * rateHz), written = 0, heard = 0, shown = 0;
        ulong end = (ulong)frames < interrupt ? (ulong)frames : interrupt + (ulong)(RestS * rateHz);
        bool interrupted = false;
        for (; heard < end; heard = ++shown * (ulong)rateHz / ShownHz)
        {
            if (!interrupted && heard >= interrupt)
            {
                // What was written and not heard is dropped, and the clock goes on from here.
                uint generation = state.generation;
                stream.Interrupt(heard);
                interrupted = true;
                written = heard;
                // A game would go on at once.
                for (stream.Read(out state); state.generation == generation; stream.Read(out state)) Thread.Sleep(1);
            }

            // The audio callback: the next blocks of the speech, and silence after it. No lock, no memory, no waiting.
            while (written < heard + delay)
            {
                bool speaks = !interrupted && at < frames;
                int count = speaks ? Math.Min(block, frames - at) : block;
                ulong first;
                int taken = stream.Write(speaks ? samples : silence, speaks ? at : 0, count, out first);
                if (speaks) at += taken;
                written = first + (ulong)taken;
                // The ring holds seconds. In a callback, what finds no room would be lost.
                if (taken < count) Thread.Sleep(1);
            }

            // Until all faces are there that can be computed from what was written.
            while (!stream.Sample(written - latency - 1, null, null)) Thread.Sleep(1);
            stream.Sample(heard, weights, head);
            var line = new StringBuilder().Append(heard);
            foreach (float weight in weights) line.Cell(weight, 4);
            for (int part = 0; part < 4; part++) line.Cell(head[part], 5);
            csv.WriteLine(line);
        }
        Console.WriteLine(shown + " faces, each " + delay + " samples after its sound");
    }
}
