/*
 * The C++ wrapper where things go wrong: every call answers with the library's own text, and none crashes. Compiled with exceptions
 * and without.
 *
 *     errors MODEL.m2f
 */
#include "outcome.hpp"

#include <cmath>
#include <new>
#include <vector>

// Counts what C++ allocates. The library has an allocator of its own, and tests of its own.
static std::size_t allocations = 0;

void* operator new(std::size_t size) {
    allocations++;
    void* memory = std::malloc(size ? size : 1);
    if (!memory) std::abort();
    return memory;
}

void operator delete(void* memory) noexcept {
    std::free(memory);
}

void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}

/** What is left behind where a handle was moved away. */
template <class T>
T moved_from(T& object) {
    return std::move(object);
}

static const std::vector<float> SOUND(16000, 0.1f);

// A clip on a runtime without threads, which nothing has worked on.
static m2f::Session begun(const m2f::Model& model) {
    m2f::Session session = TAKE(m2f::Session::create(model));
    TAKE(session.push(SOUND));
    TAKE(session.finish());
    return session;
}

static void packs(const m2f::Runtime& runtime) {
    EXPECT_FAILURE(M2F_STATUS_IO, "no such pack", m2f::Model::open(runtime, "no such pack"));
    EXPECT_FAILURE(M2F_STATUS_INVALID_ARGUMENT, "", m2f::Model::create(runtime, {}));
    m2f::ModelOptions damaged;
    const std::uint8_t bytes[64] = {1, 2, 3};
    damaged.data = bytes;
    damaged.data_size = sizeof bytes;
    EXPECT_FAILURE(M2F_STATUS_INVALID_PACK, "", m2f::Model::create(runtime, damaged));
    // The text is the library's own.
    const Failure found = failure([&] { return m2f::Model::open(runtime, "no such pack"); });
    EXPECT(found.text == m2f::last_error() && !found.text.empty());
}

static void arguments(const m2f::Model& model) {
    m2f::SessionOptions options;
    options.channel_count = 2;
    const m2f::Session stereo = TAKE(m2f::Session::create(model, options));
    const float odd[5] = {};
    EXPECT_FAILURE(M2F_STATUS_INVALID_ARGUMENT, "5 values", stereo.push(odd));
    EXPECT_FAILURE(M2F_STATUS_INVALID_AUDIO, "", stereo.finish());
    EXPECT_FAILURE(M2F_STATUS_INVALID_STATE, "", stereo.wait(0));
    const double times_s[] = {0, 1};
    const float values[] = {1};
    EXPECT_FAILURE(M2F_STATUS_INVALID_ARGUMENT, "2 times and 1 values", stereo.set_guidance_curve(M2F_GUIDANCE_AUDIO, times_s, values));
    options.channel_count = 0;
    EXPECT_FAILURE(M2F_STATUS_INVALID_ARGUMENT, "channel", m2f::Session::create(model, options));
    // An options struct that its library could not fill in.
    options = m2f::SessionOptions();
    options.struct_size = 0;
    EXPECT_FAILURE(M2F_STATUS_INVALID_STRUCT_SIZE, "struct_size is 0", m2f::Session::create(model, options));
    EXPECT_FAILURE(M2F_STATUS_INVALID_ARGUMENT, "", model.weight_name(100000));
    EXPECT_FAILURE(M2F_STATUS_MISSING_PART, "nobody", m2f::Identity::named(model, "nobody"));
    EXPECT_FAILURE(M2F_STATUS_INVALID_ARGUMENT, "", m2f::Session::finish_together({}));
    EXPECT_FAILURE(M2F_STATUS_INVALID_ARGUMENT, "", m2f::Result::compose({}, 0.1));
    EXPECT_FAILURE(M2F_STATUS_INVALID_ARGUMENT, "", m2f::expression_name(100000));
}

static void jobs(const m2f::Model& model) {
    const m2f::Session session = begun(model);
    EXPECT(!TAKE(session.wait(0)));
    EXPECT_FAILURE(M2F_STATUS_NOT_READY, "not done", session.pull());
    EXPECT_FAILURE(M2F_STATUS_INVALID_STATE, "", session.push(SOUND));
    EXPECT(TAKE(session.wait()));
    const m2f::Result result = TAKE(session.pull());
    const std::uint32_t count = TAKE(result.frame_count());
    EXPECT(TAKE(result.read_weights(0, 0, count, {})) == std::size_t{count} * TAKE(model.weight_count()));
    float few[3] = {7, 7, 7};
    EXPECT_FAILURE(M2F_STATUS_BUFFER_TOO_SMALL, "", result.read_weights(0, 0, count, few));
    EXPECT_FAILURE(M2F_STATUS_INVALID_ARGUMENT, "", result.read_heads(0, count, 1, few));
    EXPECT_FAILURE(M2F_STATUS_BUFFER_TOO_SMALL, "", result.sample(0, few));
    EXPECT(few[0] == 7 && few[1] == 7 && few[2] == 7);
    EXPECT_FAILURE(M2F_STATUS_INVALID_ARGUMENT, "", result.sample(std::nan(""), {}));

    const m2f::Session cancelled = begun(model);
    TAKE(cancelled.cancel());
    EXPECT_FAILURE(M2F_STATUS_CANCELLED, "", cancelled.wait());
}

