/*
 * The smallest whole use of media2face: a WAV of speech in, a CSV of blendshape weights and head poses out.
 *
 *     minimal MODEL.m2f SPEECH.wav OUT.csv
 */
#include "sample.hpp"

static void animate(const std::string& pack, const sample::Sound& sound, const std::string& out) {
    // Runtime and model: once per process.
    const m2f::Runtime runtime = m2f::Runtime::create();
    const m2f::Model model = m2f::Model::open(runtime, pack);

    // Session: once per clip.
    m2f::SessionOptions options;
    options.sample_rate_hz = sound.rate_hz;
    options.channel_count = sound.channels;
    const m2f::Session session = m2f::Session::create(model, options);
    session.push(sound.samples);
    session.finish();
    session.wait();
    const m2f::Result result = session.pull();

    // Result: frames at any rate; 0 is the model's own.
    const std::uint32_t frame_count = result.frame_count(), weight_count = model.weight_count();
    std::vector<float> weights(std::size_t{frame_count} * weight_count), heads(std::size_t{frame_count} * M2F_HEAD_FLOATS);
    result.read_weights(0, 0, frame_count, weights);
    result.read_heads(0, 0, frame_count, heads);

    sample::File csv(out);
    std::fprintf(csv, "frame");
    for (std::uint32_t j = 0; j < weight_count; j++) std::fprintf(csv, ",%s", model.weight_name(j).c_str());
    std::fprintf(csv, ",headX,headY,headZ,headW,headMoveX,headMoveY,headMoveZ\n");
    for (std::size_t i = 0; i < frame_count; i++) {
        std::fprintf(csv, "%zu", i);
        for (std::size_t j = 0; j < weight_count; j++) std::fprintf(csv, ",%.4f", weights[i * weight_count + j]);
        for (std::size_t j = 0; j < M2F_HEAD_FLOATS; j++) std::fprintf(csv, ",%.5f", heads[i * M2F_HEAD_FLOATS + j]);
        std::fprintf(csv, "\n");
    }
    csv.close();
    // Everything ends with its object, in any order.
}

int main(int argc, char** argv) {
    return sample::run(argc, argv, animate);
}
