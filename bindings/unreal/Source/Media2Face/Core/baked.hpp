/*
 * Curves that `m2f bake` or `m2f animate --emit curves` wrote: weights and head as halves. They are played without a model.
 */
#pragma once

#include "track.hpp"

namespace m2f::core {

/** Baked curves. docs/bake.md has the layout. */
class BakedTrack final : public Track {
public:
    /**
     * Reads a file's bytes, which may be anything: INVALID_ARGUMENT says what is wrong with them. It copies what it needs. Channels that
     * are neither weights nor the head's, such as the angles of eyes, are left out.
     */
    static Outcome<std::unique_ptr<Track>> read(const void* bytes, std::size_t size);

    double duration_s() const noexcept override { return static_cast<double>(frame_count_) * frame_s_; }
    Outcome<void> sample(double time_s, Face& face) const override;

    std::size_t frame_count() const noexcept { return frame_count_; }
    /** Seconds between frames. */
    double frame_s() const noexcept { return frame_s_; }

private:
    BakedTrack(std::vector<std::string> names, std::size_t frames, double frame_s)
        : Track(std::move(names)), frame_count_(frames), frame_s_(frame_s) {}

    void frame(std::size_t number, Face& face) const noexcept;

    std::size_t frame_count_;
    double frame_s_;
    std::vector<std::uint16_t> rows_;  // [frames, weights and 7 of the head], halves
};

/** The value of an IEEE 754 half. */
float half_to_float(std::uint16_t bits) noexcept;

}  // namespace m2f::core
