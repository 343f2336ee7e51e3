using System;
using Media2Face.Interop;

namespace Media2Face
{
    /// <summary>The loaded library: whether it is there, whether it fits these declarations, and what it says of failures.</summary>
    public static class NativeLibrary
    {
        static bool fits;

        /// <summary>Its version, such as 0.2.0.</summary>
        public static Version Version
        {
            get
            {
                Require();
                return Read(Native.m2f_version());
            }
        }

        /// <summary>The version that these declarations were generated for.</summary>
        public static Version Expected
        {
            get { return new Version((int)Native.VERSION_MAJOR, (int)Native.VERSION_MINOR, (int)Native.VERSION_PATCH); }
        }

        /// <summary>
        /// Loads the library and compares versions. The first FaceRuntime does it; call it earlier to fail earlier.
        /// </summary>
        /// <exception cref="Media2FaceException">The library is missing, or its version does not fit.</exception>
        public static void Require()
        {
            if (fits) return;
            uint number;
            try
            {
                number = Native.m2f_version();
            }
            catch (DllNotFoundException missing)
            {
                throw new Media2FaceException(Status.Unsupported, Missing(missing.Message), missing);
            }
            catch (EntryPointNotFoundException other)
            {
                throw new Media2FaceException(Status.Unsupported,
                    "the library \"" + Native.Library + "\" that was loaded is not media2face: it has no m2f_version", other);
            }
            catch (BadImageFormatException other)
            {
                throw new Media2FaceException(Status.Unsupported,
                    "the library \"" + Native.Library + "\" is built for another processor: " + other.Message, other);
            }
            Version loaded = Read(number), expected = Expected;
            // While the first number is 0, a new second number may break a host.
            bool same = loaded.Major == expected.Major && (expected.Major == 0
                ? loaded.Minor == expected.Minor
                : loaded.Minor >= expected.Minor);
            if (!same)
                throw new Media2FaceException(Status.Unsupported, "the library \"" + Native.Library + "\" has version " + loaded +
                    ", but this package was made for " + expected + ": replace the file under Plugins by the one of the package");
            fits = true;
        }

        static bool IsLinked { get { return Native.Library == "__Internal"; } }

        static Version Read(uint number)
        {
            return new Version((int)(number >> 16), (int)(number >> 8 & 255), (int)(number & 255));
        }

        static string Missing(string said)
        {
            if (IsLinked)
                return "the program was linked without media2face: add libmedia2face.a to the package's Plugins folder (" + said + ")";
            string file = Environment.OSVersion.Platform == PlatformID.Win32NT ? Native.Library + ".dll"
                : "lib" + Native.Library + ".so (or .dylib)";
            string path = Environment.GetEnvironmentVariable("LD_LIBRARY_PATH");
            return "the native library " + file + " was not found. It was looked for among the plugins of the project" +
                " (Plugins/Linux, Windows, macOS or Android of the package), beside the program in " +
                AppDomain.CurrentDomain.BaseDirectory + ", and where the system looks" +
                (string.IsNullOrEmpty(path) ? "" : " (LD_LIBRARY_PATH=" + path + ")") + ". The system said: " + said;
        }

        internal static void Check(Status status, string what)
        {
            if (status != Status.Ok) throw Failure(status, what);
        }

        /// <summary>The text is that of the last failure on this thread, so ask before anything else is called.</summary>
        internal static Media2FaceException Failure(Status status, string what)
        {
            string detail = Utf8.Text(Native.m2f_last_error());
            string name = Utf8.Text(Native.m2f_status_name((uint)status));
            return new Media2FaceException(status, what + ": " + name + (detail.Length == 0 ? "" : ": " + detail));
        }
    }
}
