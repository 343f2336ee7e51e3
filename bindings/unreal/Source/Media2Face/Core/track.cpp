#include "track.hpp"

#include <array>

namespace m2f::core {

Outcome<std::vector<std::string>> weight_names(const Model& model) {
    const Outcome<std::uint32_t> count = model.weight_count();
    M2F_CORE_PASS(count);
    std::vector<std::string> names;
    for (std::uint32_t i = 0; i < count.value(); i++) {
        Outcome<std::string> name = model.weight_name(i);
        M2F_CORE_PASS(name);
        names.push_back(std::move(name).value());
    }
    return names;
}

Outcome<EyeRange> eye_range(const Model& model) {
    std::array<float, 4> angles;
    M2F_CORE_PASS(model.read_eye_range_rad(angles));
    return EyeRange{angles[0], angles[1], angles[2], angles[3]};
}

Outcome<void> AnimatedTrack::sample(double time_s, Face& face) const {
    return result_.sample(time_s, face.weights, &face.head);
}

Outcome<std::unique_ptr<ClipJob>> ClipJob::begin(const Model& model, Span<const float> samples, std::uint32_t rate_hz,
                                                 std::uint32_t channel_count, const ClipOptions& options) {
    SessionOptions session_options;
    session_options.sample_rate_hz = rate_hz;
    session_options.channel_count = channel_count;
    session_options.seed = options.seed;
    Outcome<Session> session = Session::create(model, session_options);
    M2F_CORE_PASS(session);
    if (!options.style.empty()) {
        StyleOptions style;
        style.text = options.style.c_str();
        style.strength = options.style_strength;
        M2F_CORE_PASS(session.value().add_style(style));
    }
    M2F_CORE_PASS(session.value().push(samples));
    M2F_CORE_PASS(session.value().finish());
    Outcome<std::vector<std::string>> names = weight_names(model);
    M2F_CORE_PASS(names);
    const Outcome<EyeRange> range = eye_range(model);
    M2F_CORE_PASS(range);
    return std::unique_ptr<ClipJob>(new ClipJob(std::move(session).value(), std::move(names).value(), range.value()));
}

float ClipJob::progress() const {
    const Outcome<m2f_progress> progress = session_.progress();
    return progress.ok() ? progress.value().fraction : 0;
}

Outcome<std::unique_ptr<Track>> ClipJob::take() const {
    Outcome<Result> result = session_.pull();
    M2F_CORE_PASS(result);
    const Outcome<double> duration = result.value().duration_s();
    M2F_CORE_PASS(duration);
    return std::unique_ptr<Track>(new AnimatedTrack(std::move(result).value(), duration.value(), names_, range_));
}

}  // namespace m2f::core
