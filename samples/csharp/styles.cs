using System.IO;
using System.Text;
using Media2Face;
using Media2Face.Interop;

/// <summary>
/// Styles over time: the first half of a WAV is said sadly, the second happily, and the end more strongly.
///
///     mono styles.exe MODEL.m2f SPEECH.wav OUT.csv
/// </summary>
static class Styles
{
    static int Main(string[] words) { return Sample.Run(words, Animate); }

    static void Animate(string modelPath, string soundPath, string csvPath)
    {
        int rateHz, channels;
        short[] samples = Sample.ReadWav(soundPath, out rateHz, out channels);
        double half = 0.5 * (samples.Length / channels) / rateHz;

        using (var runtime = new FaceRuntime())
        using (var model = new FaceModel(runtime, modelPath))
        using (var session = new FaceSession(model, new FaceSessionOptions { SampleRate = (uint)rateHz, Channels = (uint)channels }))
        {
            // Where the two meet their ramps cross, and their weights sum to one. Without an end a style lasts to the clip's.
            session.Add(new FaceStyle("sad") { end = half, ramp = 0.3 });
            uint happy = session.Add(new FaceStyle("happy") { start = half, end = 2 * half, ramp = 0.3 });

            // s_P rises from the middle on: the style grows stronger.
            session.SetGuidance(Guidance.Style, new[] { half, 2 * half }, new[] { 1f, 2f });

            session.Push(samples);
            // Until the work begins, everything may still change.
            session.SetStyleStrength(happy, 1.2f);
            session.Finish();
            while (!session.Wait(1000)) continue;
            using (FaceAnimation animation = session.Pull()) Write(animation, csvPath);
        }
    }

    static void Write(FaceAnimation animation, string path)
    {
        int smile = Sample.FindWeight(animation.Model, "mouthSmileLeft"), frown = Sample.FindWeight(animation.Model, "mouthFrownLeft");
        int width = animation.Model.WeightNames.Length;
        float[] weights = animation.ReadWeights(0);
        using (var csv = new StreamWriter(path) { NewLine = "\n" })
        {
            csv.WriteLine("frame,mouthSmileLeft,mouthFrownLeft");
            for (int frame = 0; frame < animation.FrameCount(0); frame++)
                csv.WriteLine(new StringBuilder().Append(frame).Cell(weights[frame * width + smile], 4).Cell(weights[frame * width + frown], 4));
        }
    }
}
