/*
 * The core of the Unreal plugin without Unreal: what it makes is compared with the C reference, with tables and files of m2f.
 *
 *     host COMMAND MODEL.m2f SPEECH.wav REFERENCE
 */
#include "host.hpp"

#include <chrono>
#include <fstream>
#include <iterator>
#include <thread>

void not_so(const char* what, const char* detail, const char* file, int line) {
    std::fprintf(stderr, "%s:%d: not so: %s %s\n", file, line, what, detail);
    std::exit(1);
}

std::vector<char> read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    EXPECT_OR(path.c_str(), file.good());
    return std::vector<char>(std::istreambuf_iterator<char>(file), {});
}

m2f::Runtime Rig::runtime(std::uint32_t threads) const {
    m2f::RuntimeOptions options;
    options.thread_count = threads;
    options.backend = M2F_BACKEND_CPU;
    return must(m2f::Runtime::create(options), "a runtime");
}

std::shared_ptr<const m2f::Model> Rig::model(const m2f::Runtime& runtime) const {
    return std::make_shared<const m2f::Model>(must(m2f::Model::open(runtime, model_path), "a model"));
}

std::vector<float> read_reference(const Rig& rig) {
    const std::vector<char> bytes = read_file(rig.reference_path);
    std::vector<float> floats(bytes.size() / sizeof(float));
    std::memcpy(floats.data(), bytes.data(), floats.size() * sizeof(float));
    EXPECT(floats.size() > face_count * face_floats && floats.size() % face_floats == 0);
    return floats;
}

float compare(const core::Performer& performer, const std::vector<std::string>& names, const float* expected, const char* when, std::size_t number) {
    float moved = 0;
    for (std::size_t i = 0; i < names.size(); i++) {
        const int at = core::find_channel(performer.names(), names[i]);
        EXPECT_OR(names[i].c_str(), at >= 0);
        const float shown = performer.values()[static_cast<std::size_t>(at)];
        const std::string text = std::string(when) + " " + std::to_string(number) + ": " + names[i] + " is " + std::to_string(shown) +
                                 ", expected " + std::to_string(expected[i]);
        EXPECT_OR(text.c_str(), shown == expected[i]);
        moved += shown;
    }
    const std::string text = std::string(when) + " " + std::to_string(number) + ": the head";
    EXPECT_OR(text.c_str(), std::memcmp(performer.head().data(), expected + 52, M2F_HEAD_FLOATS * sizeof(float)) == 0);
    return moved;
}

core::VoiceOptions reference_voice(const Rig& rig) {
    core::VoiceOptions options;
    options.sample_rate_hz = rig.rate_hz;
    options.seed = 7;
    options.queue_s = 10;
    options.output_frames = output_frames;
    return options;
}

void work(const m2f::Runtime& runtime, const core::Voice& voice, std::uint64_t heard) {
    m2f_stream_status state;
    for (;;) {
        while (!must(runtime.step(1000), "a step")) continue;
        EXPECT(voice.stream().state(state) == M2F_STATUS_OK);
        if (state.ready_sample > heard) return;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
}

void work_all(const m2f::Runtime& runtime, const core::Voice& voice) {
    m2f_stream_status state;
    EXPECT(voice.stream().state(state) == M2F_STATUS_OK);
    for (std::uint64_t before = ~state.ready_sample; state.ready_sample != before;) {
        before = state.ready_sample;
        std::this_thread::sleep_for(std::chrono::milliseconds(300));
        while (!must(runtime.step(1000), "a step")) continue;
        EXPECT(voice.stream().state(state) == M2F_STATUS_OK);
    }
}

float value(const core::Performer& performer, const char* name) {
    const int at = core::find_channel(performer.names(), name);
    EXPECT_OR(name, at >= 0);
    return performer.values()[static_cast<std::size_t>(at)];
}

/* 16-bit samples of one channel behind a head of 44 bytes, as samples/audio/hello.wav is. */
static std::vector<float> read_sound(const std::string& path, std::uint32_t& rate_hz) {
    const std::vector<char> bytes = read_file(path);
    const auto number = [&](std::size_t at, int count) {
        std::uint32_t found = 0;
        while (count-- > 0) found = found << 8 | static_cast<unsigned char>(bytes[at + static_cast<std::size_t>(count)]);
        return found;
    };
    EXPECT_OR(path.c_str(), bytes.size() > 44 && number(22, 2) == 1 && number(34, 2) == 16);
    rate_hz = number(24, 4);
    std::vector<float> samples;
    for (std::size_t at = 44; at + 1 < bytes.size(); at += 2) samples.push_back(float(static_cast<std::int16_t>(number(at, 2))) / 32768.0f);
    return samples;
}

int main(int argc, char** argv) {
    static const struct {
        const char* name;
        void (*run)(const Rig&);
    } commands[] = {{"clip", clip},       {"stream", stream}, {"voices", voices},         {"silence", silence}, {"threads", threads},
                    {"errors", errors},   {"clocks", clocks}, {"resamplers", resamplers}, {"axes", axes},       {"library", library},
                    {"rigs", rigs},       {"curves", curves}, {"version", version}};
    if (argc != 5) return 2;
    Rig rig;
    rig.model_path = argv[2];
    rig.sound_path = argv[3];
    rig.reference_path = argv[4];
    rig.samples = read_sound(rig.sound_path, rig.rate_hz);
    for (const auto& command : commands) {
        if (std::strcmp(command.name, argv[1]) != 0) continue;
        command.run(rig);
        std::printf("   %s: as it should be\n", argv[1]);
        return 0;
    }
    std::fprintf(stderr, "no command %s\n", argv[1]);
    return 2;
}
