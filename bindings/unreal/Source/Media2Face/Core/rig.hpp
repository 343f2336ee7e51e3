/*
 * Rigs: the channels of one by name, and what weights of ARKit's make of them. The tables are generated from the library's own.
 *
 * Driven channels are sums of shares of ARKit's weights, as MetaHuman's curves are. Shapes are whole mouths or moods, such as
 * visemes: a frame's are those, within 0 to 1, whose sum comes nearest to the frame, by least squares.
 */
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <vector>

namespace m2f::core {

/** A share of one of ARKit's channels, or of those of both sides. A channel of nullptr ends a list. */
struct Part {
    const char* channel;
    float share;
};

/** A channel and what it is made of. */
struct Recipe {
    const char* name;
    Part parts[16];
};

/** A rig as its table has it. */
struct Rig {
    const char* name;
    /** The channel that has what is left of 1 beside all shapes, or nullptr. */
    const char* rest;
    const Recipe* shapes;
    std::size_t shape_count;
    const Recipe* driven;
    std::size_t driven_count;

    bool is_arkit() const noexcept { return shape_count == 0 && driven_count == 0; }
    /** Names of its channels, in the order of RigMap::drive. */
    std::vector<std::string> channels() const;
};

/** ARKit's 52 in Apple's order, such as jawOpen. */
extern const std::array<const char*, 52> arkit_names;

/** oculus, ready-player-me, vrm1, vrm0, metahuman. */
extern const Rig rig_tables[];
extern const std::size_t rig_table_count;

/** The rig of a name, arkit too; nullptr if there is none. */
const Rig* find_rig(const std::string& name) noexcept;

/**
 * The place of a name among others: the same letters, whatever their case and separators (jawOpen, JawOpen, jaw_open, and eyeBlink_L
 * for eyeBlinkLeft). -1 if there is none.
 */
int find_channel(const std::vector<std::string>& names, const std::string& name);

/** From weights of given names to a rig's channels. Everything is prepared, so that a frame takes no memory. One thread at a time. */
class RigMap {
public:
    RigMap(const Rig& rig, const std::vector<std::string>& names);

    std::size_t channel_count() const noexcept { return (has_rest_ ? 1 : 0) + solved_.size() + driven_.size(); }

    /** Channels, 0..1, of weights, 0..1, in the order of the names. channels has room for channel_count(). */
    void drive(const float* weights, float* channels) noexcept;

private:
    struct Source {
        std::size_t weight;
        float share;
    };

    double product(std::size_t i, std::size_t j) const noexcept;
    void solve(const float* weights) noexcept;

    std::vector<std::vector<Source>> driven_;
    std::vector<int> used_;       // channels that shapes are made of, as weights; -1 where there is none
    std::vector<float> amounts_;  // [shapes, used]
    std::vector<double> gram_;    // [shapes, shapes]
    std::vector<double> products_, solved_;
    double scale_ = 0;
    bool has_rest_;
};

}  // namespace m2f::core
