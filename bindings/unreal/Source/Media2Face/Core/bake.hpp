/*
 * An animation as keys of curves, for engines that keep animations as assets.
 */
#pragma once

#include "curve_set.hpp"
#include "track.hpp"

namespace m2f::core {

/** A key; between two keys the curve is straight. */
struct Key {
    float time_s;
    float value;
};

/** A curve by its name. It has a key at its begin and its end, and one key only if it never changes. */
struct Curve {
    std::string name;
    std::vector<Key> keys;
};

/**
 * Curves of a rig at a rate, frames per second. Keys are left out where the curve without them is within tolerance of every frame.
 * INVALID_ARGUMENT for a rate outside 1 to 1000 or an animation of more than 100 million frames.
 */
Outcome<std::vector<Curve>> bake(const Track& track, const Rig& rig, double fps, float tolerance = 1e-4f);

/** The value of a curve at a time: that of its first and last key outside. */
float value_at(const Curve& curve, double time_s) noexcept;

}  // namespace m2f::core
