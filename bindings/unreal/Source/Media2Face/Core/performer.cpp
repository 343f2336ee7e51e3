#include "performer.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace m2f::core {

namespace {

/** The mouth within the library's own time, the head within four times that, as after an interruption. */
constexpr double mouth_s = M2F_FADE_S;
constexpr double turn_s = 4 * M2F_FADE_S;

/** What is left after a time: 1 at 0, 0 at its end, flat at both. */
float left_of(double time_s, double whole_s) noexcept {
    const double part = std::min(std::max(time_s / whole_s, 0.0), 1.0);
    return static_cast<float>(1 - part * part * (3 - 2 * part));
}

}  // namespace

Performer::Performer(const Rig& rig)
    : rig_(rig), names_(curve_names(rig)), values_(names_.size()), blended_s_(std::numeric_limits<double>::infinity()) {
    CurveMap(rig_, {}).drive(Face(), values_.data());
    rest_values_ = from_values_ = values_;
}

Performer::~Performer() {
    port_->set(nullptr);
}

void Performer::say(std::unique_ptr<ClipJob> job) {
    stop();
    job_ = std::move(job);
    course_ = Course::preparing;
}

void Performer::play(std::shared_ptr<const Track> track, double position_s) {
    stop();
    track_ = std::move(track);
    source(track_->weight_names(), track_->eye_range());
    clip_clock_.start(position_s);
    course_ = Course::clip;
}

Outcome<void> Performer::go_live(std::shared_ptr<const Model> model, const VoiceOptions& options) {
    stop();
    Outcome<std::vector<std::string>> weights = weight_names(*model);
    M2F_CORE_PASS(weights);
    const Outcome<EyeRange> range = eye_range(*model);
    M2F_CORE_PASS(range);
    style_.reset();
    style_words_.clear();
    model_ = std::move(model);
    voice_options_ = options;
    M2F_CORE_PASS(make_voice());
    source(weights.value(), range.value());
    course_ = Course::live;
    return detail::done();
}

/* A voice with these options and this style takes the place of the one before. */
Outcome<void> Performer::make_voice() {
    Outcome<std::unique_ptr<Voice>> voice = Voice::create(*model_, voice_options_);
    M2F_CORE_PASS(voice);
    if (style_) M2F_CORE_PASS(voice.value()->stream().set_style(&*style_, style_strength_));
    port_->set(voice.value().get());
    voice_ = std::move(voice).value();
    return detail::done();
}

Outcome<double> Performer::push(const float* samples, std::size_t count, std::uint32_t rate_hz) {
    if (!voice_) return Error(M2F_STATUS_INVALID_STATE, "sound was pushed to a character without a voice: go live first");
    return voice_->push(samples, count, rate_hz);
}

Outcome<void> Performer::set_style(const std::string& words, float strength) {
    if (!voice_) return Error(M2F_STATUS_INVALID_STATE, "a style was given to a character without a voice: go live first");
    if (words != style_words_ || (!words.empty() && !style_)) {
        std::optional<Style> style;
        if (!words.empty()) {
            Outcome<Style> made = Style::from_text(*model_, words);
            M2F_CORE_PASS(made);
            style.emplace(std::move(made).value());
        }
        style_ = std::move(style);  // the stream keeps the one that it has
        style_words_ = words;
    }
    style_strength_ = strength;
    return voice_->stream().set_style(style_ ? &*style_ : nullptr, strength);
}

Outcome<void> Performer::interrupt() {
    if (!voice_) {
        stop();
        return detail::done();
    }
    const std::uint64_t at = counts_blocks ? voice_->heard() : voice_->heard(last_s_);
    return port_->without([&] { return voice_->interrupt(at); });
}

void Performer::stop() {
    if (course_ != Course::rest && course_ != Course::preparing) begin_blend();
    end();
}

void Performer::end() noexcept {
    port_->set(nullptr);
    voice_.reset();
    track_.reset();
    if (job_) job_->cancel();
    job_.reset();
    course_ = Course::rest;
}

Outcome<bool> Performer::advance(double now_s, double elapsed_s) {
    // A clock that went back stands still.
    elapsed_s = elapsed_s > 0 ? std::min(elapsed_s, 1.0) : 0;
    has_begun_ = true;
    last_s_ = now_s;
    if (job_) {
        const Outcome<bool> done = job_->poll();
        if (!done.ok()) {
            end();
            return done.error();
        }
        if (done.value()) {
            Outcome<std::unique_ptr<Track>> track = job_->take();
            job_.reset();
            if (!track.ok()) {
                end();
                return track.error();
            }
            play(std::shared_ptr<const Track>(std::move(track).value()));
            return true;
        }
    }
    bool shown = false;
    const Outcome<void> sampled = sample(now_s, elapsed_s, shown);
    if (!sampled.ok()) {
        stop();
        return sampled.error();
    }
    if (!shown) {
        values_ = rest_values_;
        head_ = head_at_rest;
    }
    return blend(elapsed_s) || shown;
}

/* What the source shows, if there is one. */
Outcome<void> Performer::sample(double now_s, double elapsed_s, bool& shown) {
    if (course_ == Course::clip) {
        clip_clock_.advance(elapsed_s);
        if (clip_clock_.position_s() >= track_->duration_s()) {
            stop();
            return detail::done();
        }
        M2F_CORE_PASS(track_->sample(clip_clock_.position_s(), face_));
    } else if (course_ == Course::live) {
        M2F_CORE_PASS(follow(now_s));
    } else {
        return detail::done();
    }
    shown = true;
    map_->drive(face_, values_.data());
    head_ = face_.head;
    return detail::done();
}

Outcome<void> Performer::follow(double now_s) {
    if (const std::uint32_t rate_hz = voice_->other_rate_hz()) {
        voice_options_.sample_rate_hz = rate_hz;
        begin_blend();
        M2F_CORE_PASS(make_voice());
    }
    const m2f_status broken = voice_->take_failure();
    if (broken != M2F_STATUS_OK) return failure(broken, "the stream failed on the audio thread");
    const m2f_status status = voice_->sample(counts_blocks ? voice_->heard() : voice_->heard(now_s), face_);
    if (status != M2F_STATUS_OK && status != M2F_STATUS_NOT_READY) return failure(status, "the face of a stream");
    return detail::done();
}

/* Faces come with these weights from now on, which turn eyes so far. */
void Performer::source(const std::vector<std::string>& weight_names, const EyeRange& range) {
    if (map_ && weight_names == source_names_ && range == source_range_) return;
    map_.emplace(rig_, weight_names, range);
    source_names_ = weight_names;
    source_range_ = range;
    face_ = Face(weight_names.size());
}

void Performer::begin_blend() {
    from_values_ = values_;
    from_head_ = head_;
    blended_s_ = 0;
}

/* Goes over from what was shown to what is. False once nothing of it is left. */
bool Performer::blend(double elapsed_s) noexcept {
    if (blended_s_ > turn_s) return false;
    blended_s_ += elapsed_s;
    const float mouth = left_of(blended_s_, mouth_s), turn = left_of(blended_s_, turn_s);
    const std::size_t angles = values_.size() - angle_count;
    for (std::size_t i = 0; i < values_.size(); i++) {
        // Of the angles the first three are the head's.
        const float left = i >= angles && i < angles + 3 ? turn : mouth;
        values_[i] += (from_values_[i] - values_[i]) * left;
    }
    head_ = between(head_, from_head_, turn);
    return true;
}

}  // namespace m2f::core
