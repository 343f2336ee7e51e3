/* Clocks, resampling, axes and words, without a model. */
#include "host.hpp"

#include <cmath>

static double noise(std::uint32_t& state) {
    state = state * 1664525u + 1013904223u;
    return (state >> 8) / double(1 << 24);
}

/** Blocks in bursts of two, a rate that is 100 ppm fast, arrivals that jitter by 8 ms. */
static void even(core::SampleClock& clock, double& now_s, std::uint64_t& sample) {
    const double rate = 48000 * 1.0001;
    std::uint32_t state = 1;
    double worst = 0, last = 0;
    for (int burst = 0; burst < 1500; burst++) {
        const double begin_s = now_s;
        for (int block = 0; block < 2; block++, sample += 1024) clock.mark(sample, 1024, begin_s + block * 1e-4 + noise(state) * 8e-3);
        for (int frame = 1; frame <= 4; frame++) {
            const double at = begin_s + 9e-3 + frame * 0.0085;
            const double shown = clock.sample_at(at);
            // A burst is handed over at the begin of its first block, so the mean of its marks is half a block early.
            const double real = double(sample - 2048) + (at - begin_s) * rate;
            if (burst > 300) {
                worst = std::max(worst, std::fabs(shown - real) / rate);
                EXPECT(shown >= last);
            }
            last = shown;
        }
        now_s = begin_s + 2048 / rate;
    }
    EXPECT_OR(std::to_string(worst).c_str(), worst < 0.016);
    EXPECT_OR(std::to_string(clock.rate_hz()).c_str(), std::fabs(clock.rate_hz() / rate - 1) < 2e-3);
    std::printf("   blocks in bursts: the clock is within %.1f ms, and its rate within 0.2 %%\n", worst * 1e3);
}

void clocks(const Rig&) {
    core::SampleClock clock(48000);
    EXPECT(clock.sample_at(100) == 0 && clock.rate_hz() == 48000);
    double now_s = 1000;
    std::uint64_t sample = 0;
    even(clock, now_s, sample);
    // Blocks stop: it stands, two blocks ahead. The machine slept, or the clock was set back: one block later all is well.
    EXPECT(clock.sample_at(now_s + 60) == double(sample - 1024 + 2048));
    for (const double jump : {3600.0, -7200.0}) {
        now_s += jump;
        clock.mark(sample, 1024, now_s);
        EXPECT(std::fabs(clock.sample_at(now_s + 0.01) - double(sample + 480)) < 1);
        EXPECT(clock.rate_hz() == 48000);
        sample += 1024;
        now_s += 1024.0 / 48000;
    }
    // An interruption: numbers go back.
    clock.restart();
    EXPECT(clock.sample_at(now_s) == 0);
    clock.mark(500, 1024, now_s);
    EXPECT(clock.sample_at(now_s) == 500);

    core::PlayClock play;
    play.start(0);
    double worst = 0;
    // A player that reports each buffer's begin: steps of 21 ms, late by up to one.
    for (int frame = 1; frame <= 600; frame++) {
        play.advance(1.0 / 60);
        const double real = frame / 60.0;
        play.report(std::floor(real * 46.875) / 46.875);
        if (frame > 60) worst = std::max(worst, std::fabs(play.position_s() - real + 0.0107));
    }
    EXPECT_OR(std::to_string(worst).c_str(), worst < 0.008);
    play.report(3);
    EXPECT(play.position_s() == 3);
    play.report(2.9);
    double last = play.position_s();
    for (int frame = 0; frame < 120; frame++, last = play.position_s()) {
        play.advance(1.0 / 60);
        EXPECT(play.position_s() >= last);
    }
    EXPECT(std::fabs(play.position_s() - 4.9) < 1e-3);
    play.advance(1e9);
    EXPECT(std::fabs(play.position_s() - 5.9) < 1e-3);
    play.advance(-5);
    play.advance(std::nan(""));
    play.report(std::nan(""));
    EXPECT(std::fabs(play.position_s() - 5.9) < 1e-3);
    std::printf("   a clip's clock is within %.1f ms of a player that reports by buffers\n", worst * 1e3);
}

/** The largest difference from the same tone at the other rate, late by what the filter takes. */
static double tone(std::uint32_t from_hz, std::uint32_t to_hz, double tone_hz, double amplitude) {
    core::Resampler resampler(from_hz, to_hz);
    const double turn = 2 * 3.141592653589793 * tone_hz;
    std::vector<float> in(from_hz), out;
    for (std::size_t i = 0; i < in.size(); i++) in[i] = static_cast<float>(std::sin(turn * double(i) / from_hz));
    std::uint32_t state = 3;
    for (std::size_t at = 0; at < in.size();) {
        const std::size_t count = std::min(in.size() - at, static_cast<std::size_t>(noise(state) * 700));
        const std::vector<float>& made = resampler.convert(&in[at], count);
        out.insert(out.end(), made.begin(), made.end());
        at += count;
    }
    EXPECT(out.size() >= to_hz - 2 && out.size() <= to_hz + 2);
    const double band = 0.95 / std::max(double(from_hz) / to_hz, 1.0), late_s = std::ceil(8 / band) / from_hz;
    double worst = 0;
    for (std::size_t i = to_hz / 10; i < out.size(); i++) {
        worst = std::max(worst, std::fabs(double(out[i]) - amplitude * std::sin(turn * (double(i) / to_hz - late_s))));
    }
    return worst;
}

