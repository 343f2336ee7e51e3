#include "curve_set.hpp"

#include <cctype>
#include <cmath>

namespace m2f::core {

namespace {

constexpr const char* look_names[] = {"eyeLookInLeft",  "eyeLookOutLeft",  "eyeLookUpLeft",  "eyeLookDownLeft",
                                      "eyeLookInRight", "eyeLookOutRight", "eyeLookUpRight", "eyeLookDownRight"};

}  // namespace

std::vector<std::string> curve_names(const Rig& rig) {
    std::vector<std::string> names = rig.channels();
    if (rig.is_arkit()) {
        for (std::string& name : names) name[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(name[0])));
    }
    names.insert(names.end(), angle_names, angle_names + angle_count);
    return names;
}

std::array<float, 3> head_angles(const Head& head) noexcept {
    const double x = head[0], y = head[1], z = head[2], w = head[3];
    const double sine = std::fmin(std::fmax(2 * (w * x - y * z), -1), 1);
    double yaw, roll = 0;
    // Closer to the poles than this the rounding of a float quaternion would decide both angles.
    if (std::fabs(sine) > 1 - 1e-6) {
        yaw = std::atan2(2 * (w * y - x * z), 1 - 2 * (y * y + z * z));
    } else {
        yaw = std::atan2(2 * (x * z + w * y), 1 - 2 * (x * x + y * y));
        roll = std::atan2(2 * (x * y + w * z), 1 - 2 * (x * x + z * z));
    }
    return {static_cast<float>(yaw), static_cast<float>(std::asin(sine)), static_cast<float>(roll)};
}

CurveMap::CurveMap(const Rig& rig, const std::vector<std::string>& weight_names, const EyeRange& range)
    : map_(rig, weight_names), range_(range) {
    for (std::size_t i = 0; i < 8; i++) looks_[i] = find_channel(weight_names, look_names[i]);
}

void CurveMap::drive(const Face& face, float* values) noexcept {
    map_.drive(face.weights.data(), values);
    float* angles = values + map_.channel_count();
    for (const float angle : head_angles(face.head)) *angles++ = angle;
    for (std::size_t eye = 0; eye < 2; eye++) {
        const int* looks = looks_ + eye * 4;
        const auto weight = [&](std::size_t look) { return looks[look] < 0 ? 0.0f : face.weights[static_cast<std::size_t>(looks[look])]; };
        // Out is to the character's left for the left eye, and to its right for the right one.
        const float outwards = weight(1) * range_.out_rad - weight(0) * range_.in_rad;
        *angles++ = eye == 0 ? outwards : -outwards;
        *angles++ = weight(3) * range_.down_rad - weight(2) * range_.up_rad;
        *angles++ = 0;
    }
}

}  // namespace m2f::core