// Handles that were moved from answer as NULL does in C.
static void moved(const m2f::Runtime& runtime, const std::string& pack) {
    m2f::Runtime no_runtime = TAKE(m2f::Runtime::create());
    m2f::Model no_model = TAKE(m2f::Model::open(runtime, pack));
    m2f::Identity no_identity = TAKE(m2f::Identity::create(no_model));
    m2f::Session no_session = begun(no_model);
    EXPECT(TAKE(no_session.wait()));
    m2f::Result no_result = TAKE(no_session.pull());
    {
        // All end here, parents before children or after them.
        const m2f::Model model = moved_from(no_model);
        const m2f::Runtime other = moved_from(no_runtime);
        const m2f::Session session = moved_from(no_session);
        const m2f::Identity identity = moved_from(no_identity);
        const m2f::Result result = moved_from(no_result);
        EXPECT(model && other && session && identity && result && TAKE(result.frame_count()) > 0);
    }
    EXPECT(!no_runtime && !no_model && !no_session && !no_identity && !no_result && no_model.get() == nullptr);
    EXPECT_FAILURE(M2F_STATUS_INVALID_ARGUMENT, "runtime is NULL", no_runtime.backend_name());
    EXPECT_FAILURE(M2F_STATUS_INVALID_ARGUMENT, "runtime is NULL", no_runtime.step(0));
    EXPECT_FAILURE(M2F_STATUS_INVALID_ARGUMENT, "runtime is NULL", no_runtime.next_log());
    EXPECT_FAILURE(M2F_STATUS_INVALID_ARGUMENT, "runtime is NULL", m2f::Model::open(no_runtime, pack));
    EXPECT_FAILURE(M2F_STATUS_INVALID_ARGUMENT, "model is NULL", no_model.fps());
    EXPECT_FAILURE(M2F_STATUS_INVALID_ARGUMENT, "model is NULL", no_model.weight_name(0));
    EXPECT_FAILURE(M2F_STATUS_INVALID_ARGUMENT, "model is NULL", no_model.read_uv({}));
    EXPECT_FAILURE(M2F_STATUS_INVALID_ARGUMENT, "model is NULL", m2f::Session::create(no_model));
    EXPECT_FAILURE(M2F_STATUS_INVALID_ARGUMENT, "model is NULL", m2f::Identity::create(no_model));
    EXPECT_FAILURE(M2F_STATUS_INVALID_ARGUMENT, "model is NULL", m2f::Stream::create(no_model));
    EXPECT_FAILURE(M2F_STATUS_INVALID_ARGUMENT, "model is NULL", m2f::Style::from_text(no_model, "happy"));
    EXPECT_FAILURE(M2F_STATUS_INVALID_ARGUMENT, "model is NULL", m2f::Binding::create(no_model, {}));
    EXPECT_FAILURE(M2F_STATUS_INVALID_ARGUMENT, "model is NULL", m2f::Solver::create(no_model, {}));
    EXPECT_FAILURE(M2F_STATUS_INVALID_ARGUMENT, "identity is NULL", no_identity.read_vertices_mm({}));
    EXPECT_FAILURE(M2F_STATUS_INVALID_ARGUMENT, "session is NULL", no_session.push(SOUND));
    EXPECT_FAILURE(M2F_STATUS_INVALID_ARGUMENT, "session is NULL", no_session.wait());
    EXPECT_FAILURE(M2F_STATUS_INVALID_ARGUMENT, "session is NULL", no_session.progress());
    EXPECT_FAILURE(M2F_STATUS_INVALID_ARGUMENT, "session is NULL", no_session.pull());
    const m2f::Session* const gone[] = {&no_session};
    EXPECT_FAILURE(M2F_STATUS_INVALID_ARGUMENT, "NULL", m2f::Session::finish_together(gone));
    EXPECT_FAILURE(M2F_STATUS_INVALID_ARGUMENT, "result is NULL", no_result.duration_s());
    EXPECT_FAILURE(M2F_STATUS_INVALID_ARGUMENT, "result is NULL", no_result.read_weights(0, 0, 1, {}));
    EXPECT_FAILURE(M2F_STATUS_INVALID_ARGUMENT, "result is NULL", no_result.adjust({}));
    const m2f_part part[] = {no_result.part()};
    EXPECT_FAILURE(M2F_STATUS_INVALID_ARGUMENT, "NULL", m2f::Result::compose(part, 0));
}

