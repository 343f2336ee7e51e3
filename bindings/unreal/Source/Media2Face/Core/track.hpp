/*
 * An animation that can be played: frames of a clip that the model animated, or curves that were baked before and need no model.
 */
#pragma once

#include "face.hpp"

#include <memory>

namespace m2f::core {

/** Faces over time. Several performers may read one track, one thread at a time. */
class Track {
public:
    virtual ~Track() = default;

    /** Length, seconds. */
    virtual double duration_s() const noexcept = 0;

    /** The face at a time, which is limited to the track. face has weight_names().size() weights. Takes no memory. */
    virtual Outcome<void> sample(double time_s, Face& face) const = 0;

    /** Names of the weights. */
    const std::vector<std::string>& weight_names() const noexcept { return names_; }

    /** How far the weights turn the eyes; of baked curves, which do not say, as the starter's do. */
    const EyeRange& eye_range() const noexcept { return range_; }

protected:
    explicit Track(std::vector<std::string> names, const EyeRange& range = {}) : names_(std::move(names)), range_(range) {}

private:
    std::vector<std::string> names_;
    EyeRange range_;
};

/** Names of a model's weights. */
Outcome<std::vector<std::string>> weight_names(const Model& model);

/** How far a model's weights turn the eyes. */
Outcome<EyeRange> eye_range(const Model& model);

/** A clip that the model animated. */
class AnimatedTrack final : public Track {
public:
    /** names and range are those of the result's model. */
    AnimatedTrack(Result result, double duration_s, std::vector<std::string> names, const EyeRange& range)
        : Track(std::move(names), range), result_(std::move(result)), duration_s_(duration_s) {}

    double duration_s() const noexcept override { return duration_s_; }
    Outcome<void> sample(double time_s, Face& face) const override;

    /** The animation itself, for adjustments, revisions and meshes. */
    const Result& result() const noexcept { return result_; }

private:
    Result result_;
    double duration_s_;
};

/** How a clip is animated. */
struct ClipOptions {
    /** Words or one emoji, UTF-8; empty for none. */
    std::string style;
    float style_strength = 1;
    /** M2F_SEED_AUTO: by the sound. */
    std::uint64_t seed = M2F_SEED_AUTO;
};

/** A clip on its way: begun on any thread, then asked once a frame. */
class ClipJob {
public:
    /** Takes interleaved sound, which is copied, and begins. A runtime without threads works while it is asked. */
    static Outcome<std::unique_ptr<ClipJob>> begin(const Model& model, Span<const float> samples, std::uint32_t rate_hz,
                                                   std::uint32_t channel_count, const ClipOptions& options = {});

    /** Whether it is done, after at most timeout_ms. Fails with the job's error, or CANCELLED. */
    Outcome<bool> poll(std::uint32_t timeout_ms = 0) const { return session_.wait(timeout_ms); }

    /** How much of the work is done, 0..1. */
    float progress() const;

    /** Asks the work to stop. To destroy the job does it, too. */
    void cancel() const { static_cast<void>(session_.cancel().ok()); }

    /** The animation, once poll was true. */
    Outcome<std::unique_ptr<Track>> take() const;

private:
    ClipJob(Session session, std::vector<std::string> names, const EyeRange& range)
        : session_(std::move(session)), names_(std::move(names)), range_(range) {}

    Session session_;
    std::vector<std::string> names_;
    EyeRange range_;
};

}  // namespace m2f::core
