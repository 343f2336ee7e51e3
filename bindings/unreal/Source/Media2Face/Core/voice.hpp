/*
 * Sound on its way to the ear, and the stream that moves the face by it.
 *
 * There are two ways for sound to come. A character that speaks pushes chunks: speak() hands them out on the audio thread, late enough
 * that the face is ready when they are heard. A character whose sound is played elsewhere is heard on a submix: hear().
 *
 * There is no ring between a submix and the stream, because m2f_stream_write_f32 is one. What comes is mixed to one channel in pieces on
 * the stack, so that a submix may change its channels at any time. A stream has one rate for its life: blocks of another are left out
 * and counted, and the game's thread makes another voice (Performer does).
 */
#pragma once

#include "clock.hpp"
#include "face.hpp"
#include "resampler.hpp"

#include <memory>
#include <optional>

namespace m2f::core {

/** What a voice is made with. */
struct VoiceOptions {
    std::uint32_t sample_rate_hz = 48000;
    m2f_latency latency = M2F_LATENCY_CAREFUL;
    /** M2F_SEED_AUTO: the number of the stream on its runtime. */
    std::uint64_t seed = M2F_SEED_AUTO;
    /** Room for pushed sound that waits to be spoken, seconds; 0 if sound comes by hear() alone. */
    double queue_s = 0;
    /** Frames that the audio system takes from speak() or hear() to the ear. */
    std::uint32_t output_frames = 0;
    /**
     * How much later than that the sound is heard, seconds. speak() delays it by as much, and behind hear() the host's own effect has
     * to. Negative: what the stream states and margin_s, less output_frames: the least with which the face is in time.
     */
    double delay_s = -1;
};

/** One stream with its sound. speak() and hear() are for the audio thread; all else belongs to one other thread. */
class Voice {
public:
    /** What the stated latency does not contain: one window to compute, and an audio block, seconds. */
    static constexpr double margin_s = 0.05;

    /** Takes all memory that it will ever need. Not on an audio thread. */
    static Outcome<std::unique_ptr<Voice>> create(const Model& model, const VoiceOptions& options);

    /** FOR THE AUDIO THREAD: out receives frames of what is heard, one channel, and the stream what was pushed. */
    void speak(float* out, std::size_t frames, double now_s) noexcept;

    /** FOR THE AUDIO THREAD: interleaved sound of a submix, of any number of channels. */
    void hear(const float* samples, std::size_t frames, std::uint32_t channel_count, std::uint32_t rate_hz, double now_s) noexcept;

    /**
     * Queues sound of one channel to be spoken; gives the share of it that found room, 0..1. Sound of another rate is resampled here.
     */
    double push(const float* samples, std::size_t count, std::uint32_t rate_hz);
    /** Frames that were pushed and are not spoken yet. */
    std::size_t waiting() const noexcept;

    /** The sample that is heard, counted by blocks: that behind the end of the last one. */
    std::uint64_t heard() const noexcept;
    /** The sample that is heard now, by an even clock; it goes back at an interruption alone. */
    std::uint64_t heard(double now_s) noexcept;

    /** The face at a sample. OK, NOT_READY (then it is the last that is ready), or a failure. Takes no memory. */
    m2f_status sample(std::uint64_t at, Face& face) const noexcept { return stream_.sample(at, face.weights, &face.head); }

    /** What broke on the audio thread, or M2F_STATUS_OK; once. */
    m2f_status take_failure() noexcept { return failure_.exchange(M2F_STATUS_OK); }

    /** Barge-in from a sample on: silence, and the face comes to rest. The audio thread must be kept out (AudioPort::without). */
    Outcome<void> interrupt(std::uint64_t at, float fade_s = static_cast<float>(M2F_FADE_S));

    /** The rate that hear() met in the place of the voice's own, or 0. */
    std::uint32_t other_rate_hz() const noexcept { return other_rate_hz_.load(std::memory_order_relaxed); }
    /** Frames of another rate that were left out. */
    std::uint64_t left_out() const noexcept { return left_out_.load(std::memory_order_relaxed); }

    std::uint32_t rate_hz() const noexcept { return rate_hz_; }
    /** Frames between a sample's way into the stream and its way out of speak(). */
    std::size_t delay_frames() const noexcept { return delay_; }
    const Stream& stream() const noexcept { return stream_; }
    const SampleClock& clock() const noexcept { return clock_; }

private:
    Voice(Stream stream, const VoiceOptions& options, std::size_t delay);

    void take_queued(float* out, std::size_t frames) noexcept;
    void write(const float* samples, std::size_t frames) noexcept;
    void leave(float* samples, std::size_t frames) noexcept;
    void refill() noexcept;
    std::size_t enqueue(const float* samples, std::size_t count) noexcept;

    Stream stream_;
    std::uint32_t rate_hz_;
    std::size_t delay_;
    std::size_t output_;
    SampleClock clock_;
    std::vector<float> line_;   // what is not heard yet
    std::size_t line_at_ = 0;
    std::vector<float> queue_;  // what was pushed and is not spoken yet
    std::atomic<std::uint64_t> queue_written_{0}, queue_read_{0};
    std::atomic<std::uint64_t> written_{0};
    std::atomic<m2f_status> failure_{M2F_STATUS_OK};
    std::atomic<std::uint32_t> other_rate_hz_{0};
    std::atomic<std::uint64_t> left_out_{0};
    double last_heard_ = 0;
    std::optional<Resampler> resampler_;
};

/**
 * Where the audio thread meets a voice that another thread makes, replaces and ends. The audio thread never waits: without a voice it
 * gets silence. Share the port with the engine's listener, which may outlive everything else.
 */
class AudioPort {
public:
    /** FOR THE AUDIO THREAD: out receives frames of one channel. */
    void speak(float* out, std::size_t frames, double now_s) noexcept;
    /** FOR THE AUDIO THREAD. */
    void hear(const float* samples, std::size_t frames, std::uint32_t channel_count, std::uint32_t rate_hz, double now_s) noexcept;

    /** Another voice, or none. When it returns the audio thread is out of the one before. Waits for as long as a block takes. */
    void set(Voice* voice) noexcept;

    /** Runs a call while the audio thread is kept out. */
    template <class Call>
    auto without(Call&& call) noexcept {
        Voice* const voice = voice_.load(std::memory_order_relaxed);
        set(nullptr);
        auto result = call();
        set(voice);
        return result;
    }

private:
    template <class Call>
    bool enter(Call&& call) noexcept;

    std::atomic<Voice*> voice_{nullptr};
    std::atomic<std::uint32_t> inside_{0};
};

}  // namespace m2f::core