void resamplers(const Rig&) {
    for (const auto rates : {std::array<std::uint32_t, 2>{24000, 48000}, {22050, 48000}, {8000, 44100}, {44100, 16000}, {48000, 47999}}) {
        const double off = tone(rates[0], rates[1], 440, 1);
        EXPECT_OR(std::to_string(off).c_str(), off < 2e-3);
    }
    // What the lower rate has no room for does not come back as another tone.
    EXPECT(tone(48000, 16000, 11000, 0) < 3e-3);
    std::printf("   tones keep their form from 8 to 48 kHz, up and down\n");
}

static std::array<double, 3> rotated(const std::array<double, 4>& q, const std::array<double, 3>& v) {
    const auto cross = [](std::array<double, 3> a, std::array<double, 3> b) {
        return std::array<double, 3>{a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
    };
    const std::array<double, 3> axis = {q[0], q[1], q[2]}, once = cross(axis, v), twice = cross(axis, once);
    std::array<double, 3> out;
    for (std::size_t i = 0; i < 3; i++) out[i] = v[i] + 2 * (q[3] * once[i] + twice[i]);
    return out;
}

void axes(const Rig&) {
    const auto to_unreal = [](std::array<double, 3> v) { return std::array<double, 3>{v[2], -v[0], v[1]}; };
    const m2f::Head head = {0.18257419f, -0.36514837f, 0.54772256f, 0.73029674f, 10, 20, 30};
    const m2f::Head own = core::in_unreal_axes(head);
    const auto turn = [](const m2f::Head& of) { return std::array<double, 4>{of[0], of[1], of[2], of[3]}; };
    for (const auto v : {std::array<double, 3>{1, 0, 0}, {0, 1, 0}, {0, 0, 1}, {0.3, -2, 0.7}}) {
        const auto expected = to_unreal(rotated(turn(head), v)), found = rotated(turn(own), to_unreal(v));
        for (std::size_t i = 0; i < 3; i++) EXPECT(std::fabs(expected[i] - found[i]) < 1e-6);
    }
    // 10 mm to the left, 20 up, 30 to the front.
    EXPECT(own[4] == 3 && own[5] == -1 && own[6] == 2);
    // A quarter to the character's left, as Live Link counts it.
    const m2f::Head left = {0, 0.70710678f, 0, 0.70710678f, 0, 0, 0};
    EXPECT(std::fabs(core::head_angles(left)[0] - 1.5707963f) < 1e-5f && std::fabs(core::head_angles(left)[1]) < 1e-6f);
    const m2f::Head half = core::between(core::head_at_rest, left, 0.5f);
    EXPECT(std::fabs(core::head_angles(half)[0] - 0.78539816f) < 1e-6f);
    const m2f::Head other = {-left[0], -left[1], -left[2], -left[3], 0, 0, 0};
    EXPECT(std::fabs(std::fabs(core::head_angles(core::between(core::head_at_rest, other, 0.5f))[0]) - 0.78539816f) < 1e-6f);
    std::printf("   turns and places are the same in Unreal's axes\n");
}

void library(const Rig&) {
    must(core::check_library(), "the library");
    EXPECT(core::expected_version() == m2f::version_string());
    const auto places = core::library_places("/Game/Plugins/Media2Face", "Win64");
    EXPECT(places.size() == 2 && places[0] == "/Game/Plugins/Media2Face/Binaries/ThirdParty/Media2FaceLibrary/Win64/media2face.dll");
    const std::string text = core::missing_library(places, "error 126");
    for (const std::string& place : places) EXPECT(text.find(place) != std::string::npos);
    EXPECT(text.find("error 126") != std::string::npos && text.find("README") != std::string::npos);
    EXPECT(core::library_places("", "Linux")[0].find("libmedia2face.so.0") != std::string::npos);
    EXPECT(core::library_places("", "Mac")[1].find("aarch64-apple-darwin/lib/libmedia2face.0.dylib") != std::string::npos);
}

void version(const Rig&) {
    fails(core::check_library(), M2F_STATUS_UNSUPPORTED, core::expected_version());
    fails(core::check_library(), M2F_STATUS_UNSUPPORTED, "0.9.1");
}
