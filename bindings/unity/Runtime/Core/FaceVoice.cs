using System;
using System.Diagnostics;
using System.Threading;
using Media2Face.Interop;

namespace Media2Face
{
    /// <summary>
    /// Sound on its way to the ear: it goes into a stream at once, and out again late enough that the face is ready when it is
    /// heard. An audio thread calls Process, which takes no lock and no memory. All else belongs to one other thread.
    /// </summary>
    /// <remarks>
    /// The line begins full of silence, and the stream is given that silence, too. So the sample that leaves the line is always
    /// as many frames behind the one that goes in as the line is long, also after an interruption.
    /// </remarks>
    public sealed class FaceVoice : IDisposable
    {
        /// <summary>What the stated latency does not contain: one window to compute, and an audio block, ms.</summary>
        public const float MarginMs = 50;

        readonly FaceStream stream;
        readonly int channels;
        readonly float[] line;      // [delay, channels], what is not heard yet
        readonly float[] queue;     // [room, channels], what was pushed and is not spoken yet
        readonly float[] block;     // what goes into the stream, where it is not what the audio thread has
        int lineAt;
        long queueWritten, queueRead, discardUpTo; // frames
        long written;               // frames on the stream's clock
        long blockTime;
        int blockFrames;
        int inside;
        int held;                   // the audio thread stays out
        int failure;                // a Status

        /// <summary>Frames between a sample's way into the stream and its way out of the line.</summary>
        public int DelayFrames { get; private set; }
        /// <summary>Frames between the way out of the line and the ear.</summary>
        public int OutputFrames { get; private set; }
        /// <summary>Whether the time since the last audio block counts, so that the clock runs evenly. Off in tests.</summary>
        public bool RunsEvenly = true;

        public FaceStream Stream { get { return stream; } }

        /// <param name="stream">Made with Underrun.Hold: its clock counts what is written here. It belongs to the voice.</param>
        /// <param name="queueSeconds">Room for pushed sound that waits to be spoken; 0 if sound comes through Process alone.</param>
        /// <param name="outputFrames">Frames that the audio system itself takes to the ear.</param>
        /// <param name="delays">False leaves the sound as it is: the face is late then.</param>
        public FaceVoice(FaceStream stream, float queueSeconds, int outputFrames, bool delays = true)
        {
            if (!stream.Holds) throw new ArgumentException("the stream would count silence of its own: make it with Underrun.Hold");
            this.stream = stream;
            channels = stream.Channels;
            StreamStatus status;
            stream.Read(out status);
            int needed = (int)Math.Ceiling(((double)status.latency_ms + MarginMs) * 1e-3 * stream.SampleRate);
            OutputFrames = outputFrames;
            DelayFrames = delays ? Math.Max(0, needed - outputFrames) : 0;
            line = new float[DelayFrames * channels];
            queue = new float[(int)(queueSeconds * stream.SampleRate) * channels];
            block = new float[Math.Max(DelayFrames, 1) * channels];
            Refill();
        }

        /// <summary>
        /// On the audio thread. Takes a block of interleaved sound and puts in its place what is heard now. With `spoken` the block
        /// is only a place: the sound is what was pushed.
        /// </summary>
        public void Process(float[] data, int dataChannels, bool spoken)
        {
            Interlocked.Increment(ref inside);
            try
            {
                if (Volatile.Read(ref held) != 0 || dataChannels != channels)
                {
                    // A device may change its channels before the main thread hears of it.
                    Array.Clear(data, 0, data.Length);
                    return;
                }
                int frames = data.Length / channels;
                if (spoken) Speak(data, frames);
                Enter(data, frames);
                Leave(data, frames);
            }
            finally
            {
                Interlocked.Decrement(ref inside);
            }
        }

        /// <summary>Queued sound, silence where there is none.</summary>
        void Speak(float[] data, int frames)
        {
            long read = Math.Max(queueRead, Volatile.Read(ref discardUpTo));
            int room = queue.Length / channels;
            int count = (int)Math.Min(frames, Volatile.Read(ref queueWritten) - read);
            for (int done = 0; done < count;)
            {
                int at = (int)((read + done) % room), run = Math.Min(count - done, room - at);
                Array.Copy(queue, at * channels, data, done * channels, run * channels);
                done += run;
            }
            Array.Clear(data, count * channels, data.Length - count * channels);
            Volatile.Write(ref queueRead, read + count);
        }

