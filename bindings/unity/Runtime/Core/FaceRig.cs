using System;
using System.Collections.Generic;

namespace Media2Face
{
    /// <summary>
    /// A rig's channels by name, and what a model's weights make of them. Driven channels are sums of shares of ARKit's weights;
    /// shapes are whole mouths or moods, whose sum within 0 to 1 comes nearest to the frame, by least squares.
    /// </summary>
    public sealed partial class FaceRig
    {
        struct Part
        {
            internal readonly string Channel;
            internal readonly float Share;
            internal Part(string channel, float share) { Channel = channel; Share = share; }
        }

        struct Recipe
        {
            internal readonly string Name;
            internal readonly Part[] Parts;
            internal Recipe(string name, params Part[] parts) { Name = name; Parts = parts; }
        }

        /// <summary>Sweeps of the descent at most, and the move that ends it: those of the library.</summary>
        const int MostSweeps = 400;
        const double Settled = 1e-6;

        readonly string rest;
        readonly Recipe[] shapes;
        readonly Recipe[] driven;

        /// <summary>arkit, oculus, ready-player-me, vrm1, vrm0 or metahuman.</summary>
        public string Name { get; private set; }

        FaceRig(string name, string rest, Recipe[] shapes, Recipe[] driven)
        {
            Name = name;
            this.rest = rest;
            this.shapes = shapes;
            this.driven = driven;
        }

        /// <summary>ARKit's 52.</summary>
        public static FaceRig Arkit { get { return new FaceRig("arkit", null, new Recipe[0], new Recipe[0]); } }

        /// <summary>A rig by its name.</summary>
        public static FaceRig Find(string name)
        {
            if (name == "arkit") return Arkit;
            foreach (FaceRig rig in Tables)
                if (rig.Name == name) return rig;
            throw new ArgumentException("no rig \"" + name + "\"");
        }

        /// <summary>Names of its channels.</summary>
        public string[] Channels
        {
            get
            {
                if (Name == "arkit") return (string[])ArkitNames.Clone();
                var names = new List<string>();
                if (rest != null) names.Add(rest);
                foreach (Recipe recipe in shapes) names.Add(recipe.Name);
                foreach (Recipe recipe in driven) names.Add(recipe.Name);
                return names.ToArray();
            }
        }

        /// <summary>For a model whose weights have these names.</summary>
        public Map MapFrom(string[] weightNames) { return new Map(this, weightNames); }

        /// <summary>The same letters, whatever their case and separators: jawOpen, JawOpen, jaw_open; eyeBlink_L. -1 if there is none.</summary>
        public static int FindChannel(IList<string> names, string name)
        {
            int exact = names.IndexOf(name);
            if (exact >= 0) return exact;
            string words = Words(name);
            for (int at = 0; words.Length > 0 && at < names.Count; at++)
                if (Words(names[at]) == words) return at;
            return -1;
        }

        static string Words(string name)
        {
            int cut = name.LastIndexOfAny(new[] { '_', ' ', '.', '-' });
            string end = cut < 0 ? "" : name.Substring(cut + 1).ToLowerInvariant();
            string side = end == "l" ? "left" : end == "r" ? "right" : "";
            var words = new System.Text.StringBuilder();
            foreach (char letter in side.Length > 0 ? name.Substring(0, cut) : name)
                if (char.IsLetterOrDigit(letter)) words.Append(char.ToLowerInvariant(letter));
            return words.Append(side).ToString();
        }

        /// <summary>A channel of ARKit's, or those of both sides.</summary>
        static string[] Sides(string channel)
        {
            return Array.IndexOf(ArkitNames, channel) >= 0 ? new[] { channel } : new[] { channel + "Left", channel + "Right" };
        }

        /// <summary>From a model's weights to a rig's channels. Everything is prepared, so that a frame leaves no garbage.</summary>
        public sealed class Map
        {
            readonly int[][] sources;       // of each driven channel, weights of the model
            readonly float[][] shares;
            readonly int[] used;            // channels that shapes are made of, as weights of the model; -1 if it lacks one
            readonly float[,] amounts;      // [shapes, used]
            readonly double[,] gram;
            readonly double scale;
            readonly double[] products, solved;
            readonly bool hasRest;

