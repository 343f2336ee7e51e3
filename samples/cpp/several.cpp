/*
 * Several voices at once over one runtime and one model: two clips that are animated together, and meanwhile two streams that speak
 * live. Each has its own face and its own style.
 *
 *     several MODEL.m2f SPEECH.wav OUT.csv
 *
 * As in streaming.cpp, the clock counts samples and the program waits for each face, so that every run gives the same numbers.
 */
#include "sample.hpp"

#include <chrono>
#include <thread>

static const std::uint32_t BLOCK_MS = 10;
static const std::chrono::milliseconds NAP(1);
static const char* const CLIPS[] = {"happy", "sad"};
static const char* const STREAMS[] = {"angry", "calm"};
static const char* const SHOWN[] = {"jawOpen", "mouthSmileLeft"};

// What is shown of a voice: rows of the model's weights.
struct Voice {
    const char* style;
    const char* kind;
    std::vector<float> weights;
};

// Calls for audio threads throw nothing: they return a status.
static void check(m2f_status status, const char* what) {
    if (status != M2F_STATUS_OK) throw std::runtime_error(what + (": " + std::string(m2f::status_name(status))));
}

static void speak(const std::string& pack, const sample::Sound& sound, const std::string& out) {
    const m2f::Runtime runtime = m2f::Runtime::create();
    const m2f::Model model = m2f::Model::open(runtime, pack);
    const std::size_t weight_count = model.weight_count(), channels = sound.channels;
    const float fps = model.fps();
    const auto frame_count = static_cast<std::uint32_t>(static_cast<double>(sound.frames()) * fps / sound.rate_hz);
    const auto face = [&](std::size_t number) {
        return m2f::Identity::named(model, model.identity_name(static_cast<std::uint32_t>(number)));
    };
    std::vector<Voice> voices;

    // The clips: one job, whose windows share batches. Its work begins on the runtime's threads.
    std::vector<m2f::Session> sessions;
    std::vector<const m2f::Session*> together;
    for (const char* style : CLIPS) {
        const m2f::Identity identity = face(voices.size());
        m2f::SessionOptions options;
        options.sample_rate_hz = sound.rate_hz;
        options.channel_count = sound.channels;
        options.identity = identity.get();
        options.style_text = style;
        sessions.push_back(m2f::Session::create(model, options));
        sessions.back().push(sound.samples);
        voices.push_back({style, "clip", std::vector<float>(frame_count * weight_count)});
    }
    for (const m2f::Session& session : sessions) together.push_back(&session);
    m2f::Session::finish_together(together);

    // The streams, which come before clips wherever both have work. Each speaks in its style from its start on.
    std::vector<m2f::Stream> streams;
    for (const char* words : STREAMS) {
        const m2f::Identity identity = face(voices.size());
        const m2f::Style style = m2f::Style::from_text(model, words);
        m2f::StreamOptions options;
        options.sample_rate_hz = sound.rate_hz;
        options.channel_count = sound.channels;
        options.underrun = M2F_UNDERRUN_HOLD;
        options.identity = identity.get();
        options.style = style.get();
        streams.push_back(m2f::Stream::create(model, options));
        voices.push_back({words, "stream", std::vector<float>(frame_count * weight_count)});
    }
    m2f_stream_status state;
    check(streams.front().state(state), "state");
    const auto latency = static_cast<std::uint64_t>(state.latency_ms * 1e-3 * sound.rate_hz);
    const std::uint64_t delay = latency + sound.rate_hz / 10;
    const std::size_t block = sound.rate_hz * BLOCK_MS / 1000;
    const std::vector<std::int16_t> silence(block * channels);
    std::size_t at = 0;
    std::uint64_t written = 0;
    for (std::uint32_t i = 0; i < frame_count; i++) {
        const auto heard = static_cast<std::uint64_t>(i * static_cast<double>(sound.rate_hz) / fps);
        while (written < heard + delay) {
            const std::int16_t* data = at < sound.frames() ? &sound.samples[at * channels] : silence.data();
            const std::size_t count = at < sound.frames() ? std::min(block, sound.frames() - at) : block;
            for (const m2f::Stream& stream : streams) {
                // The ring holds seconds; while it is full, wait.
                for (std::size_t done = 0; done < count;) {
                    const m2f::Written part = stream.write(m2f::Span(data + done * channels, (count - done) * channels));
                    check(part.status, "write");
                    done += part.taken;
                    if (done < count) std::this_thread::sleep_for(NAP);
                }
            }
            at += count;
            written += count;
        }
        for (std::size_t j = 0; j < streams.size(); j++) {
            const m2f::Span<float> row(&voices[sessions.size() + j].weights[i * weight_count], weight_count);
            while (streams[j].sample(written - latency - 1, {}) == M2F_STATUS_NOT_READY) std::this_thread::sleep_for(NAP);
            check(streams[j].sample(heard, row), "sample");
        }
    }

    // By now the clips may be done, too.
    for (std::size_t i = 0; i < sessions.size(); i++) {
        sessions[i].wait();
        sessions[i].pull().read_weights(0, 0, frame_count, voices[i].weights);
    }

    const std::size_t shown[] = {sample::find_weight(model, SHOWN[0]), sample::find_weight(model, SHOWN[1])};
    sample::File csv(out);
    std::fprintf(csv, "frame");
    for (const Voice& voice : voices) {
        for (const char* name : SHOWN) std::fprintf(csv, ",%s.%s", voice.style, name);
    }
    std::fprintf(csv, "\n");
    for (std::uint32_t i = 0; i < frame_count; i++) {
        std::fprintf(csv, "%u", i);
        for (const Voice& voice : voices) {
            for (const std::size_t weight : shown) std::fprintf(csv, ",%.4f", voice.weights[i * weight_count + weight]);
        }
        std::fprintf(csv, "\n");
    }
    csv.close();

    for (const Voice& voice : voices) {
        double means[2] = {0, 0};
        for (std::uint32_t i = 0; i < frame_count; i++) {
            for (std::size_t j = 0; j < 2; j++) means[j] += voice.weights[i * weight_count + shown[j]];
        }
        for (double& mean : means) mean /= frame_count;
        std::printf("%s (%s): %s %.4f, %s %.4f on average\n", voice.style, voice.kind, SHOWN[0], means[0], SHOWN[1], means[1]);
    }
}

int main(int argc, char** argv) {
    return sample::run(argc, argv, speak);
}