        void Enter(float[] data, int frames)
        {
            try
            {
                // What finds no room is counted by the stream; its clock counts what was taken.
                int taken = stream.Write(data, frames);
                Volatile.Write(ref written, written + taken);
            }
            catch (Media2FaceException broken)
            {
                // The game thread throws it; an exception here would silence the whole mixer.
                Volatile.Write(ref failure, (int)broken.Status);
            }
            Volatile.Write(ref blockFrames, frames);
            Volatile.Write(ref blockTime, Stopwatch.GetTimestamp());
        }

        /// <summary>Each sample changes places with the one that is as old as the line is long.</summary>
        void Leave(float[] data, int frames)
        {
            if (line.Length == 0) return;
            for (int at = 0, count = frames * channels; at < count; at++)
            {
                float now = line[lineAt];
                line[lineAt] = data[at];
                data[at] = now;
                if (++lineAt == line.Length) lineAt = 0;
            }
        }

        /// <summary>Writes sound that nobody hears from here, such as a microphone's. Not if Process is called.</summary>
        public void Write(float[] samples, int frames) { Enter(samples, frames); }

        /// <summary>Queues sound to be spoken; returns the frames that found room.</summary>
        public int Push(float[] samples, int offset, int frames)
        {
            int room = queue.Length / channels;
            long from = queueWritten;
            int count = (int)Math.Min(frames, room - (from - Volatile.Read(ref queueRead)));
            for (int done = 0; done < count;)
            {
                int at = (int)((from + done) % room), run = Math.Min(count - done, room - at);
                Array.Copy(samples, (offset + done) * channels, queue, at * channels, run * channels);
                done += run;
            }
            Volatile.Write(ref queueWritten, from + count);
            return Math.Max(count, 0);
        }

        /// <summary>Frames that were pushed and are not heard yet.</summary>
        public long Waiting
        {
            get { return queueWritten - Math.Max(Volatile.Read(ref queueRead), Volatile.Read(ref discardUpTo)); }
        }

        /// <summary>The number of the sample that is heard now.</summary>
        public ulong Heard
        {
            get
            {
                long heard = Volatile.Read(ref written) - DelayFrames - OutputFrames;
                int frames = Volatile.Read(ref blockFrames);
                if (RunsEvenly && frames > 0)
                {
                    // A block that just went in is heard from its beginning on.
                    double since = (Stopwatch.GetTimestamp() - Volatile.Read(ref blockTime)) / (double)Stopwatch.Frequency;
                    heard += (long)Math.Min(since * stream.SampleRate, frames) - frames;
                }
                return (ulong)Math.Max(heard, 0);
            }
        }

        /// <summary>Throws what broke on the audio thread.</summary>
        public void Check()
        {
            int status = Interlocked.Exchange(ref failure, 0);
            if (status != 0) throw new Media2FaceException((Status)status, "the stream failed on the audio thread: " + (Status)status);
        }

        /// <summary>Barge-in: silence from now on, and the face comes to rest. What was pushed before is dropped.</summary>
        public void Interrupt(float fade = Native.FADE_S)
        {
            ulong heard = Heard;
            Hold();
            try
            {
                Volatile.Write(ref discardUpTo, queueWritten);
                Array.Clear(line, 0, line.Length);
                stream.Interrupt(heard, fade);
                StreamStatus status;
                stream.Read(out status);
                Volatile.Write(ref written, (long)status.next_sample);
                blockFrames = 0;
                Refill();
            }
            finally
            {
                Volatile.Write(ref held, 0);
            }
        }

        /// <summary>The silence of the line, which the face is to be ready for, too.</summary>
        void Refill()
        {
            if (DelayFrames == 0) return;
            Array.Clear(block, 0, block.Length);
            Volatile.Write(ref written, written + stream.Write(block, DelayFrames));
        }

        /// <summary>Keeps the audio thread out. It is inside for as long as a copy takes, and never waits.</summary>
        void Hold()
        {
            Interlocked.Exchange(ref held, 1);
            var spin = new SpinWait();
            while (Volatile.Read(ref inside) != 0) spin.SpinOnce();
        }

        /// <summary>Ends the stream on this thread, once the audio thread is out of it. Process then gives silence.</summary>
        public void Dispose()
        {
            Hold();
            stream.Dispose();
        }
    }
}
