/*
 * What the tests of the core share: expectations that end the program, a sound, the faces of the C reference, a runtime.
 */
#pragma once

#include "Core/bake.hpp"
#include "Core/baked.hpp"
#include "Core/performer.hpp"

#include <cstdio>
#include <cstring>

namespace core = m2f::core;

/** Ends the program, and says where, if something is not so. */
[[noreturn]] void not_so(const char* what, const char* detail, const char* file, int line);

#define EXPECT(...) \
    do { \
        if (!(__VA_ARGS__)) not_so(#__VA_ARGS__, "", __FILE__, __LINE__); \
    } while (false)

#define EXPECT_OR(detail, ...) \
    do { \
        if (!(__VA_ARGS__)) not_so(#__VA_ARGS__, (detail), __FILE__, __LINE__); \
    } while (false)

/** The value of an outcome that must be one. */
template <class T>
T must(m2f::Outcome<T> outcome, const char* what) {
    if (!outcome.ok()) not_so(what, outcome.error().what(), __FILE__, __LINE__);
    return std::move(outcome).value();
}

inline void must(m2f::Outcome<void> outcome, const char* what) {
    if (!outcome.ok()) not_so(what, outcome.error().what(), __FILE__, __LINE__);
}

/** The call has to fail so, and its text has these words. */
template <class T>
void fails(const m2f::Outcome<T>& outcome, m2f_status status, const std::string& words) {
    EXPECT_OR("it went well", !outcome.ok());
    EXPECT_OR(outcome.error().what(), outcome.status() == status);
    EXPECT_OR(outcome.error().what(), std::string(outcome.error().what()).find(words) != std::string::npos);
}

/** What the program was called with. */
struct Rig {
    std::string model_path, sound_path, reference_path;
    std::vector<float> samples;
    std::uint32_t rate_hz = 16000;

    /** A runtime on the CPU, by default without threads: the work is done in step, and every run is the same. */
    m2f::Runtime runtime(std::uint32_t threads = 0) const;
    std::shared_ptr<const m2f::Model> model(const m2f::Runtime& runtime) const;
};

constexpr std::size_t block_frames = 512;
constexpr std::size_t face_count = 230;
constexpr std::size_t barge_in_block = 90;
constexpr std::uint32_t output_frames = 1024;
constexpr std::size_t face_floats = 52 + M2F_HEAD_FLOATS;

std::vector<char> read_file(const std::string& path);
/** The faces of the reference program: first those of a clip, then those of a stream. */
std::vector<float> read_reference(const Rig& rig);
/** The performer shows a face of the reference, in each bit; gives how far that is from rest. */
float compare(const core::Performer& performer, const std::vector<std::string>& names, const float* expected, const char* when, std::size_t number);
/** A voice as the reference's stream is. */
core::VoiceOptions reference_voice(const Rig& rig);
/** Works until the face of a sample is there: a stream looks for sound by the clock, at the latest after a hop. */
void work(const m2f::Runtime& runtime, const core::Voice& voice, std::uint64_t heard);
/** Works until a hop brings nothing more of the sound that was written, however slow the machine is. */
void work_all(const m2f::Runtime& runtime, const core::Voice& voice);
/** A performer's value of a curve. */
float value(const core::Performer& performer, const char* name);

void clip(const Rig& rig);
void stream(const Rig& rig);
void voices(const Rig& rig);
void silence(const Rig& rig);
void threads(const Rig& rig);
void errors(const Rig& rig);
void clocks(const Rig& rig);
void resamplers(const Rig& rig);
void axes(const Rig& rig);
void library(const Rig& rig);
/** The third word is a folder of tables by rigs. */
void rigs(const Rig& rig);
/** The third word is a folder with hello.curves and hello.csv. */
void curves(const Rig& rig);
/** With a library of another version. */
void version(const Rig& rig);
