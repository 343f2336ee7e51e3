#include "bake.hpp"

#include <algorithm>
#include <cmath>

namespace m2f::core {

namespace {

constexpr double most_baked_frames = 100e6;

/**
 * Leaves keys out as they come. From the last key on, a door of slopes is open through which all frames since are met within the
 * tolerance; the frame at which it closes makes the one before it a key.
 */
class Thinner {
public:
    Thinner(std::vector<Key>& keys, float tolerance) : keys_(keys), tolerance_(double(tolerance)) {}

    void add(Key key) {
        if (keys_.empty()) {
            keys_.push_back(key);
            return;
        }
        if (pending_ && !narrow(key)) {
            keys_.push_back(last_);
            low_ = -HUGE_VAL;
            high_ = HUGE_VAL;
            narrow(key);
        } else if (!pending_) {
            narrow(key);
        }
        last_ = key;
        pending_ = true;
    }

    void finish() {
        const bool flat = std::all_of(keys_.begin(), keys_.end(), [&](const Key& key) { return key.value == last_.value; });
        if (pending_ && !(flat && keys_.size() == 1)) keys_.push_back(last_);
    }

private:
    /** False if the straight line to this key is not within the tolerance of all frames before it. */
    bool narrow(Key key) {
        const double time = double(key.time_s) - double(keys_.back().time_s), rise = double(key.value) - double(keys_.back().value);
        const double slope = rise / time;
        if (slope < low_ || slope > high_) return false;
        low_ = std::max(low_, (rise - tolerance_) / time);
        high_ = std::min(high_, (rise + tolerance_) / time);
        return true;
    }

    std::vector<Key>& keys_;
    double tolerance_;
    double low_ = -HUGE_VAL, high_ = HUGE_VAL;
    Key last_ = {0, 0};
    bool pending_ = false;
};

}  // namespace

Outcome<std::vector<Curve>> bake(const Track& track, const Rig& rig, double fps, float tolerance) {
    const double count = std::max(std::round(track.duration_s() * fps), 1.0);
    if (!(fps >= 1 && fps <= 1000) || count > most_baked_frames) {
        return Error(M2F_STATUS_INVALID_ARGUMENT, "a bake at " + std::to_string(fps) + " frames per second, expected 1 to 1000");
    }
    std::vector<Curve> curves;
    for (std::string& name : curve_names(rig)) curves.push_back({std::move(name), {}});
    std::vector<Thinner> thinners;
    for (Curve& curve : curves) thinners.emplace_back(curve.keys, tolerance);
    CurveMap map(rig, track.weight_names(), track.eye_range());
    Face face(track.weight_names().size());
    std::vector<float> values(curves.size());
    for (double frame = 0; frame < count; frame++) {
        M2F_CORE_PASS(track.sample(frame / fps, face));
        map.drive(face, values.data());
        for (std::size_t i = 0; i < values.size(); i++) thinners[i].add({static_cast<float>(frame / fps), values[i]});
    }
    for (Thinner& thinner : thinners) thinner.finish();
    return curves;
}

float value_at(const Curve& curve, double time_s) noexcept {
    const auto next = std::find_if(curve.keys.begin(), curve.keys.end(), [&](const Key& key) { return double(key.time_s) >= time_s; });
    if (next == curve.keys.end()) return curve.keys.empty() ? 0 : curve.keys.back().value;
    if (next == curve.keys.begin()) return next->value;
    const Key from = next[-1];
    return from.value + (next->value - from.value) * static_cast<float>((time_s - double(from.time_s)) / double(next->time_s - from.time_s));
}

}  // namespace m2f::core
