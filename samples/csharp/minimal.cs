using System.IO;
using System.Text;
using Media2Face;

/// <summary>
/// The smallest whole use of media2face: a WAV of speech in, a CSV of blendshape weights and head poses out.
///
///     mono minimal.exe MODEL.m2f SPEECH.wav OUT.csv
/// </summary>
static class Minimal
{
    static int Main(string[] words) { return Sample.Run(words, Animate); }

    static void Animate(string modelPath, string soundPath, string csvPath)
    {
        int rateHz, channels;
        short[] samples = Sample.ReadWav(soundPath, out rateHz, out channels);

        // Runtime and model: once per process. Session: once per clip.
        using (var runtime = new FaceRuntime())
        using (var model = new FaceModel(runtime, modelPath))
        using (var session = new FaceSession(model, new FaceSessionOptions { SampleRate = (uint)rateHz, Channels = (uint)channels }))
        {
            session.Push(samples);
            session.Finish();
            while (!session.Wait(1000)) continue;

            // The animation: frames at any rate; 0 is the model's own.
            using (FaceAnimation animation = session.Pull()) Write(animation, csvPath);
        }
    }

    static void Write(FaceAnimation animation, string path)
    {
        string[] names = animation.Model.WeightNames;
        float[] weights = animation.ReadWeights(0), heads = animation.ReadHeads(0);
        using (var csv = new StreamWriter(path) { NewLine = "\n" })
        {
            csv.WriteLine("frame," + string.Join(",", names) + ",headX,headY,headZ,headW,headMoveX,headMoveY,headMoveZ");
            for (int frame = 0; frame < animation.FrameCount(0); frame++)
            {
                var line = new StringBuilder().Append(frame);
                for (int at = 0; at < names.Length; at++) line.Cell(weights[frame * names.Length + at], 4);
                for (int at = 0; at < 7; at++) line.Cell(heads[frame * 7 + at], 5);
                csv.WriteLine(line);
            }
        }
    }
}
