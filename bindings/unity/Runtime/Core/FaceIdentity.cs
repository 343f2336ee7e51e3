using System;
using Media2Face.Interop;

namespace Media2Face
{
    /// <summary>A face that sessions and streams of its model animate. They keep what they need of it.</summary>
    public sealed unsafe class FaceIdentity : IDisposable
    {
        internal readonly IdentityHandle Handle;

        /// <summary>By its name in the pack: FaceModel.IdentityNames.</summary>
        public FaceIdentity(FaceModel model, string name)
        {
            if (name == null) throw new ArgumentNullException("name");
            IdentityOptions options;
            NativeLibrary.Check(Native.m2f_identity_options_init(&options, (UIntPtr)sizeof(IdentityOptions)), "options of a face");
            using (var pins = new Pins())
            {
                options.name = pins.Text(name);
                NativeLibrary.Check(Native.m2f_identity_create(model.Handle, &options, out Handle), "the face " + name);
            }
        }

        public void Dispose() { Handle.Dispose(); }
    }
}
