/*
 * Two clocks: which sample of a stream is heard now, by the times of audio blocks, and where a clip is, by what its player says.
 *
 * Audio comes in blocks, several at once and never quite in time, and its rate differs a little from that of the computer's clock. A
 * face that followed the blocks would stutter. So both clocks run evenly and are only drawn towards what is reported.
 */
#pragma once

#include <atomic>
#include <cstdint>

namespace m2f::core {

/**
 * Samples over time: a delay-locked loop over the begins of blocks. An audio thread marks, any thread asks. Nobody waits for anybody.
 */
class SampleClock {
public:
    explicit SampleClock(double rate_hz) noexcept : nominal_hz_(rate_hz), hz_(rate_hz) {}

    /**
     * For the audio thread: a block of frames that begins with this sample is handed over now. Takes no lock and no memory. If the
     * time jumps, by more than jump_s, or the numbers do, it begins again.
     */
    void mark(std::uint64_t sample, std::uint32_t frames, double now_s) noexcept;

    /** For any thread, but not during mark: as new. The next mark begins. */
    void restart() noexcept;

    /**
     * For any thread: the sample that is handed over now. Between blocks it runs on; where blocks stop coming it stands, two blocks
     * ahead at most. 0 before the first block.
     */
    double sample_at(double now_s) const noexcept;

    /** For any thread: samples a second as the computer's clock has them, which drifts by some 100 ppm from the nominal rate. */
    double rate_hz() const noexcept;

    /** A block that is later or earlier than this is a jump, seconds: a device that was changed, a machine that slept. */
    static constexpr double jump_s = 0.2;

private:
    struct Point {
        double sample, time_s, hz, most;
    };

    void publish(const Point& point) noexcept;
    Point read() const noexcept;

    // The audio thread's own.
    const double nominal_hz_;
    double hz_;
    double expected_s_ = 0;           // when the next block is due
    std::uint64_t next_ = 0;          // the sample that it begins with
    std::atomic<bool> runs_{false};

    // What was published last, behind a counter that is odd while it is written.
    std::atomic<std::uint32_t> turn_{0};
    std::atomic<double> sample_{0}, time_s_{0}, rate_{0}, most_{0};
};

/** Where a clip is, from the frames of the game and from what its player reports now and then. One thread. */
class PlayClock {
public:
    /** Begins at a position, seconds. */
    void start(double position_s) noexcept;

    /** A frame later. The clock does not run backwards, and a frame of more than a second counts as one. */
    void advance(double elapsed_s) noexcept;

    /**
     * What the player says, seconds. It may be late and stepped: small differences are drawn in over a quarter of a second, and one of
     * more than jump_s is taken at once.
     */
    void report(double position_s) noexcept;

    /** Stands still, or goes on. */
    void pause(bool on) noexcept { paused_ = on; }
    bool is_paused() const noexcept { return paused_; }

    double position_s() const noexcept { return position_s_; }

    static constexpr double jump_s = 0.25;

private:
    double position_s_ = 0;
    double behind_s_ = 0;  // what is still to be drawn in
    bool paused_ = false;
};

}  // namespace m2f::core
