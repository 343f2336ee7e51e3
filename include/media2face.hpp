/*
 * media2face in C++17: speech in, moving face out.
 *
 * A thin wrapper of media2face.h, which describes every option, unit and cost. Each handle is a class that moves and destroys
 * itself, and each function of the C API is a method of the same name. The wrapper adds no behaviour. It takes memory only for
 * text that it returns and for errors.
 *
 *     m2f::Runtime runtime = m2f::Runtime::create();
 *     m2f::Model model = m2f::Model::open(runtime, "models/starter.m2f");
 *     m2f::SessionOptions options;
 *     options.sample_rate_hz = 48000;
 *     m2f::Session session = m2f::Session::create(model, options);
 *     session.push(samples);
 *     session.finish();
 *     session.wait();
 *     m2f::Result result = session.pull();
 *     result.sample(0.5, weights, &head);
 *
 * Conventions
 *  - Errors. A call that fails throws an m2f::Error, which has the status and the library's own text. With M2F_NO_EXCEPTIONS, which
 *    -fno-exceptions also sets, nothing is thrown: where this header says Outcome<T> the call returns an m2f::Outcome<T>. Both kinds
 *    of code can be linked into one program.
 *  - NOT_READY is not an error. Calls that can answer it return false, or an empty optional, or a status.
 *  - Audio threads. Stream::write, state and sample are noexcept, take no memory and return a status. No other call is for an
 *    audio thread.
 *  - Memory. Weights, poses and vertices go into your memory: pass an array, a std::vector, a std::span or an m2f::Span. An empty
 *    span, {}, asks for the count instead. Text is UTF-8; what this header returns as text is a std::string.
 *  - Units. Lengths are mm, times seconds or ms as the names say, frames rates per second. A rate of 0 is the model's own.
 *  - Threads. A const method may run at the same time as others on the same object. Moving and destroying an object are yours to
 *    keep apart from its calls.
 *  - Versions. If the loaded library does not fit this header, set_memory, device_count, device_describe and Runtime::create fail
 *    with UNSUPPORTED, and the text names both versions.
 *
 * Licence: MIT OR Apache-2.0.
 */

#ifndef MEDIA2FACE_HPP
#define MEDIA2FACE_HPP

#include "media2face_base.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <string_view>
#include <vector>

