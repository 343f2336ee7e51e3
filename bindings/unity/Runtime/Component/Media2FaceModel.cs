using System;
using UnityEngine;

namespace Media2Face
{
    /// <summary>A model pack as an asset: what the importer makes of an .m2f file. All speakers share its networks.</summary>
    public sealed class Media2FaceModel : ScriptableObject
    {
        [SerializeField, HideInInspector] byte[] pack;
        [SerializeField, HideInInspector] byte[] faceFinder;
        [NonSerialized] FaceModel loaded;

        /// <summary>The bytes of the file.</summary>
        public byte[] Pack
        {
            get { return pack; }
            set
            {
                Unload();
                pack = value;
            }
        }

        /// <summary>The bytes of what finds faces in pictures, or null: the importer takes face-finder.m2f of the same folder. With
        /// them pictures as styles are read by the face in them.</summary>
        public byte[] FaceFinder
        {
            get { return faceFinder; }
            set
            {
                Unload();
                faceFinder = value;
            }
        }

        /// <summary>The networks, on the shared runtime. The first call takes a while: make it while the scene loads.</summary>
        public FaceModel Load()
        {
            if (loaded == null || loaded.IsDisposed)
            {
                Unload();
                if (pack == null || pack.Length == 0)
                    throw new InvalidOperationException(name + " has no bytes: import an .m2f file, or set Pack");
                loaded = new FaceModel(FaceRuntime.Shared, pack, faceFinder);
            }
            return loaded;
        }

        /// <summary>Lets go of the networks; what still uses them keeps them.</summary>
        public void Unload()
        {
            if (loaded != null) loaded.Dispose();
            loaded = null;
        }

        void OnDisable() { Unload(); }
    }
}
