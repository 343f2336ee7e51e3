/*
 * What an engine's curves are called, and their values in a frame: a rig's channels, then nine angles as Live Link Face has them.
 *
 * For the rig arkit the names are those of Live Link Face, which MetaHuman's ARKit pose mapping takes: JawOpen, EyeBlinkLeft … HeadYaw.
 * All other rigs keep their own names; the angles follow in any case.
 */
#pragma once

#include "face.hpp"
#include "rig.hpp"

namespace m2f::core {

/** The angles behind a rig's channels, radians, each a right-handed turn about the character: yaw to its left, pitch down. */
inline constexpr const char* angle_names[] = {"HeadYaw",      "HeadPitch",   "HeadRoll",      "LeftEyeYaw", "LeftEyePitch",
                                              "LeftEyeRoll",  "RightEyeYaw", "RightEyePitch", "RightEyeRoll"};
inline constexpr std::size_t angle_count = sizeof angle_names / sizeof angle_names[0];

/** Names of the curves of a rig. */
std::vector<std::string> curve_names(const Rig& rig);

/** Yaw, pitch and roll of the head, radians: R = R_y(yaw)·R_x(pitch)·R_z(roll). */
std::array<float, 3> head_angles(const Head& head) noexcept;

/** From faces with weights of given names to the values of curves. One thread at a time. */
class CurveMap {
public:
    CurveMap(const Rig& rig, const std::vector<std::string>& weight_names, const EyeRange& range = {});

    std::size_t curve_count() const noexcept { return map_.channel_count() + angle_count; }

    /** Values in the order of curve_names, into room for curve_count() of them. Takes no memory. */
    void drive(const Face& face, float* values) noexcept;

private:
    RigMap map_;
    EyeRange range_;
    int looks_[8];  // weights: left eye in, out, up, down, then those of the right one
};

}  // namespace m2f::core
