#include "face.hpp"

#include <cmath>

namespace m2f::core {

Head between(const Head& from, const Head& to, float part) noexcept {
    double cosine = 0;
    for (std::size_t i = 0; i < 4; i++) cosine += double(from[i]) * double(to[i]);
    // A quaternion and its negative are one rotation.
    const double sign = cosine < 0 ? -1 : 1;
    const double angle = std::acos(std::fmin(std::fabs(cosine), 1));
    double own = 1 - double(part), other = part;
    // Nearly the same rotation: the arc is its chord.
    if (angle >= 1e-4) {
        own = std::sin(own * angle) / std::sin(angle);
        other = std::sin(other * angle) / std::sin(angle);
    }
    double turn[4], square = 0;
    for (std::size_t i = 0; i < 4; i++) {
        turn[i] = own * double(from[i]) + other * sign * double(to[i]);
        square += turn[i] * turn[i];
    }
    Head head;
    for (std::size_t i = 0; i < 4; i++) head[i] = static_cast<float>(turn[i] / std::sqrt(square));
    for (std::size_t i = 4; i < head.size(); i++) head[i] = from[i] + (to[i] - from[i]) * part;
    return head;
}

Head in_unreal_axes(const Head& head) noexcept {
    const float cm = 0.1f;
    return {-head[2], head[0], -head[1], head[3], head[6] * cm, -head[4] * cm, head[5] * cm};
}

}  // namespace m2f::core