static void streams(const m2f::Model& model) {
    m2f::StreamOptions options;
    options.channel_count = 2;
    m2f::Stream stream = TAKE(m2f::Stream::create(model, options));
    std::vector<float> weights(TAKE(model.weight_count()));
    const std::vector<float> sound(640, 0.1f);
    m2f::Head head;
    m2f_stream_status state;

    // What an audio thread does takes no memory of C++'s.
    const std::size_t before = allocations;
    const m2f::Written written = stream.write(sound);
    const m2f_status sampled = stream.sample(0, weights, &head), seen = stream.state(state);
    const m2f::Written odd = stream.write(m2f::Span<const float>(sound.data(), 3));
    const std::size_t after = allocations;
    EXPECT(before == after);
    EXPECT(written.status == M2F_STATUS_OK && written.first_sample == 0 && written.taken == 320);
    EXPECT(sampled == M2F_STATUS_NOT_READY && seen == M2F_STATUS_OK && state.next_sample == 320);
    EXPECT(odd.status == M2F_STATUS_INVALID_ARGUMENT && odd.taken == 0);
    EXPECT(stream.sample(0, m2f::Span<float>(weights.data(), 1)) == M2F_STATUS_BUFFER_TOO_SMALL);
    EXPECT_FAILURE(M2F_STATUS_INVALID_ARGUMENT, "", stream.interrupt(0, -1));
    EXPECT_FAILURE(M2F_STATUS_INVALID_STATE, "", stream.take_result());

    const m2f::Stream moved = std::move(stream);
    EXPECT(moved && !stream);
    EXPECT(stream.write(sound).status == M2F_STATUS_INVALID_ARGUMENT);
    EXPECT(stream.sample(0, weights) == M2F_STATUS_INVALID_ARGUMENT && stream.state(state) == M2F_STATUS_INVALID_ARGUMENT);
    EXPECT_FAILURE(M2F_STATUS_INVALID_ARGUMENT, "stream is NULL", stream.flush());
    EXPECT_FAILURE(M2F_STATUS_INVALID_ARGUMENT, "stream is NULL", stream.set_style(nullptr));
    EXPECT_FAILURE(M2F_STATUS_INVALID_ARGUMENT, "stream is NULL", stream.take_result());
}

// Handles in containers, assigned over others, and given away.
static void owners(const m2f::Model& model) {
    std::vector<m2f::Session> sessions;
    for (int i = 0; i < 5; i++) sessions.push_back(begun(model));
    sessions.erase(sessions.begin() + 1);
    sessions[0] = begun(model);
    EXPECT(TAKE(sessions[0].wait()) && TAKE(sessions[3].wait()));
    m2f_session* released = sessions[2].release();
    EXPECT(released != nullptr && !sessions[2]);
    const m2f::Session adopted(released);
    EXPECT(adopted.get() == released && TAKE(adopted.wait()));
}

int main(int argc, char** argv) {
    if (argc != 2) return 2;
    EXPECT(m2f::version() == (M2F_VERSION_MAJOR << 16 | M2F_VERSION_MINOR << 8 | M2F_VERSION_PATCH));
    m2f::RuntimeOptions options;
    options.backend = M2F_BACKEND_CPU;
    options.thread_count = 0;
    const m2f::Runtime runtime = TAKE(m2f::Runtime::create(options));
    options.backend = 99;
    EXPECT_FAILURE(M2F_STATUS_INVALID_ARGUMENT, "backend", m2f::Runtime::create(options));
    const m2f::Model model = TAKE(m2f::Model::open(runtime, argv[1]));
    EXPECT_FAILURE(M2F_STATUS_UNSUPPORTED, "", runtime.set_gpu_budget_ms(10));
    EXPECT(!TAKE(runtime.next_log()).has_value());
    packs(runtime);
    arguments(model);
    jobs(model);
    moved(runtime, argv[1]);
    streams(model);
    owners(model);
    std::printf("%d checks: errors of the C++ wrapper\n", checks);
    return 0;
}
