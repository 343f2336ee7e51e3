using System;
using Media2Face.Interop;

namespace Media2Face
{
    /// <summary>A call of the library failed: the status, and the library's own text.</summary>
    public sealed class Media2FaceException : Exception
    {
        /// <summary>What the library answered. Unsupported if it is missing or has another version.</summary>
        public Status Status { get; private set; }

        public Media2FaceException(Status status, string message, Exception inner = null) : base(message, inner)
        {
            Status = status;
        }
    }
}
