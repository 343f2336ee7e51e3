/*
 * Styles over time: the first half of a WAV is said sadly, the second happily, and the end more strongly.
 *
 *     styles MODEL.m2f SPEECH.wav OUT.csv
 */
#include "sample.hpp"

// Words that count from start_s to end_s.
static std::uint32_t add_words(const m2f::Session& session, const char* words, double start_s, double end_s) {
    m2f::StyleOptions style;
    style.text = words;
    style.start_s = start_s;
    style.end_s = end_s;
    style.ramp_s = 0.3;
    return session.add_style(style);
}

static void animate(const std::string& pack, const sample::Sound& sound, const std::string& out) {
    const double half_s = 0.5 * static_cast<double>(sound.frames()) / sound.rate_hz;
    const m2f::Runtime runtime = m2f::Runtime::create();
    const m2f::Model model = m2f::Model::open(runtime, pack);
    m2f::SessionOptions options;
    options.sample_rate_hz = sound.rate_hz;
    options.channel_count = sound.channels;
    const m2f::Session session = m2f::Session::create(model, options);

    // Where the two meet their ramps cross, and their weights sum to one. Infinity in the options means the clip's end.
    add_words(session, "sad", 0.0, half_s);
    const std::uint32_t happy = add_words(session, "happy", half_s, 2.0 * half_s);

    // s_P rises from the middle on: the style grows stronger.
    const double times_s[] = {half_s, 2.0 * half_s};
    const float strengths[] = {1.0f, 2.0f};
    session.set_guidance_curve(M2F_GUIDANCE_STYLE, times_s, strengths);

    session.push(sound.samples);
    // Until the work begins, everything may still change.
    session.set_style_strength(happy, 1.2f);
    session.finish();
    session.wait();
    const m2f::Result result = session.pull();

    const std::uint32_t frame_count = result.frame_count(), weight_count = model.weight_count();
    std::vector<float> weights(std::size_t{frame_count} * weight_count);
    result.read_weights(0, 0, frame_count, weights);
    const std::size_t smile = sample::find_weight(model, "mouthSmileLeft"), frown = sample::find_weight(model, "mouthFrownLeft");

    sample::File csv(out);
    std::fprintf(csv, "frame,mouthSmileLeft,mouthFrownLeft\n");
    for (std::size_t i = 0; i < frame_count; i++) {
        const float* row = &weights[i * weight_count];
        std::fprintf(csv, "%zu,%.4f,%.4f\n", i, row[smile], row[frown]);
    }
    csv.close();
}

int main(int argc, char** argv) {
    return sample::run(argc, argv, animate);
}
