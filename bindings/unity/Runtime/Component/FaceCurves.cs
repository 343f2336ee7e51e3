using System;
using UnityEngine;

namespace Media2Face
{
    /// <summary>A line that was baked before, as an asset: what the importer makes of a .curves file. It needs no model.</summary>
    public sealed class FaceCurves : ScriptableObject
    {
        [SerializeField, HideInInspector] byte[] file;
        [NonSerialized] BakedCurves loaded;
        [NonSerialized] int[] order; // where each of ARKit's names is among the weights; -1 if it is not
        [NonSerialized] float[] row;

        /// <summary>The bytes of the file.</summary>
        public byte[] File
        {
            get { return file; }
            set
            {
                loaded = null;
                file = value;
            }
        }

        /// <summary>The curves. The first call reads them: make it while the scene loads.</summary>
        /// <exception cref="System.IO.InvalidDataException">The bytes are no curves.</exception>
        public BakedCurves Load()
        {
            return loaded ?? (loaded = Read());
        }

        /// <summary>Apart from Load, which is called in every frame: a closure is made where its method begins.</summary>
        BakedCurves Read()
        {
            if (file == null || file.Length == 0)
                throw new InvalidOperationException(name + " has no bytes: import a .curves file, or set File");
            var read = new BakedCurves(file);
            order = Array.ConvertAll(FaceRig.Arkit.Channels, channel => FaceRig.FindChannel(read.WeightNames, channel));
            row = new float[read.WeightNames.Length];
            return read;
        }

        /// <summary>Seconds.</summary>
        public double Duration { get { return Load().Duration; } }

        /// <summary>The face at a time: ARKit's 52 weights in Apple's order, and the head. It leaves no garbage.</summary>
        public void Sample(double time, float[] weights, float[] pose)
        {
            BakedCurves from = Load();
            from.Sample(time, row, pose);
            for (int at = 0; at < order.Length; at++) weights[at] = order[at] < 0 ? 0 : row[order[at]];
        }
    }
}