namespace m2f {
inline namespace M2F_DETAIL_MODE {

class Runtime;
class Model;
class Identity;
class Session;
class Result;
class Style;

/* ---- The library ------------------------------------------------------------------------------------------------------------ */

/** The version of the loaded library, as major·65536 + minor·256 + patch. */
inline std::uint32_t version() noexcept { return m2f_version(); }

/** The version of the loaded library as text, such as 0.2.0. */
inline std::string_view version_string() noexcept { return m2f_version_string(); }

/** A short English name of a status, such as invalid argument. */
inline std::string_view status_name(m2f_status status) noexcept { return m2f_status_name(status); }

/** The text of the last failed call on this thread. An Error has it already. */
inline std::string_view last_error() noexcept { return m2f_last_error(); }

/**
 * Sets the functions that the library takes all its memory from. Call it once, before anything else, also before you make an
 * options struct. The functions are called on any thread, and must not throw.
 */
inline Outcome<void> set_memory(m2f_allocate_callback allocate, m2f_free_callback free, void* user,
                                std::size_t reserve_bytes = M2F_RESERVE_DEFAULT) {
    M2F_DETAIL_CHECK_VERSION();
    M2F_DETAIL_CHECK(m2f_set_memory(allocate, free, user, reserve_bytes));
    return detail::done();
}

/** Counts the Vulkan devices of this machine, usable or not. UNSUPPORTED without a Vulkan loader. */
inline Outcome<std::uint32_t> device_count() {
    M2F_DETAIL_CHECK_VERSION();
    std::uint32_t count = 0;
    M2F_DETAIL_CHECK(m2f_device_count(&count));
    return count;
}

/** Describes a device; index is below device_count(). */
inline Outcome<m2f_device_info> device_describe(std::uint32_t index) {
    M2F_DETAIL_CHECK_VERSION();
    m2f_device_info info{};
    M2F_DETAIL_CHECK(m2f_device_describe(index, &info, sizeof info));
    return info;
}

/** Counts the expressions that a keyframe can name. */
inline Outcome<std::uint32_t> expression_count() {
    std::uint32_t count = 0;
    M2F_DETAIL_CHECK(m2f_expression_count(&count));
    return count;
}

/** The name of an expression, such as smile; index is below expression_count(). */
inline Outcome<std::string> expression_name(std::uint32_t index) {
    return detail::text([index](auto... out) { return m2f_expression_name(index, out...); });
}

/* ---- Runtime ---------------------------------------------------------------------------------------------------------------- */

/** A message of the log: an M2F_LOG_… level and one line of text. */
struct Message {
    std::uint32_t level;
    std::string text;
};

/** Device memory in bytes: what is used, and what was taken from the driver for that. Both are 0 on the CPU. */
struct GpuMemory {
    std::uint64_t used_bytes;
    std::uint64_t reserved_bytes;
};

/** The threads, the backend and the log of the sessions made on it. One per process. */
class Runtime : public Owned<m2f_runtime> {
public:
    /** Takes a handle of media2face.h, such as that of m2f_runtime_create_vulkan. */
    explicit Runtime(m2f_runtime* handle) noexcept : Owned(handle) {}

    /** Opens the device, or finds the CPU's instruction set, and starts the threads. */
    static Outcome<Runtime> create(const RuntimeOptions& options = {}) {
        M2F_DETAIL_CHECK_VERSION();
        m2f_runtime* handle = nullptr;
        M2F_DETAIL_CHECK(m2f_runtime_create(&options, &handle));
        return Runtime(handle);
    }

    /** What it computes on, such as cpu avx2, 8 threads. */
    Outcome<std::string> backend_name() const {
        return detail::text([this](auto... out) { return m2f_runtime_backend_name(get(), out...); });
    }

    /** Why it computes on that, in one line. */
    Outcome<std::string> backend_reason() const {
        return detail::text([this](auto... out) { return m2f_runtime_backend_reason(get(), out...); });
    }

    /** How much device memory everything made on it takes. */
    Outcome<GpuMemory> gpu_memory() const {
        GpuMemory memory{};
        M2F_DETAIL_CHECK(m2f_runtime_gpu_memory(get(), &memory.used_bytes, &memory.reserved_bytes));
        return memory;
    }

    /**
     * For a runtime without threads: works for budget_ms on all streams and sessions that are due; 0 does one unit. True when
     * nothing is due any more, false when the time ran out first.
     */
    Outcome<bool> step(std::uint32_t budget_ms) const { return detail::ready(m2f_runtime_step(get(), budget_ms)); }

    /** Gives back device memory that nothing uses. */
    Outcome<void> trim() const {
        M2F_DETAIL_CHECK(m2f_runtime_trim(get()));
        return detail::done();
    }

    /** Sets how many milliseconds one submission may take from now on. */
    Outcome<void> set_gpu_budget_ms(float budget_ms) const {
        M2F_DETAIL_CHECK(m2f_runtime_set_gpu_budget_ms(get(), budget_ms));
        return detail::done();
    }

    /** Reads the compiled pipelines into out; gives the number of bytes. */
    Outcome<std::size_t> read_pipeline_cache(Span<std::uint8_t> out) const {
        return detail::read_array(m2f_runtime_read_pipeline_cache, get(), out);
    }

    /** Takes the oldest waiting message; none when no message waits. One thread at a time. */
    Outcome<std::optional<Message>> next_log() const {
        Message message{};
        std::size_t count = 0;
        m2f_status status = m2f_runtime_next_log(get(), &message.level, nullptr, 0, &count);
        if (status == M2F_STATUS_OK) {
            message.text.resize(count);
            status = m2f_runtime_next_log(get(), &message.level, &message.text[0], count, nullptr);
        }
        if (status == M2F_STATUS_NOT_READY) return std::optional<Message>();
        M2F_DETAIL_CHECK(status);
        message.text.pop_back();
        return std::optional<Message>(std::move(message));
    }
};

/* ---- Model ------------------------------------------------------------------------------------------------------------------ */

/** The networks and the face of one pack. All sessions that use it share it. It keeps the runtime alive. */
class Model : public Owned<m2f_model> {
public:
    /** Takes a handle of media2face.h. */
    explicit Model(m2f_model* handle) noexcept : Owned(handle) {}

    /** Opens a pack and checks all of it. Set one source in options: path, data or read. */
    static Outcome<Model> create(const Runtime& runtime, const ModelOptions& options) {
        m2f_model* handle = nullptr;
        M2F_DETAIL_CHECK(m2f_model_create(runtime.get(), &options, &handle));
        return Model(handle);
    }

    /** Opens the pack at a path, UTF-8. The file must not change while the model lives. */
    static Outcome<Model> open(const Runtime& runtime, std::string_view path) {
        const std::string terminated(path);
        ModelOptions options;
        options.path = terminated.c_str();
        return create(runtime, options);
    }

    /** Prepares the model for the first clip, of a usual length in seconds. */
    Outcome<void> warm_up(float duration_s) const {
        M2F_DETAIL_CHECK(m2f_model_warm_up(get(), duration_s));
        return detail::done();
    }

    /** Rate that the model was trained at, frames per second. */
    Outcome<float> fps() const { return detail::read(m2f_model_fps, get()); }
    /** Number of blendshape weights of a frame: 52 with the starter. */
    Outcome<std::uint32_t> weight_count() const { return detail::read(m2f_model_weight_count, get()); }
    /** Number of vertices of the mesh. */
    Outcome<std::uint32_t> vertex_count() const { return detail::read(m2f_model_vertex_count, get()); }
    /** Number of identities in the pack. */
    Outcome<std::uint32_t> identity_count() const { return detail::read(m2f_model_identity_count, get()); }
    /** Number of style presets in the pack. */
    Outcome<std::uint32_t> preset_count() const { return detail::read(m2f_model_preset_count, get()); }
    /** Number of emotions that the model tells apart. */
    Outcome<std::uint32_t> emotion_count() const { return detail::read(m2f_model_emotion_count, get()); }
    /** Number of head acts that the model tells apart. */
    Outcome<std::uint32_t> head_act_count() const { return detail::read(m2f_model_head_act_count, get()); }

    /** Name of a blendshape weight, such as jawOpen; index is below weight_count(). The other names are alike. */
    Outcome<std::string> weight_name(std::uint32_t index) const { return name(m2f_model_weight_name, index); }
    Outcome<std::string> identity_name(std::uint32_t index) const { return name(m2f_model_identity_name, index); }
    Outcome<std::string> preset_name(std::uint32_t index) const { return name(m2f_model_preset_name, index); }
    Outcome<std::string> emotion_name(std::uint32_t index) const { return name(m2f_model_emotion_name, index); }
    Outcome<std::string> head_act_name(std::uint32_t index) const { return name(m2f_model_head_act_name, index); }

    /** The mesh's triangles into out: three vertex numbers each, counter-clockwise from outside. Gives the count of numbers. */
    Outcome<std::size_t> read_triangles(Span<std::uint32_t> out) const {
        return detail::read_array(m2f_model_read_triangles, get(), out);
    }

    /** Places in the model's chart into out: u, v of every vertex, 0..1, v downwards; -1, -1 off the chart. Gives the count. */
    Outcome<std::size_t> read_uv(Span<float> out) const { return detail::read_array(m2f_model_read_uv, get(), out); }

    /** Counts the parts of the mesh, of which each is one material. */
    Outcome<std::uint32_t> part_count() const { return detail::read(m2f_model_part_count, get()); }

    /** Places on the textures into out: u, v of every vertex, 0..1, v downwards. Gives the count of floats. */
    Outcome<std::size_t> read_texcoord(Span<float> out) const {
        return detail::read_array(m2f_model_read_texcoord, get(), out);
    }

    /** A texture into out, by a part's number of it: a JPEG or PNG file. Gives the count of bytes. */
    Outcome<std::size_t> read_texture(std::uint32_t index, Span<std::uint8_t> out) const {
        std::size_t count = 0;
        M2F_DETAIL_CHECK(m2f_model_read_texture(get(), index, out.data(), out.size(), &count));
        return count;
    }

    /** How far a look weight of 1 turns an eye into out: in, out, up, down, radians. Gives 4. */
    Outcome<std::size_t> read_eye_range_rad(Span<float> out) const {
        return detail::read_array(m2f_model_read_eye_range_rad, get(), out);
    }

    /** The faces in the bytes of a PNG or JPEG file, the largest first, into out: M2F_FACE_FLOATS floats each. Gives the floats. */
    Outcome<std::size_t> find_faces(Span<const std::uint8_t> picture, Span<float> out) const {
        std::size_t count = 0;
        M2F_DETAIL_CHECK(m2f_model_find_faces(get(), picture.data(), picture.size(), out.data(), out.size(), &count));
        return count;
    }

    /** What a style says to the model. Set exactly one of text, picture, code and preset. */
    Outcome<m2f_prompt_reading> read_prompt(const StyleOptions& style) const {
        m2f_prompt_reading reading{};
        M2F_DETAIL_CHECK(m2f_model_read_prompt(get(), &style, &reading, sizeof reading));
        return reading;
    }

    /** The same in one line of text. */
    Outcome<std::string> explain_prompt(const StyleOptions& style) const {
        return detail::text([this, &style](auto... out) { return m2f_model_explain_prompt(get(), &style, out...); });
    }

private:
    template <class Call>
    Outcome<std::string> name(Call call, std::uint32_t index) const {
        return detail::text([this, call, index](auto... out) { return call(get(), index, out...); });
    }
};

/* ---- Faces ------------------------------------------------------------------------------------------------------------------ */

/** A neutral face on the model's topology. It keeps the model alive. */
class Identity : public Owned<m2f_identity> {
public:
    /** Takes a handle of media2face.h. */
    explicit Identity(m2f_identity* handle) noexcept : Owned(handle) {}

    /** A named face, a mix, or your own neutral mesh; by default the pack's first. */
    static Outcome<Identity> create(const Model& model, const IdentityOptions& options = {}) {
        m2f_identity* handle = nullptr;
        M2F_DETAIL_CHECK(m2f_identity_create(model.get(), &options, &handle));
        return Identity(handle);
    }

    /** The face of the pack that has this name, UTF-8. */
    static Outcome<Identity> named(const Model& model, std::string_view name) {
        const std::string terminated(name);
        IdentityOptions options;
        options.name = terminated.c_str();
        return create(model, options);
    }

    /** The neutral face into out: x, y, z of every vertex, mm. Gives the count. */
    Outcome<std::size_t> read_vertices_mm(Span<float> out) const {
        return detail::read_array(m2f_identity_read_vertices_mm, get(), out);
    }

    /** Morph targets into out: for each weight, x, y, z of every vertex, mm from the neutral face. Gives the count. */
    Outcome<std::size_t> read_blendshapes_mm(Span<float> out) const {
        return detail::read_array(m2f_identity_read_blendshapes_mm, get(), out);
    }

    /** Describes a part of the mesh as this face wears it; index is below Model::part_count(). */
    Outcome<m2f_mesh_part> describe_part(std::uint32_t index) const {
        m2f_mesh_part part{};
        M2F_DETAIL_CHECK(m2f_identity_describe_part(get(), index, &part, sizeof part));
        return part;
    }
};

/** A mesh whose vertices are bound to places on the model's skin. It keeps the model alive. */
class Binding : public Owned<m2f_binding> {
public:
    /** Takes a handle of media2face.h. */
    explicit Binding(m2f_binding* handle) noexcept : Owned(handle) {}

    /** Binds a mesh to the model's chart; set vertex_count and uv in options. */
    static Outcome<Binding> create(const Model& model, const BindingOptions& options) {
        m2f_binding* handle = nullptr;
        M2F_DETAIL_CHECK(m2f_binding_create(model.get(), &options, &handle));
        return Binding(handle);
    }
};

/** Your blendshapes, prepared. It keeps model and binding alive. */
class Solver : public Owned<m2f_solver> {
public:
    /** Takes a handle of media2face.h. */
    explicit Solver(m2f_solver* handle) noexcept : Owned(handle) {}

    /** Prepares blendshapes; set shape_count, names and offsets_mm in options. */
    static Outcome<Solver> create(const Model& model, const SolverOptions& options) {
        m2f_solver* handle = nullptr;
        M2F_DETAIL_CHECK(m2f_solver_create(model.get(), &options, &handle));
        return Solver(handle);
    }
};

/* ---- Clips ------------------------------------------------------------------------------------------------------------------ */

/** One clip: its audio, styles and seed, and the job that animates it. It keeps the model and the identity alive. */
class Session : public Owned<m2f_session> {
public:
    /** Takes a handle of media2face.h, and the number of channels in its options. */
    explicit Session(m2f_session* handle, std::uint32_t channel_count = 1) noexcept
        : Owned(handle), channel_count_(channel_count) {}

    /** A session for audio as options say, by default 16 kHz mono. Strings and buffers of options are copied. */
    static Outcome<Session> create(const Model& model, const SessionOptions& options = {}) {
        m2f_session* handle = nullptr;
        M2F_DETAIL_CHECK(m2f_session_create(model.get(), &options, &handle));
        return Session(handle, options.channel_count);
    }

    /** Pushes audio, nominally -1..1: whole frames of interleaved channels. Copied. Push from one thread. */
    Outcome<void> push(Span<const float> samples) const { return push_by(m2f_session_push_f32, samples); }
    /** Pushes audio as 16-bit integers. */
    Outcome<void> push(Span<const std::int16_t> samples) const { return push_by(m2f_session_push_i16, samples); }

    /** Ends the input. The work begins, on the runtime's threads if it has any. */
    Outcome<void> finish() const {
        M2F_DETAIL_CHECK(m2f_session_finish(get()));
        return detail::done();
    }

    /** Ends the input of several sessions of one model and begins the work on all of them as one job. */
    static Outcome<void> finish_together(Span<const Session* const> sessions) {
        std::vector<const m2f_session*> handles;
        for (std::size_t i = 0; i < sessions.size(); i++) handles.push_back(sessions.data()[i]->get());
        M2F_DETAIL_CHECK(m2f_session_finish_together(handles.data(), handles.size()));
        return detail::done();
    }

    /** Works on the calling thread for budget_ms. True when the job is done. */
    Outcome<bool> step(std::uint32_t budget_ms) const { return detail::ready(m2f_session_step(get(), budget_ms)); }

    /** Waits until the job is done; 0 polls. True when it is done, false when the time ran out. */
    Outcome<bool> wait(std::uint32_t timeout_ms = M2F_WAIT_FOREVER) const {
        return detail::ready(m2f_session_wait(get(), timeout_ms));
    }

    /** How far the job has come: an M2F_STAGE_… number, and the share of the work that is done. */
    Outcome<m2f_progress> progress() const { return detail::read(m2f_session_progress, get()); }

    /** Asks the job to stop. wait, step and pull then fail with CANCELLED. */
    Outcome<void> cancel() const {
        M2F_DETAIL_CHECK(m2f_session_cancel(get()));
        return detail::done();
    }

    /** The result of a job that is done; call it after wait or step was true. Before that it fails with NOT_READY. */
    inline Outcome<Result> pull() const;

    /** Adds a style over a range; gives its number. Strings and buffers are copied. */
    Outcome<std::uint32_t> add_style(const StyleOptions& options) const {
        std::uint32_t number = 0;
        M2F_DETAIL_CHECK(m2f_session_add_style(get(), &options, &number));
        return number;
    }

    /** Replaces a style. */
    Outcome<void> set_style(std::uint32_t number, const StyleOptions& options) const {
        M2F_DETAIL_CHECK(m2f_session_set_style(get(), number, &options));
        return detail::done();
    }

    /** Changes the strength of a style; 0 leaves it out. */
    Outcome<void> set_style_strength(std::uint32_t number, float strength) const {
        M2F_DETAIL_CHECK(m2f_session_set_style_strength(get(), number, strength));
        return detail::done();
    }

    /**
     * Lets a guidance strength, M2F_GUIDANCE_AUDIO or M2F_GUIDANCE_STYLE, follow a curve. There is a value for each time. No
     * points return to the constant.
     */
    Outcome<void> set_guidance_curve(std::uint32_t guidance, Span<const double> times_s, Span<const float> values) const {
        if (times_s.size() != values.size()) {
            M2F_DETAIL_FAIL(Error(M2F_STATUS_INVALID_ARGUMENT, "a curve with " + std::to_string(times_s.size()) + " times and " +
                                                                   std::to_string(values.size()) + " values"));
        }
        M2F_DETAIL_CHECK(m2f_session_set_guidance_curve(get(), guidance, times_s.data(), values.data(), times_s.size()));
        return detail::done();
    }

    /** Says whether frames where no style has a weight keep the unstyled motion, bit for bit. */
    Outcome<void> isolate_styles(bool on) const {
        M2F_DETAIL_CHECK(m2f_session_isolate_styles(get(), on ? 1 : 0));
        return detail::done();
    }

    /** Adds a keyframe; gives its number. Buffers are copied. */
    Outcome<std::uint32_t> add_keyframe(const KeyframeOptions& options) const {
        std::uint32_t number = 0;
        M2F_DETAIL_CHECK(m2f_session_add_keyframe(get(), &options, &number));
        return number;
    }

    /** Replaces a keyframe. */
    Outcome<void> set_keyframe(std::uint32_t number, const KeyframeOptions& options) const {
        M2F_DETAIL_CHECK(m2f_session_set_keyframe(get(), number, &options));
        return detail::done();
    }

private:
    template <class T>
    Outcome<void> push_by(m2f_status (*call)(const m2f_session*, const T*, std::size_t), Span<const T> samples) const {
        if (!detail::are_whole(samples.size(), channel_count_)) {
            M2F_DETAIL_FAIL(detail::not_whole(samples.size(), channel_count_));
        }
        M2F_DETAIL_CHECK(call(get(), samples.data(), samples.size() / channel_count_));
        return detail::done();
    }

    std::uint32_t channel_count_;
};

/**
 * The motion of one clip. Faces are decoded when you read them. It keeps the model alive.
 *
 * Reads of frames give the number of floats. Frames first to first + count - 1 are inside frame_count(fps). out has room for
 * count rows, or is {} to ask for their floats. Reads of one object wait for each other.
 */
class Result : public Owned<m2f_result> {
public:
    /** Takes a handle of media2face.h. */
    explicit Result(m2f_result* handle) noexcept : Owned(handle) {}

    /** Length of the clip, seconds. */
    Outcome<double> duration_s() const { return detail::read(m2f_result_duration_s, get()); }

    /** The seed that the clip was made with. */
    Outcome<std::uint64_t> seed() const { return detail::read(m2f_result_seed, get()); }

    /** Number of frames at a rate. */
    Outcome<std::uint32_t> frame_count(float fps = 0) const {
        std::uint32_t count = 0;
        M2F_DETAIL_CHECK(m2f_result_frame_count(get(), fps, &count));
        return count;
    }

    /** Sets gain, offset and limits of a blendshape channel for later reads of weights. Not during a read. */
    Outcome<void> set_channel(std::uint32_t index, const m2f_channel& channel) {
        M2F_DETAIL_CHECK(m2f_result_set_channel(get(), index, &channel));
        return detail::done();
    }

    /** Blendshape weights 0..1: rows of Model::weight_count() floats. */
    Outcome<std::size_t> read_weights(float fps, std::uint32_t first, std::uint32_t count, Span<float> out) const {
        return frames([this](auto... in) { return m2f_result_read_weights(get(), in...); }, fps, first, count, out);
    }

    /** Head poses: rows of M2F_HEAD_FLOATS floats. */
    Outcome<std::size_t> read_heads(float fps, std::uint32_t first, std::uint32_t count, Span<float> out) const {
        return frames([this](auto... in) { return m2f_result_read_heads(get(), in...); }, fps, first, count, out);
    }

    /** Vertex offsets: rows of x, y, z of every vertex, mm, without the head pose. Add them to the identity's neutral. */
    Outcome<std::size_t> read_offsets_mm(float fps, std::uint32_t first, std::uint32_t count, Span<float> out) const {
        return frames([this](auto... in) { return m2f_result_read_offsets_mm(get(), in...); }, fps, first, count, out);
    }

    /** Unit vertex normals: rows of x, y, z of every vertex, before the head pose. */
    Outcome<std::size_t> read_normals(float fps, std::uint32_t first, std::uint32_t count, Span<float> out) const {
        return frames([this](auto... in) { return m2f_result_read_normals(get(), in...); }, fps, first, count, out);
    }

    /** Offsets and normals from one decode, each with the room of the smaller buffer. Gives the number of floats of each. */
    Outcome<std::size_t> read_offsets_and_normals(float fps, std::uint32_t first, std::uint32_t count, Span<float> offsets_mm,
                                                  Span<float> normals) const {
        std::size_t written = 0;
        const std::size_t capacity = std::min(offsets_mm.size(), normals.size());
        M2F_DETAIL_CHECK(m2f_result_read_offsets_and_normals(get(), fps, first, count, offsets_mm.data(), normals.data(), capacity,
                                                             &written));
        return written;
    }

    /** Offsets of a bound mesh: rows of x, y, z of every vertex of the binding, mm. */
    Outcome<std::size_t> read_bound_offsets_mm(const Binding& binding, float fps, std::uint32_t first, std::uint32_t count,
                                               Span<float> out) const {
        return frames([&](auto... in) { return m2f_result_read_bound_offsets_mm(get(), binding.get(), in...); }, fps, first, count,
                      out);
    }

    /** Weights of your blendshapes, 0..1: rows of the solver's shapes. Smoothing looks at the frames of one call. */
    Outcome<std::size_t> read_solved_weights(const Solver& solver, float fps, std::uint32_t first, std::uint32_t count,
                                             Span<float> out) const {
        return frames([&](auto... in) { return m2f_result_read_solved_weights(get(), solver.get(), in...); }, fps, first, count, out);
    }

    /** The face at any time, limited to the clip. A part without a buffer is not computed. */
    Outcome<void> sample(double time_s, Span<float> weights, Head* head = nullptr, Span<float> offsets_mm = {}) const {
        M2F_DETAIL_CHECK(m2f_result_sample(get(), time_s, weights.data(), weights.size(), head ? head->data() : nullptr,
                                           offsets_mm.data(), offsets_mm.size()));
        return detail::done();
    }

    /** A session that makes a range of this clip again. It takes no audio: set what you want, then call finish. */
    Outcome<Session> revise(double start_s, double end_s, const SessionOptions& options = {}) const {
        m2f_session* handle = nullptr;
        M2F_DETAIL_CHECK(m2f_result_revise(get(), &options, start_s, end_s, &handle));
        return Session(handle);
    }

    /** Another result of the same clip, with adjustments. */
    Outcome<Result> adjust(const AdjustmentOptions& options) const {
        m2f_result* handle = nullptr;
        M2F_DETAIL_CHECK(m2f_result_adjust(get(), &options, &handle));
        return Result(handle);
    }

    /** Joins ranges of results, one after another, each going over into the next within blend_s; 0 cuts. */
    static Outcome<Result> compose(Span<const m2f_part> parts, double blend_s) {
        m2f_result* handle = nullptr;
        M2F_DETAIL_CHECK(m2f_result_compose(parts.data(), parts.size(), blend_s, &handle));
        return Result(handle);
    }

    /** A range of this result for compose, by default all of it. The result must live until compose returns. */
    m2f_part part(double start_s = 0, double end_s = std::numeric_limits<double>::infinity()) const noexcept {
        return {get(), start_s, end_s};
    }

private:
    template <class Call>
    static Outcome<std::size_t> frames(Call call, float fps, std::uint32_t first, std::uint32_t count, Span<float> out) {
        std::size_t written = 0;
        M2F_DETAIL_CHECK(call(fps, first, count, out.data(), out.size(), &written));
        return written;
    }
};

inline Outcome<Result> Session::pull() const {
    m2f_result* handle = nullptr;
    const m2f_status status = m2f_session_pull(get(), &handle);
    if (status == M2F_STATUS_NOT_READY) M2F_DETAIL_FAIL(Error(status, "the job is not done: wait for it"));
    M2F_DETAIL_CHECK(status);
    return Result(handle);
}

/* ---- Streams ---------------------------------------------------------------------------------------------------------------- */

/** A style that a model has encoded, for any number of its streams. It may end before them. */
class Style : public Owned<m2f_style> {
public:
    /** Takes a handle of media2face.h. */
    explicit Style(m2f_style* handle) noexcept : Owned(handle) {}

    /** Encodes a text, picture, code or preset, which takes milliseconds. */
    static Outcome<Style> create(const Model& model, const StyleOptions& options) {
        m2f_style* handle = nullptr;
        M2F_DETAIL_CHECK(m2f_style_create(model.get(), &options, &handle));
        return Style(handle);
    }

    /** Encodes a text: words or one emoji, UTF-8. */
    static Outcome<Style> from_text(const Model& model, std::string_view words) {
        const std::string terminated(words);
        StyleOptions options;
        options.text = terminated.c_str();
        return create(model, options);
    }
};

/** What Stream::write did. */
struct Written {
    /** M2F_STATUS_OK, also if not all was taken. */
    m2f_status status;
    /** The number of the first frame on the stream's clock. */
    std::uint64_t first_sample;
    /** How many frames were taken. The rest found no room. */
    std::size_t taken;
};

/**
 * A face that speaks live. Its clock counts frames of sound at the rate of its options. It keeps the model alive.
 *
 * write, state and sample are for audio threads: they return a status and leave last_error() as it was. One thread writes, and one
 * calls flush, interrupt, reset and the set_… methods.
 */
class Stream : public Owned<m2f_stream> {
public:
    /** Takes a handle of media2face.h, and the number of channels in its options. */
    explicit Stream(m2f_stream* handle, std::uint32_t channel_count = 1) noexcept
        : Owned(handle), channel_count_(channel_count) {}

    /** A stream, which takes all memory that it will ever need; by default for 16 kHz mono. */
    static Outcome<Stream> create(const Model& model, const StreamOptions& options = {}) {
        m2f_stream* handle = nullptr;
        M2F_DETAIL_CHECK(m2f_stream_create(model.get(), &options, &handle));
        return Stream(handle, options.channel_count);
    }

    /** Writes sound, nominally -1..1: whole frames of interleaved channels. For audio threads. */
    [[nodiscard]] Written write(Span<const float> samples) const noexcept { return write_by(m2f_stream_write_f32, samples); }
    /** Writes sound as 16-bit integers. For audio threads. */
    [[nodiscard]] Written write(Span<const std::int16_t> samples) const noexcept { return write_by(m2f_stream_write_i16, samples); }

    /** Reads where the stream is. For audio threads. */
    [[nodiscard]] m2f_status state(m2f_stream_status& out) const noexcept { return m2f_stream_state(get(), &out, sizeof out); }

    /**
     * The face at a sample of the stream's clock. NOT_READY writes the last face that is ready. A part without a buffer is not
     * computed. For audio threads if offsets_mm is {}; offsets are decoded on the calling thread, one at a time.
     */
    [[nodiscard]] m2f_status sample(std::uint64_t sample, Span<float> weights, Head* head = nullptr,
                                    Span<float> offsets_mm = {}) const noexcept {
        return m2f_stream_sample(get(), sample, weights.data(), weights.size(), head ? head->data() : nullptr, offsets_mm.data(),
                                 offsets_mm.size());
    }

    /** Says that an utterance has ended: what was written is animated without waiting for more sound. */
    Outcome<void> flush() const {
        M2F_DETAIL_CHECK(m2f_stream_flush(get()));
        return detail::done();
    }

    /** Interrupts the speaker: sound and motion from sample on are dropped, and the mouth comes to rest within fade_s. */
    Outcome<void> interrupt(std::uint64_t sample, float fade_s = static_cast<float>(M2F_FADE_S)) const {
        M2F_DETAIL_CHECK(m2f_stream_interrupt(get(), sample, fade_s));
        return detail::done();
    }

    /** Makes the stream as new, from sample 0 on. M2F_SEED_AUTO keeps the seed; keep_voice keeps the loudness it got used to. */
    Outcome<void> reset(std::uint64_t seed = M2F_SEED_AUTO, bool keep_voice = true) const {
        M2F_DETAIL_CHECK(m2f_stream_reset(get(), seed, keep_voice ? 1 : 0));
        return detail::done();
    }

    /** Sets another style, or nullptr for none, from the next window on. */
    Outcome<void> set_style(const Style* style, float strength = 1) const {
        M2F_DETAIL_CHECK(m2f_stream_set_style(get(), style ? style->get() : nullptr, strength));
        return detail::done();
    }

    /** Sets the guidance of the audio and of the style from the next window on; NaN for those of the options. */
    Outcome<void> set_guidance(float audio, float style) const {
        M2F_DETAIL_CHECK(m2f_stream_set_guidance(get(), audio, style));
        return detail::done();
    }

    /** Says whether the face listens to somebody else. */
    Outcome<void> set_listening(bool on) const {
        M2F_DETAIL_CHECK(m2f_stream_set_listening(get(), on ? 1 : 0));
        return detail::done();
    }

    /** Ends the input, and takes what the stream keeps of its motion as a result. */
    Outcome<Result> take_result() const {
        m2f_result* handle = nullptr;
        M2F_DETAIL_CHECK(m2f_stream_take_result(get(), &handle));
        return Result(handle);
    }

private:
    template <class T>
    Written write_by(m2f_status (*call)(const m2f_stream*, const T*, std::size_t, std::uint64_t*, std::size_t*),
                     Span<const T> samples) const noexcept {
        Written written{M2F_STATUS_INVALID_ARGUMENT, 0, 0};
        if (detail::are_whole(samples.size(), channel_count_)) {
            written.status = call(get(), samples.data(), samples.size() / channel_count_, &written.first_sample, &written.taken);
        }
        return written;
    }

    std::uint32_t channel_count_;
};

}  // inline namespace M2F_DETAIL_MODE
}  // namespace m2f

#undef M2F_DETAIL_MODE
#undef M2F_DETAIL_FAIL
#undef M2F_DETAIL_CHECK
#undef M2F_DETAIL_CHECK_VERSION

#endif  // MEDIA2FACE_HPP
