#include "voice.hpp"

#include <algorithm>
#include <cmath>
#include <thread>

namespace m2f::core {

namespace {

/** Frames that are mixed at once, on the stack. */
constexpr std::size_t piece_frames = 256;

}  // namespace

Outcome<std::unique_ptr<Voice>> Voice::create(const Model& model, const VoiceOptions& options) {
    StreamOptions stream_options;
    stream_options.sample_rate_hz = options.sample_rate_hz;
    stream_options.channel_count = 1;
    stream_options.latency = options.latency;
    stream_options.seed = options.seed;
    // The audio thread writes silence, too, and while the game is paused the face holds.
    stream_options.underrun = M2F_UNDERRUN_HOLD;
    Outcome<Stream> stream = Stream::create(model, stream_options);
    M2F_CORE_PASS(stream);
    m2f_stream_status state;
    const m2f_status status = stream.value().state(state);
    if (status != M2F_STATUS_OK) return failure(status, "the state of a stream");
    const double wanted = options.delay_s < 0 ? std::ceil((double(state.latency_ms) * 1e-3 + margin_s) * options.sample_rate_hz) - options.output_frames
                                              : std::ceil(options.delay_s * options.sample_rate_hz);
    if (!(wanted < 60.0 * options.sample_rate_hz)) return Error(M2F_STATUS_INVALID_ARGUMENT, "the sound cannot be delayed by more than a minute");
    if (!(options.queue_s >= 0 && options.queue_s <= 3600)) return Error(M2F_STATUS_INVALID_ARGUMENT, "the queue of a voice has 0 to 3600 seconds");
    return std::unique_ptr<Voice>(new Voice(std::move(stream).value(), options, static_cast<std::size_t>(std::max(wanted, 0.0))));
}

Voice::Voice(Stream stream, const VoiceOptions& options, std::size_t delay)
    : stream_(std::move(stream)), rate_hz_(options.sample_rate_hz), delay_(delay), output_(options.output_frames),
      clock_(options.sample_rate_hz), line_(delay), queue_(static_cast<std::size_t>(options.queue_s * options.sample_rate_hz)) {
    refill();
}

/* The line begins full of silence, and the stream is given that silence, too: the sample that leaves the line is always as many frames
 * behind the one that goes in as the line is long, also after an interruption. */
void Voice::refill() noexcept {
    const float silence[piece_frames] = {};
    for (std::size_t done = 0; done < delay_; done += piece_frames) write(silence, std::min(piece_frames, delay_ - done));
}

void Voice::speak(float* out, std::size_t frames, double now_s) noexcept {
    take_queued(out, frames);
    clock_.mark(written_.load(std::memory_order_relaxed), static_cast<std::uint32_t>(frames), now_s);
    write(out, frames);
    leave(out, frames);
}

void Voice::hear(const float* samples, std::size_t frames, std::uint32_t channel_count, std::uint32_t rate_hz, double now_s) noexcept {
    if (channel_count == 0 || frames == 0) return;
    if (rate_hz != rate_hz_) {
        other_rate_hz_.store(rate_hz, std::memory_order_relaxed);
        left_out_.fetch_add(frames, std::memory_order_relaxed);
        return;
    }
    clock_.mark(written_.load(std::memory_order_relaxed), static_cast<std::uint32_t>(frames), now_s);
    if (channel_count == 1) return write(samples, frames);
    float mixed[piece_frames];
    const float share = 1.0f / static_cast<float>(channel_count);
    for (std::size_t done = 0; done < frames; done += piece_frames) {
        const std::size_t count = std::min(piece_frames, frames - done);
        for (std::size_t i = 0; i < count; i++) {
            float sum = 0;
            for (std::uint32_t channel = 0; channel < channel_count; channel++) sum += *samples++;
            mixed[i] = sum * share;
        }
        write(mixed, count);
    }
}

/* What finds no room is counted by the stream; the clock counts what was taken. */
void Voice::write(const float* samples, std::size_t frames) noexcept {
    const Written done = stream_.write(Span<const float>(samples, frames));
    if (done.status != M2F_STATUS_OK) {
        failure_.store(done.status, std::memory_order_relaxed);
        return;
    }
    written_.store(written_.load(std::memory_order_relaxed) + done.taken, std::memory_order_release);
}

/* Queued sound, silence where there is none. */
void Voice::take_queued(float* out, std::size_t frames) noexcept {
    const std::uint64_t read = queue_read_.load(std::memory_order_relaxed);
    const auto there = static_cast<std::size_t>(queue_written_.load(std::memory_order_acquire) - read);
    const std::size_t count = std::min(frames, there);
    for (std::size_t done = 0; done < count;) {
        const auto at = static_cast<std::size_t>((read + done) % queue_.size());
        const std::size_t run = std::min(count - done, queue_.size() - at);
        std::copy_n(&queue_[at], run, out + done);
        done += run;
    }
    std::fill(out + count, out + frames, 0.0f);
    queue_read_.store(read + count, std::memory_order_release);
}

/* Each sample changes places with the one that is as old as the line is long. */
void Voice::leave(float* samples, std::size_t frames) noexcept {
    if (line_.empty()) return;
    for (std::size_t i = 0; i < frames; i++) {
        std::swap(samples[i], line_[line_at_]);
        if (++line_at_ == line_.size()) line_at_ = 0;
    }
}

double Voice::push(const float* samples, std::size_t count, std::uint32_t rate_hz) {
    if (rate_hz == 0 || count == 0) return 1;
    if (rate_hz == rate_hz_) {
        resampler_.reset();
        return static_cast<double>(enqueue(samples, count)) / static_cast<double>(count);
    }
    if (!resampler_ || resampler_->from_hz() != rate_hz) resampler_.emplace(rate_hz, rate_hz_);
    const std::vector<float>& converted = resampler_->convert(samples, count);
    if (converted.empty()) return 1;
    return static_cast<double>(enqueue(converted.data(), converted.size())) / static_cast<double>(converted.size());
}

std::size_t Voice::enqueue(const float* samples, std::size_t count) noexcept {
    const std::uint64_t from = queue_written_.load(std::memory_order_relaxed);
    const auto there = static_cast<std::size_t>(from - queue_read_.load(std::memory_order_acquire));
    const std::size_t taken = std::min(count, queue_.size() - there);
    for (std::size_t done = 0; done < taken;) {
        const auto at = static_cast<std::size_t>((from + done) % queue_.size());
        const std::size_t run = std::min(taken - done, queue_.size() - at);
        std::copy_n(samples + done, run, &queue_[at]);
        done += run;
    }
    queue_written_.store(from + taken, std::memory_order_release);
    return taken;
}

std::size_t Voice::waiting() const noexcept {
    return static_cast<std::size_t>(queue_written_.load(std::memory_order_acquire) - queue_read_.load(std::memory_order_acquire));
}

std::uint64_t Voice::heard() const noexcept {
    const std::uint64_t written = written_.load(std::memory_order_acquire), behind = delay_ + output_;
    return written > behind ? written - behind : 0;
}

std::uint64_t Voice::heard(double now_s) noexcept {
    const double now = clock_.sample_at(now_s) - static_cast<double>(delay_ + output_);
    last_heard_ = std::max(last_heard_, now);
    return static_cast<std::uint64_t>(last_heard_);
}

Outcome<void> Voice::interrupt(std::uint64_t at, float fade_s) {
    M2F_CORE_PASS(stream_.interrupt(at, fade_s));
    m2f_stream_status state;
    const m2f_status status = stream_.state(state);
    if (status != M2F_STATUS_OK) return failure(status, "the state of a stream");
    queue_read_.store(queue_written_.load(std::memory_order_relaxed), std::memory_order_release);
    std::fill(line_.begin(), line_.end(), 0.0f);
    written_.store(state.next_sample, std::memory_order_release);
    clock_.restart();
    last_heard_ = static_cast<double>(at);
    refill();
    return detail::done();
}

template <class Call>
bool AudioPort::enter(Call&& call) noexcept {
    inside_.fetch_add(1, std::memory_order_seq_cst);
    Voice* const voice = voice_.load(std::memory_order_seq_cst);
    if (voice) call(*voice);
    inside_.fetch_sub(1, std::memory_order_release);
    return voice != nullptr;
}

void AudioPort::speak(float* out, std::size_t frames, double now_s) noexcept {
    if (!enter([&](Voice& voice) { voice.speak(out, frames, now_s); })) std::fill_n(out, frames, 0.0f);
}

void AudioPort::hear(const float* samples, std::size_t frames, std::uint32_t channel_count, std::uint32_t rate_hz, double now_s) noexcept {
    enter([&](Voice& voice) { voice.hear(samples, frames, channel_count, rate_hz, now_s); });
}

void AudioPort::set(Voice* voice) noexcept {
    voice_.store(voice, std::memory_order_seq_cst);
    while (inside_.load(std::memory_order_seq_cst) != 0) std::this_thread::yield();
}

}  // namespace m2f::core
