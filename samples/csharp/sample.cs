using System;
using System.IO;
using System.Text;
using Media2Face;

/// <summary>What the samples share: arguments, reading a WAV, writing numbers as C's printf does, finding a weight.</summary>
static class Sample
{
    /// <summary>Runs a sample on its three paths; a failure is told with the library's own words.</summary>
    public static int Run(string[] words, Action<string, string, string> body)
    {
        if (words.Length != 3)
        {
            Console.Error.WriteLine("usage: " + AppDomain.CurrentDomain.FriendlyName + " MODEL.m2f SPEECH.wav OUT.csv");
            return 2;
        }
        try
        {
            body(words[0], words[1], words[2]);
            return 0;
        }
        catch (Exception failed) when (failed is Media2FaceException || failed is IOException)
        {
            Console.Error.WriteLine(failed.Message);
            return 1;
        }
    }

    /// <summary>16-bit PCM, interleaved: enough for a sample, not for every file (m2f animate reads them all).</summary>
    public static short[] ReadWav(string path, out int rateHz, out int channels)
    {
        rateHz = channels = 0;
        bool isPcm = false;
        using (var file = new BinaryReader(File.OpenRead(path)))
        {
            if (Tag(file) != "RIFF" || file.ReadBytes(4).Length < 4 || Tag(file) != "WAVE") throw new IOException(path + ": is not a WAV");
            for (string tag = Tag(file); tag.Length == 4; tag = Tag(file))
            {
                byte[] size = file.ReadBytes(4);
                if (size.Length < 4) break;
                long bytes = BitConverter.ToUInt32(size, 0);
                if (tag == "fmt ")
                {
                    byte[] format = file.ReadBytes(16);
                    if (format.Length < 16) throw new IOException(path + ": has a damaged header");
                    channels = BitConverter.ToUInt16(format, 2);
                    rateHz = (int)BitConverter.ToUInt32(format, 4);
                    isPcm = BitConverter.ToUInt16(format, 0) == 1 && BitConverter.ToUInt16(format, 14) == 16 && channels > 0;
                    bytes -= format.Length;
                }
                else if (tag == "data")
                {
                    if (!isPcm) throw new IOException(path + ": is not 16-bit PCM");
                    byte[] read = file.ReadBytes((int)Math.Min(bytes, file.BaseStream.Length));
                    var samples = new short[read.Length / (2 * channels) * channels];
                    Buffer.BlockCopy(read, 0, samples, 0, samples.Length * 2);
                    return samples;
                }
                file.BaseStream.Seek(bytes + (bytes & 1), SeekOrigin.Current);
            }
        }
        throw new IOException(path + ": has no samples");
    }

    static string Tag(BinaryReader file) { return Encoding.ASCII.GetString(file.ReadBytes(4)); }

    /// <summary>
    /// A comma and a number with so many digits. The product is exact for a float, so its nearest whole number is the one that C
    /// writes; .NET would round twice.
    /// </summary>
    public static StringBuilder Cell(this StringBuilder line, double value, int digits)
    {
        double unit = Math.Pow(10, digits);
        long scaled = (long)Math.Round(Math.Abs(value) * unit, MidpointRounding.ToEven), whole = (long)unit;
        bool isNegative = value < 0 || value == 0 && 1 / value < 0;
        line.Append(isNegative ? ",-" : ",").Append(scaled / whole).Append('.');
        return line.Append((scaled % whole).ToString().PadLeft(digits, '0'));
    }

    /// <summary>The number of a weight by its name.</summary>
    public static int FindWeight(FaceModel model, string name)
    {
        int at = Array.IndexOf(model.WeightNames, name);
        if (at < 0) throw new IOException(name + ": is no weight of this model");
        return at;
    }
}
