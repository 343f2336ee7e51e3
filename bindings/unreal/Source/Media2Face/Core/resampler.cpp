#include "resampler.hpp"

#include <algorithm>
#include <cmath>

namespace m2f::core {

namespace {

constexpr std::size_t phase_count = 256;
/** Zero crossings of the sinc on each side, and the share of the band that passes. */
constexpr double crossings = 8;
constexpr double pass_band = 0.95;
constexpr double circle_half = 3.141592653589793;

double sinc(double x) {
    return std::fabs(x) < 1e-9 ? 1 : std::sin(circle_half * x) / (circle_half * x);
}

}  // namespace

Resampler::Resampler(std::uint32_t from_hz, std::uint32_t to_hz) : from_hz_(from_hz), step_(double(from_hz) / double(to_hz)) {
    // The lower of both bands passes.
    const double band = pass_band / std::max(step_, 1.0);
    const double half = crossings / band;
    taps_ = 2 * static_cast<std::size_t>(std::ceil(half));
    past_.assign(taps_, 0.0f);
    kernel_.resize((phase_count + 1) * taps_);
    const auto centre = static_cast<double>(taps_ / 2 - 1);
    for (std::size_t phase = 0; phase <= phase_count; phase++) {
        double sum = 0;
        float* const row = &kernel_[phase * taps_];
        for (std::size_t tap = 0; tap < taps_; tap++) {
            const double x = static_cast<double>(tap) - centre - static_cast<double>(phase) / phase_count;
            const double window = std::fabs(x) >= half ? 0 : 0.5 + 0.5 * std::cos(circle_half * x / half);
            row[tap] = static_cast<float>(sinc(x * band) * window);
            sum += double(row[tap]);
        }
        for (std::size_t tap = 0; tap < taps_; tap++) row[tap] = static_cast<float>(double(row[tap]) / sum);
    }
}

const std::vector<float>& Resampler::convert(const float* samples, std::size_t count) {
    out_.clear();
    past_.insert(past_.end(), samples, samples + count);
    // past_ has taps samples from before the chunk; a sample of the output needs taps from its place on.
    for (; phase_ < static_cast<double>(count); phase_ += step_) {
        const auto whole = static_cast<std::size_t>(phase_);
        const double place = (phase_ - static_cast<double>(whole)) * phase_count;
        const auto phase = static_cast<std::size_t>(place);
        const auto part = static_cast<float>(place - static_cast<double>(phase));
        const float* const row = &kernel_[phase * taps_];
        const float* const from = &past_[whole + 1];
        float sum = 0;
        for (std::size_t tap = 0; tap < taps_; tap++) sum += from[tap] * (row[tap] + (row[tap + taps_] - row[tap]) * part);
        out_.push_back(sum);
    }
    phase_ -= static_cast<double>(count);
    past_.erase(past_.begin(), past_.end() - static_cast<std::ptrdiff_t>(taps_));
    return out_;
}

}  // namespace m2f::core
