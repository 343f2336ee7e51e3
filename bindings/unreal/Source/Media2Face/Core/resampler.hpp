/*
 * From the rate of synthesized speech to that of a voice. It is for the thread that pushes sound, never for an audio thread.
 */
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace m2f::core {

/** One channel, up or down, by a windowed sinc. Chunks follow each other without a seam. Half a millisecond late at 16 kHz. */
class Resampler {
public:
    /** Rates in Hz, neither 0. */
    Resampler(std::uint32_t from_hz, std::uint32_t to_hz);

    std::uint32_t from_hz() const noexcept { return from_hz_; }

    /** Takes a chunk; gives the samples at the other rate, which the next call overwrites. It takes memory for its largest chunk. */
    const std::vector<float>& convert(const float* samples, std::size_t count);

private:
    std::uint32_t from_hz_;
    double step_;                // of the input for one sample of the output
    std::size_t taps_;
    std::vector<float> kernel_;  // [phases and one more, taps]
    std::vector<float> past_;    // the last taps samples, and the chunk behind them
    double phase_ = 0;           // of the next sample, in the input, from the chunk's begin
    std::vector<float> out_;
};

}  // namespace m2f::core
