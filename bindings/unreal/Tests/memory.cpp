/*
 * The audio thread asks for no memory, takes no lock and makes no system call of Rust's, and a frame of the game leaves no garbage: the
 * C library's allocator, its mutexes and its system call are replaced by ones that count.
 *
 *     memory MODEL.m2f SPEECH.wav CURVES
 */
#include "Core/baked.hpp"
#include "Core/performer.hpp"

#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <mutex>

#include <dlfcn.h>
#include <pthread.h>

extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* memory, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
void __libc_free(void* memory);
}

/** Requests of this thread while it counts. */
static thread_local bool counts = false;
static thread_local unsigned requests = 0;

static void note() {
    if (counts) requests++;
}

extern "C" {
void* malloc(std::size_t size) { return note(), __libc_malloc(size); }
void* calloc(std::size_t count, std::size_t size) { return note(), __libc_calloc(count, size); }
void* realloc(void* memory, std::size_t size) { return note(), __libc_realloc(memory, size); }
void* memalign(std::size_t alignment, std::size_t size) { return note(), __libc_memalign(alignment, size); }
void* aligned_alloc(std::size_t alignment, std::size_t size) { return note(), __libc_memalign(alignment, size); }
int posix_memalign(void** out, std::size_t alignment, std::size_t size) {
    note();
    *out = __libc_memalign(alignment, size);
    return *out ? 0 : ENOMEM;
}
void free(void* memory) { note(), __libc_free(memory); }

int pthread_mutex_lock(pthread_mutex_t* mutex) {
    note();
    static const auto own = reinterpret_cast<int (*)(pthread_mutex_t*)>(dlsym(RTLD_NEXT, "pthread_mutex_lock"));
    return own(mutex);
}

/* What Rust's locks wait and wake by. */
long syscall(long number, ...) {
    note();
    static const auto own = reinterpret_cast<long (*)(long, long, long, long, long, long, long)>(dlsym(RTLD_NEXT, "syscall"));
    va_list list;
    va_start(list, number);
    long words[6];
    for (long& word : words) word = va_arg(list, long);
    va_end(list);
    return own(number, words[0], words[1], words[2], words[3], words[4], words[5]);
}
}

static void must(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "not so: %s\n", what);
    std::exit(1);
}

template <class T>
static T value(m2f::Outcome<T> outcome, const char* what) {
    if (!outcome.ok()) std::fprintf(stderr, "%s: %s\n", what, outcome.error().what());
    must(outcome.ok(), what);
    return std::move(outcome).value();
}

/** Requests of a call. */
template <class Call>
static unsigned requests_of(Call&& call) {
    requests = 0;
    counts = true;
    call();
    counts = false;
    return requests;
}

static std::vector<char> bytes_of(const char* path) {
    std::ifstream file(path, std::ios::binary);
    must(file.good(), path);
    return std::vector<char>(std::istreambuf_iterator<char>(file), {});
}

int main(int argc, char** argv) {
    if (argc != 4) return 2;
    must(requests_of([] { std::free(std::malloc(100)); }) == 2, "the counter counts malloc and free");
    must(requests_of([] { delete new std::string(100, 'x'); }) == 4, "the counter counts new and delete");
    std::mutex mutex;
    must(requests_of([&] { std::lock_guard<std::mutex> lock(mutex); }) == 1, "the counter counts locks");

    const std::vector<char> wav = bytes_of(argv[2]), curves = bytes_of(argv[3]);
    std::vector<float> samples((wav.size() - 44) / 2);
    for (std::size_t i = 0; i < samples.size(); i++) {
        std::int16_t sample;
        std::memcpy(&sample, &wav[44 + i * 2], 2);
        samples[i] = float(sample) / 32768;
    }
    m2f::RuntimeOptions runtime_options;
    runtime_options.thread_count = 0;
    runtime_options.backend = M2F_BACKEND_CPU;
    const m2f::Runtime runtime = value(m2f::Runtime::create(runtime_options), "a runtime");
    const auto model = std::make_shared<const m2f::Model>(value(m2f::Model::open(runtime, argv[1]), "a model"));
    const auto work = [&] {
        while (!value(runtime.step(1000), "a step")) continue;
    };

    // Live: both ways of sound, the ring full at the end, a rate that is wrong; frames of the game between.
    m2f::core::Performer performer(*m2f::core::find_rig("arkit"));
    m2f::core::VoiceOptions options;
    options.sample_rate_hz = 16000;
    options.latency = M2F_LATENCY_FAST;
    options.queue_s = 2;
    must(performer.go_live(model, options).ok(), "a voice");
    std::vector<float> out(512), stereo(1024);
    unsigned audio = 0, frames = 0, pushes = 0;
    for (std::size_t at = 0, number = 0; at + 512 <= samples.size(); at += 512, number++) {
        const double now_s = double(at) / 16000;
        if (number % 2 == 0) {
            pushes += requests_of([&] { must(performer.push(&samples[at], 512, 16000).ok(), "speech"); });
            audio += requests_of([&] { performer.port()->speak(out.data(), out.size(), now_s); });
        } else {
            for (std::size_t i = 0; i < stereo.size(); i++) stereo[i] = samples[at + i / 2];
            audio += requests_of([&] { performer.port()->hear(stereo.data(), 512, 2, 16000, now_s); });
        }
        if (number < 200) work();
        frames += requests_of([&] { must(performer.advance(now_s).ok(), "a frame"); });
    }
    audio += requests_of([&] { performer.port()->hear(samples.data(), 512, 1, 22050, 9); });
    must(audio == 0, "the audio thread asks for no memory");
    must(frames == 0 && pushes == 0, "live frames and speech ask for no memory");

    // Rest, after what was live; then baked curves and an animated clip. The frame at which one ends gives it back.
    performer.stop();
    double now_s = 20;
    const auto course = [&](m2f::core::Course of, int most, bool prepares, const char* what) {
        int frame = 0;
        unsigned last = 0;
        for (; frame < most && performer.course() == of; frame++) {
            must(last == 0 || (prepares && frame == 1), what);
            last = requests_of([&] { must(performer.advance(now_s += 1.0 / 60).ok(), what); });
        }
        must(frame > 200, what);
        return frame;
    };
    const int rest = course(m2f::core::Course::rest, 300, false, "frames at rest ask for no memory");
    audio += requests_of([&] { performer.port()->speak(out.data(), out.size(), now_s); });
    must(audio == 0, "a port without a voice asks for no memory");
    performer.play(value(m2f::core::BakedTrack::read(curves.data(), curves.size()), "curves"));
    const int baked = course(m2f::core::Course::clip, 10000, false, "frames of baked curves ask for no memory");
    auto job = value(m2f::core::ClipJob::begin(*model, samples, 16000, 1), "a clip");
    while (!value(job->poll(1000), "the clip")) continue;
    performer.play(value(job->take(), "the clip"));
    const int clip = course(m2f::core::Course::clip, 10000, true, "frames of a clip ask for no memory, but the first");
    std::printf("   no memory and no lock: the audio thread, %zu live frames, %d at rest, %d of baked curves, %d of a clip\n", samples.size() / 512, rest,
                baked, clip);
    return 0;
}
