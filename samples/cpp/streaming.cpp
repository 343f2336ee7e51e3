/*
 * A live face: sound is written in blocks of 10 ms, as an audio callback does, and 60 times a second the face of the sample that is
 * heard is shown. After a second and a half somebody interrupts, and for a second the face comes to rest.
 *
 *     streaming MODEL.m2f SPEECH.wav OUT.csv
 *
 * Its clock counts samples, not seconds of the wall, and it waits for each face. So every run gives the same numbers. A game would
 * write sound on its audio thread, and show the last face that is ready instead of waiting.
 */
#include "sample.hpp"

#include <chrono>
#include <thread>

static const std::uint32_t BLOCK_MS = 10;
static const std::uint32_t SHOWN_HZ = 60;
static const double INTERRUPT_S = 1.5;
static const double REST_S = 1.0;
static const std::chrono::milliseconds NAP(1);

// Calls for audio threads throw nothing: they return a status.
static void check(m2f_status status, const char* what) {
    if (status != M2F_STATUS_OK) throw std::runtime_error(what + (": " + std::string(m2f::status_name(status))));
}

static void speak(const std::string& pack, const sample::Sound& sound, const std::string& out) {
    const m2f::Runtime runtime = m2f::Runtime::create();
    const m2f::Model model = m2f::Model::open(runtime, pack);

    // The stream takes all of its memory here. Where no sound comes, its clock stands: this program always has some.
    m2f::StreamOptions options;
    options.sample_rate_hz = sound.rate_hz;
    options.channel_count = sound.channels;
    options.underrun = M2F_UNDERRUN_HOLD;
    const m2f::Stream stream = m2f::Stream::create(model, options);

    const std::size_t channels = sound.channels, block = sound.rate_hz * BLOCK_MS / 1000;
    const std::vector<std::int16_t> silence(block * channels);
    std::vector<float> weights(model.weight_count());
    m2f::Head head;

    // Faces are ready so long after their sound was written. A host that plays the sound delays it by as much, and by the time that
    // a window takes to compute.
    m2f_stream_status state;
    check(stream.state(state), "state");
    const auto latency = static_cast<std::uint64_t>(state.latency_ms * 1e-3 * sound.rate_hz);
    const std::uint64_t delay = latency + sound.rate_hz / 10;
    const auto interrupt = static_cast<std::uint64_t>(INTERRUPT_S * sound.rate_hz);
    const std::uint64_t end =
        sound.frames() < interrupt ? sound.frames() : interrupt + static_cast<std::uint64_t>(REST_S * sound.rate_hz);

    sample::File csv(out);
    std::fprintf(csv, "sample");
    for (std::uint32_t j = 0; j < weights.size(); j++) std::fprintf(csv, ",%s", model.weight_name(j).c_str());
    std::fprintf(csv, ",headX,headY,headZ,headW\n");

    bool interrupted = false;
    std::size_t at = 0;
    std::uint64_t written = 0;
    unsigned shown = 0;
    for (std::uint64_t heard = 0; heard < end; heard = std::uint64_t{++shown} * sound.rate_hz / SHOWN_HZ) {
        if (!interrupted && heard >= interrupt) {
            // What was written and not heard is dropped, and the clock goes on from here.
            const std::uint32_t generation = state.generation;
            stream.interrupt(heard);
            interrupted = true;
            written = heard;
            // A game would go on at once.
            while (check(stream.state(state), "state"), state.generation == generation) std::this_thread::sleep_for(NAP);
        }

        // The audio callback: the next blocks of the speech, and silence after it. No lock, no memory, no waiting.
        while (written < heard + delay) {
            const bool speaks = !interrupted && at < sound.frames();
            const std::size_t count = speaks ? std::min(block, sound.frames() - at) : block;
            const std::int16_t* data = speaks ? &sound.samples[at * channels] : silence.data();
            const m2f::Written done = stream.write(m2f::Span<const std::int16_t>(data, count * channels));
            check(done.status, "write");
            if (speaks) at += done.taken;
            written = done.first_sample + done.taken;
            // The ring holds seconds. In a callback, what finds no room would be lost.
            if (done.taken < count) std::this_thread::sleep_for(NAP);
        }

        // Until all faces are there that can be computed from what was written.
        while (stream.sample(written - latency - 1, {}) == M2F_STATUS_NOT_READY) std::this_thread::sleep_for(NAP);
        check(stream.sample(heard, weights, &head), "sample");
        std::fprintf(csv, "%llu", static_cast<unsigned long long>(heard));
        for (const float weight : weights) std::fprintf(csv, ",%.4f", weight);
        for (std::size_t j = 0; j < 4; j++) std::fprintf(csv, ",%.5f", head[j]);
        std::fprintf(csv, "\n");
    }
    csv.close();
    std::printf("%u faces, each %llu samples after its sound\n", shown, static_cast<unsigned long long>(delay));
}

int main(int argc, char** argv) {
    return sample::run(argc, argv, speak);
}
