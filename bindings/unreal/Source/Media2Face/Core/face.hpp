/*
 * One face: the weights of a model or of baked curves, and the pose of the head, in the library's axes.
 */
#pragma once

#include "library.hpp"

namespace m2f::core {

/** No turn and no move: a quaternion x, y, z, w, then mm. */
inline constexpr Head head_at_rest = {0, 0, 0, 1, 0, 0, 0};

/** Weights 0..1 in the order of their source's names, and the pose of the head. Sized once; a frame takes no memory. */
struct Face {
    std::vector<float> weights;
    Head head = head_at_rest;

    explicit Face(std::size_t weight_count = 0) : weights(weight_count) {}
};

/** How far a look weight of 1 turns an eye, radians. By default the starter's. */
struct EyeRange {
    float in_rad = 0.41887903f;
    float out_rad = 0.41887903f;
    float up_rad = 0.20943952f;
    float down_rad = 0.34906584f;

    bool operator==(const EyeRange& other) const noexcept {
        return in_rad == other.in_rad && out_rad == other.out_rad && up_rad == other.up_rad && down_rad == other.down_rad;
    }
};

/** Spherical interpolation of the head's turn along the shorter arc, and linear of its place; part 0..1. */
Head between(const Head& from, const Head& to, float part) noexcept;

/**
 * The head's turn and place in Unreal's axes, for a character that looks along +X with +Z up: quaternion x, y, z, w, then cm.
 *
 * The library's axes are right-handed, +X to the character's left, +Y up, +Z out of the face. Unreal's are left-handed, so
 * (x, y, z) becomes (z, -x, y), and turns change their sense.
 */
Head in_unreal_axes(const Head& head) noexcept;

}  // namespace m2f::core
