using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Text;
using Media2Face.Interop;

namespace Media2Face
{
    /// <summary>Texts of the library, which are UTF-8 with a NUL at the end on every system.</summary>
    static unsafe class Utf8
    {
        /// <summary>Writes a text to a buffer, or its length if there is none.</summary>
        internal delegate Status Reader(byte* buffer, UIntPtr capacity, UIntPtr* count);

        internal static string Text(IntPtr text)
        {
            if (text == IntPtr.Zero) return "";
            byte* bytes = (byte*)text;
            int count = 0;
            while (bytes[count] != 0) count++;
            return Decode(bytes, count);
        }

        internal static string Read(Reader reader, string what)
        {
            UIntPtr count;
            NativeLibrary.Check(reader(null, UIntPtr.Zero, &count), what);
            var bytes = new byte[(int)count];
            fixed (byte* buffer = bytes)
            {
                NativeLibrary.Check(reader(buffer, count, &count), what);
                return Decode(buffer, (int)count - 1);
            }
        }

        internal static string Decode(byte* bytes, int count)
        {
            return count <= 0 ? "" : Encoding.UTF8.GetString(bytes, count);
        }
    }

    /// <summary>Holds what an options struct points to in its place, for the length of a call.</summary>
    sealed class Pins : IDisposable
    {
        readonly List<GCHandle> held = new List<GCHandle>();
        readonly List<SafeHandle> kept = new List<SafeHandle>();

        /// <summary>NULL for null.</summary>
        internal IntPtr Text(string text)
        {
            if (text == null) return IntPtr.Zero;
            if (text.IndexOf('\0') >= 0) throw new ArgumentException("a text with a NUL in it would end there");
            return Array(Encoding.UTF8.GetBytes(text + "\0"));
        }

        /// <summary>An array of numbers; NULL for null and for an empty one.</summary>
        internal IntPtr Array(Array values)
        {
            if (values == null || values.Length == 0) return IntPtr.Zero;
            GCHandle handle = GCHandle.Alloc(values, GCHandleType.Pinned);
            held.Add(handle);
            return handle.AddrOfPinnedObject();
        }

        /// <summary>A handle that a struct holds; NULL for null. One that is closed throws.</summary>
        internal IntPtr Handle(SafeHandle handle)
        {
            if (handle == null) return IntPtr.Zero;
            bool taken = false;
            handle.DangerousAddRef(ref taken);
            kept.Add(handle);
            return handle.DangerousGetHandle();
        }

        public void Dispose()
        {
            foreach (SafeHandle handle in kept) handle.DangerousRelease();
            kept.Clear();
            foreach (GCHandle handle in held) handle.Free();
            held.Clear();
        }
    }
}
