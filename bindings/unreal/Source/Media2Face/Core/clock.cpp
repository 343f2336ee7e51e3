#include "clock.hpp"

#include <algorithm>
#include <cmath>

namespace m2f::core {

namespace {

/** Bandwidth of the loop, Hz: jitter of faster than seconds is evened out, drift is followed. */
constexpr double loop_hz = 0.2;
constexpr double two_pi = 6.283185307179586;
/** The rate of a device is within this of its nominal one; beyond lies a fault of the measurement. */
constexpr double most_drift = 0.02;
/** How fast a clip's clock is drawn to what its player reports, seconds. */
constexpr double draw_s = 0.25;

}  // namespace

void SampleClock::mark(std::uint64_t sample, std::uint32_t frames, double now_s) noexcept {
    const double error = now_s - expected_s_;
    const bool goes_on = runs_.load(std::memory_order_relaxed) && sample == next_ && std::fabs(error) <= jump_s;
    double begin_s = now_s;
    if (goes_on) {
        // Where the block is due, drawn a little to where it is; the rate a little more slowly.
        const double omega = two_pi * loop_hz * frames / nominal_hz_;
        begin_s = expected_s_ + std::min(1.4142135623730951 * omega, 1.0) * error;
        const double period_s = 1 / hz_ + omega * omega * error / std::max<std::uint32_t>(frames, 1);
        hz_ = std::min(std::max(1 / period_s, nominal_hz_ * (1 - most_drift)), nominal_hz_ * (1 + most_drift));
    } else {
        hz_ = nominal_hz_;
    }
    runs_.store(true, std::memory_order_relaxed);
    expected_s_ = begin_s + frames / hz_;
    next_ = sample + frames;
    publish({static_cast<double>(sample), begin_s, hz_, static_cast<double>(sample) + 2.0 * frames});
}

void SampleClock::restart() noexcept {
    runs_.store(false, std::memory_order_relaxed);
    publish({0, 0, 0, 0});
}

double SampleClock::sample_at(double now_s) const noexcept {
    const Point point = read();
    const double sample = point.sample + (now_s - point.time_s) * point.hz;
    return std::min(std::max(sample, 0.0), point.most);
}

double SampleClock::rate_hz() const noexcept {
    const double rate = read().hz;
    return rate > 0 ? rate : nominal_hz_;
}

void SampleClock::publish(const Point& point) noexcept {
    const std::uint32_t turn = turn_.load(std::memory_order_relaxed);
    turn_.store(turn + 1, std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_release);
    sample_.store(point.sample, std::memory_order_relaxed);
    time_s_.store(point.time_s, std::memory_order_relaxed);
    rate_.store(point.hz, std::memory_order_relaxed);
    most_.store(point.most, std::memory_order_relaxed);
    turn_.store(turn + 2, std::memory_order_release);
}

SampleClock::Point SampleClock::read() const noexcept {
    for (;;) {
        const std::uint32_t before = turn_.load(std::memory_order_acquire);
        const Point point = {sample_.load(std::memory_order_relaxed), time_s_.load(std::memory_order_relaxed),
                             rate_.load(std::memory_order_relaxed), most_.load(std::memory_order_relaxed)};
        std::atomic_thread_fence(std::memory_order_acquire);
        if (before % 2 == 0 && turn_.load(std::memory_order_relaxed) == before) return point;
    }
}

void PlayClock::start(double position_s) noexcept {
    position_s_ = position_s;
    behind_s_ = 0;
    paused_ = false;
}

void PlayClock::advance(double elapsed_s) noexcept {
    if (paused_ || !(elapsed_s > 0)) return;
    const double elapsed = std::min(elapsed_s, 1.0);
    const double moved = std::max(elapsed + behind_s_ * (1 - std::exp(-elapsed / draw_s)), 0.0);
    behind_s_ -= moved - elapsed;
    position_s_ += moved;
}

void PlayClock::report(double position_s) noexcept {
    if (!std::isfinite(position_s)) return;
    behind_s_ = position_s - position_s_;
    if (std::fabs(behind_s_) > jump_s) start(position_s);
}

}  // namespace m2f::core
