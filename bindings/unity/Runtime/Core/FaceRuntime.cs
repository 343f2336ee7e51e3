using System;
using Media2Face.Interop;

namespace Media2Face
{
    /// <summary>Options of a FaceRuntime. The defaults are the library's.</summary>
    public sealed class FaceRuntimeOptions
    {
        /// <summary>Threads that compute; 0 for none, so that all work is done in Step; null for one for every second core.</summary>
        public uint? Threads;
        public Backend Backend = Backend.Auto;
        /// <summary>Results are equal on every machine, and slower.</summary>
        public bool Portable;
        public LogLevel LogLevel = LogLevel.Warning;
        /// <summary>Most milliseconds that one submission to a device may take; null for the library's.</summary>
        public float? GpuBudgetMs;
    }

    /// <summary>The threads, the backend and the log. One for a process; destroy it whenever you like.</summary>
    public sealed unsafe class FaceRuntime : IDisposable
    {
        static readonly object Gate = new object();
        static FaceRuntime shared;

        internal readonly RuntimeHandle Handle;
        readonly byte[] line = new byte[4096];

        /// <summary>Whether work is done by Step alone.</summary>
        public bool NeedsSteps { get; private set; }

        /// <exception cref="Media2FaceException">The library is missing or of another version; no such device.</exception>
        public FaceRuntime(FaceRuntimeOptions options = null)
        {
            NativeLibrary.Require();
            options = options ?? new FaceRuntimeOptions();
            RuntimeOptions native;
            NativeLibrary.Check(Native.m2f_runtime_options_init(&native, (UIntPtr)sizeof(RuntimeOptions)), "options of a runtime");
            // No callback is given: nothing native ever calls into managed code, so a domain can always unload.
            native.thread_count = options.Threads ?? native.thread_count;
            native.backend = (uint)options.Backend;
            native.flags = options.Portable ? Native.RUNTIME_PORTABLE : 0;
            native.log_level = (uint)options.LogLevel;
            native.gpu_budget_ms = options.GpuBudgetMs ?? native.gpu_budget_ms;
            NativeLibrary.Check(Native.m2f_runtime_create(&native, out Handle), "a runtime");
            NeedsSteps = native.thread_count == 0;
        }

        /// <summary>The runtime that components share; made when it is first asked for.</summary>
        public static FaceRuntime Shared
        {
            get
            {
                lock (Gate)
                {
                    if (shared == null || shared.Handle.IsClosed) shared = new FaceRuntime(SharedOptions ?? Defaults());
                    return shared;
                }
            }
        }

        /// <summary>Set it before Shared is first asked for.</summary>
        public static FaceRuntimeOptions SharedOptions;

        /// <summary>Ends the shared runtime. What was made on it lives on until it is ended itself.</summary>
        public static void ReleaseShared()
        {
            lock (Gate)
            {
                if (shared != null) shared.Dispose();
                shared = null;
            }
        }

        static FaceRuntimeOptions Defaults()
        {
            var options = new FaceRuntimeOptions();
#if UNITY_WEBGL && !UNITY_EDITOR
            options.Threads = 0; // there are none
#endif
            return options;
        }

        /// <summary>What it computes on.</summary>
        public string BackendName
        {
            get { return Utf8.Read((buffer, room, count) => Native.m2f_runtime_backend_name(Handle, buffer, room, count), "the backend"); }
        }

        /// <summary>Why it computes on that.</summary>
        public string BackendReason
        {
            get { return Utf8.Read((buffer, room, count) => Native.m2f_runtime_backend_reason(Handle, buffer, room, count), "the backend"); }
        }

        /// <summary>Works on this thread for at most so long, if there are no threads. True if nothing is due any more.</summary>
        public bool Step(uint budgetMs)
        {
            Status status = Native.m2f_runtime_step(Handle, budgetMs);
            if (status != Status.NotReady) NativeLibrary.Check(status, "a step");
            return status == Status.Ok;
        }

        /// <summary>Takes the oldest waiting message; false if none waits.</summary>
        public bool NextLog(out LogLevel level, out string text)
        {
            level = LogLevel.Info;
            text = null;
            uint number;
            UIntPtr count;
            fixed (byte* buffer = line)
            {
                Status status = Native.m2f_runtime_next_log(Handle, &number, buffer, (UIntPtr)line.Length, &count);
                if (status == Status.NotReady) return false;
                if (status == Status.BufferTooSmall)
                {
                    text = Utf8.Read((to, room, length) =>
                    {
                        uint ignored;
                        return Native.m2f_runtime_next_log(Handle, &ignored, to, room, length);
                    }, "a message");
                    return true;
                }
                NativeLibrary.Check(status, "a message");
                level = (LogLevel)number;
                text = Utf8.Decode(buffer, (int)count - 1);
                return true;
            }
        }

        public bool IsDisposed { get { return Handle.IsClosed; } }

        public void Dispose() { Handle.Dispose(); }
    }
}