            /// <summary>Names of the channels, in the order of Drive.</summary>
            public string[] Channels { get; private set; }

            internal Map(FaceRig rig, string[] names)
            {
                Channels = rig.Channels;
                hasRest = rig.rest != null;
                bool arkit = rig.Name == "arkit";
                int count = arkit ? ArkitNames.Length : rig.driven.Length;
                sources = new int[count][];
                shares = new float[count][];
                for (int at = 0; at < count; at++)
                    Own(names, arkit ? new[] { new Part(ArkitNames[at], 1) } : rig.driven[at].Parts, out sources[at], out shares[at]);

                var channels = new List<string>();
                foreach (Recipe recipe in rig.shapes)
                    foreach (Part part in recipe.Parts)
                        foreach (string side in Sides(part.Channel))
                            if (!channels.Contains(side)) channels.Add(side);
                used = channels.ConvertAll(channel => FindChannel(names, channel)).ToArray();
                int number = rig.shapes.Length;
                amounts = new float[number, channels.Count];
                for (int at = 0; at < number; at++)
                    foreach (Part part in rig.shapes[at].Parts)
                        foreach (string side in Sides(part.Channel)) amounts[at, channels.IndexOf(side)] = part.Share;
                gram = new double[number, number];
                products = new double[number];
                solved = new double[number];
                for (int i = 0; i < number; i++) scale += Product(i, i) / number;
                for (int i = 0; i < number; i++)
                    for (int j = 0; j < number; j++) gram[i, j] = Product(i, j) / scale;
            }

            static void Own(string[] names, Part[] parts, out int[] sources, out float[] shares)
            {
                var found = new List<int>();
                var amounts = new List<float>();
                foreach (Part part in parts)
                {
                    foreach (string side in Sides(part.Channel))
                    {
                        int at = FindChannel(names, side);
                        if (at < 0) continue;
                        found.Add(at);
                        amounts.Add(part.Share);
                    }
                }
                sources = found.ToArray();
                shares = amounts.ToArray();
            }

            double Product(int i, int j)
            {
                double sum = 0;
                for (int at = 0; at < used.Length; at++) sum += (double)amounts[i, at] * amounts[j, at];
                return sum;
            }

            /// <summary>Channels, 0 to 1, of weights, 0 to 1.</summary>
            public void Drive(float[] weights, float[] channels)
            {
                int at = 0;
                if (products.Length > 0) Solve(weights);
                if (hasRest)
                {
                    double left = 1;
                    foreach (double value in solved) left -= value;
                    channels[at++] = (float)Math.Max(left, 0);
                }
                foreach (double value in solved) channels[at++] = (float)value;
                for (int driven = 0; driven < sources.Length; driven++)
                {
                    float sum = 0;
                    for (int part = 0; part < sources[driven].Length; part++)
                        sum += shares[driven][part] * weights[sources[driven][part]];
                    channels[at++] = Math.Min(Math.Max(sum, 0), 1);
                }
            }

            /// <summary>Coordinate descent on the normal equations, as the library does it.</summary>
            void Solve(float[] weights)
            {
                int count = products.Length;
                for (int shape = 0; shape < count; shape++)
                {
                    double sum = 0;
                    for (int at = 0; at < used.Length; at++)
                        if (used[at] >= 0) sum += (double)amounts[shape, at] * weights[used[at]];
                    products[shape] = sum / scale;
                    solved[shape] = 0;
                }
                for (int sweep = 0; sweep < MostSweeps; sweep++)
                {
                    double moved = 0;
                    for (int j = 0; j < count; j++)
                    {
                        double pull = products[j];
                        for (int i = 0; i < count; i++)
                            if (i != j) pull -= gram[j, i] * solved[i];
                        double next = Math.Min(Math.Max(pull / gram[j, j], 0), 1);
                        moved = Math.Max(moved, Math.Abs(next - solved[j]));
                        solved[j] = next;
                    }
                    if (moved <= Settled) break;
                }
            }
        }
    }
}
