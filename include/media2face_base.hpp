/*
 * media2face in C++: what media2face.hpp is made of. Include that file.
 *
 * Spans, errors, outcomes, options and owned handles. Nothing here decides anything: it hands on what media2face.h says.
 *
 * Licence: MIT OR Apache-2.0.
 */

#ifndef MEDIA2FACE_BASE_HPP
#define MEDIA2FACE_BASE_HPP

#include "media2face.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

#if !defined(M2F_NO_EXCEPTIONS) && !defined(__cpp_exceptions) && !defined(_CPPUNWIND)
#define M2F_NO_EXCEPTIONS
#endif

/* Parts of a program may be compiled in either way. Their functions must not take each other's place when it is linked. */
#ifdef M2F_NO_EXCEPTIONS
#define M2F_DETAIL_MODE returning
#define M2F_DETAIL_FAIL(error) return (error)
#else
#define M2F_DETAIL_MODE throwing
#define M2F_DETAIL_FAIL(error) throw(error)
#endif

/* Ends the calling function with an m2f::Error if a call of the C API failed. */
#define M2F_DETAIL_CHECK(call)                                                                    \
    do {                                                                                          \
        const m2f_status m2f_detail_status = (call);                                              \
        if (m2f_detail_status != M2F_STATUS_OK)                                                   \
            M2F_DETAIL_FAIL(::m2f::detail::last_error(m2f_detail_status));                        \
    } while (false)

/* The same if the loaded library is of a version that this header does not fit. */
#define M2F_DETAIL_CHECK_VERSION()                                                                \
    do {                                                                                          \
        if (!::m2f::detail::fits(m2f_version())) M2F_DETAIL_FAIL(::m2f::detail::wrong_version()); \
    } while (false)

namespace m2f {
inline namespace M2F_DETAIL_MODE {

/**
 * Contiguous values of the caller: a pointer and a count. It owns nothing, so what it points to must live as long as the call.
 *
 * Arrays, std::array, std::vector, std::span and whatever else has data() and size() convert to it. An empty one, {}, asks a
 * read_… function for the count.
 */
template <class T>
class Span {
public:
    constexpr Span() noexcept = default;
    constexpr Span(T* data, std::size_t size) noexcept : data_(data), size_(size) {}

    template <std::size_t N>
    constexpr Span(T (&array)[N]) noexcept : data_(array), size_(N) {}

    template <class C, class U = std::remove_pointer_t<decltype(std::declval<C&>().data())>,
              class = std::enable_if_t<!std::is_same_v<std::decay_t<C>, Span> && std::is_convertible_v<U (*)[], T (*)[]>>,
              class = decltype(std::declval<C&>().size())>
    constexpr Span(C&& values) noexcept : data_(values.data()), size_(values.size()) {}

    constexpr T* data() const noexcept { return data_; }
    constexpr std::size_t size() const noexcept { return size_; }

private:
    T* data_ = nullptr;
    std::size_t size_ = 0;
};

/** A head pose: quaternion x, y, z, w, then translation x, y, z in mm. */
using Head = std::array<float, M2F_HEAD_FLOATS>;

/** A failed call: its status, and in what() the library's own text, one line of UTF-8. */
class Error : public std::runtime_error {
public:
    Error(m2f_status status, const std::string& text) : std::runtime_error(text), status_(status) {}

    /** An M2F_STATUS_… number. */
    m2f_status status() const noexcept { return status_; }
    /** A short English name of the status, such as invalid argument. */
    const char* name() const noexcept { return m2f_status_name(status_); }

private:
    m2f_status status_;
};

#ifdef M2F_NO_EXCEPTIONS

/**
 * What a call gives: a value or an Error. Without exceptions every call that can fail returns one. Look at ok() first; it does not
 * convert to bool, because an Outcome<bool> would then mean two things.
 */
template <class T>
class [[nodiscard]] Outcome {
public:
    Outcome(T value) : held_(std::in_place_index<0>, std::move(value)) {}
    Outcome(Error error) : held_(std::in_place_index<1>, std::move(error)) {}

    bool ok() const noexcept { return held_.index() == 0; }
    /** M2F_STATUS_OK or the error's. */
    m2f_status status() const noexcept { return ok() ? m2f_status{M2F_STATUS_OK} : std::get_if<1>(&held_)->status(); }

    /** The value. Ends the program by std::abort if there is none. */
    T& value() & { return *present(std::get_if<0>(&held_)); }
    const T& value() const& { return *present(std::get_if<0>(&held_)); }
    T&& value() && { return std::move(*present(std::get_if<0>(&held_))); }
    /** The error. Ends the program by std::abort if there is none. */
    const Error& error() const { return *present(std::get_if<1>(&held_)); }

private:
    template <class P>
    static P* present(P* held) {
        if (!held) std::abort();
        return held;
    }

    std::variant<T, Error> held_;
};

/** What a call without a value gives: nothing or an Error. */
template <>
class [[nodiscard]] Outcome<void> {
public:
    Outcome() noexcept = default;
    Outcome(Error error) : held_(std::in_place_index<1>, std::move(error)) {}

    bool ok() const noexcept { return held_.index() == 0; }
    /** M2F_STATUS_OK or the error's. */
    m2f_status status() const noexcept { return ok() ? m2f_status{M2F_STATUS_OK} : std::get_if<1>(&held_)->status(); }
    /** The error. Ends the program by std::abort if there is none. */
    const Error& error() const {
        if (ok()) std::abort();
        return *std::get_if<1>(&held_);
    }

private:
    std::variant<std::monostate, Error> held_;
};

#else

/** What a call gives: the value itself. With exceptions a call that fails throws an Error. */
template <class T>
using Outcome = T;

#endif

namespace detail {

inline Outcome<void> done() { return Outcome<void>(); }

inline Error last_error(m2f_status status) { return Error(status, m2f_last_error()); }

inline constexpr std::uint32_t header_major = M2F_VERSION_MAJOR;
inline constexpr std::uint32_t header_minor = M2F_VERSION_MINOR;
inline constexpr std::uint32_t header_patch = M2F_VERSION_PATCH;

/** Whether a library of this version has all that this header asks for, and means the same by it. */
constexpr bool fits(std::uint32_t library) noexcept {
    const std::uint32_t library_major = library >> 16;
    const std::uint32_t library_minor = library >> 8 & 255;
    if (library_major != header_major) return false;
    return header_major == 0 ? library_minor == header_minor : library_minor >= header_minor;
}

inline Error wrong_version() {
    const std::string header =
        std::to_string(header_major) + "." + std::to_string(header_minor) + "." + std::to_string(header_patch);
    return Error(M2F_STATUS_UNSUPPORTED, "this program was compiled with media2face.h " + header +
                                             ", but the loaded library is media2face " + m2f_version_string() +
                                             ": install the library that belongs to the header, or compile again");
}

/** OK is true, NOT_READY is false, everything else fails. */
inline Outcome<bool> ready(m2f_status status) {
    if (status == M2F_STATUS_NOT_READY) return false;
    M2F_DETAIL_CHECK(status);
    return true;
}

/** One value of a handle. */
template <class H, class T>
Outcome<T> read(m2f_status (*call)(const H*, T*), const H* handle) {
    T out{};
    M2F_DETAIL_CHECK(call(handle, &out));
    return out;
}

/** An array of a handle, into the caller's memory; gives the count. */
template <class H, class T>
Outcome<std::size_t> read_array(m2f_status (*call)(const H*, T*, std::size_t, std::size_t*), const H* handle, Span<T> out) {
    std::size_t count = 0;
    M2F_DETAIL_CHECK(call(handle, out.data(), out.size(), &count));
    return count;
}

/** Text from a call that takes a buffer, its capacity and a place for the count, which includes the NUL. */
template <class Call>
Outcome<std::string> text(Call&& call) {
    std::size_t count = 0;
    M2F_DETAIL_CHECK(call(nullptr, std::size_t{0}, &count));
    std::string text(count, '\0');
    M2F_DETAIL_CHECK(call(&text[0], count, nullptr));
    text.pop_back();
    return text;
}

/** Frames of interleaved values; no number of frames if they are not whole. */
constexpr bool are_whole(std::size_t values, std::uint32_t channels) noexcept {
    return channels != 0 && values % channels == 0;
}

inline Error not_whole(std::size_t values, std::uint32_t channels) {
    return Error(M2F_STATUS_INVALID_ARGUMENT, "samples: " + std::to_string(values) + " values are no whole frames of " +
                                                  std::to_string(channels) + " channels");
}

/* One name for the functions that fill in options, and for those that end handles. */
inline m2f_status init(m2f_runtime_options* options) noexcept { return m2f_runtime_options_init(options, sizeof *options); }
inline m2f_status init(m2f_model_options* options) noexcept { return m2f_model_options_init(options, sizeof *options); }
inline m2f_status init(m2f_identity_options* options) noexcept { return m2f_identity_options_init(options, sizeof *options); }
inline m2f_status init(m2f_session_options* options) noexcept { return m2f_session_options_init(options, sizeof *options); }
inline m2f_status init(m2f_style_options* options) noexcept { return m2f_style_options_init(options, sizeof *options); }
inline m2f_status init(m2f_keyframe_options* options) noexcept { return m2f_keyframe_options_init(options, sizeof *options); }
inline m2f_status init(m2f_adjustment_options* options) noexcept { return m2f_adjustment_options_init(options, sizeof *options); }
inline m2f_status init(m2f_binding_options* options) noexcept { return m2f_binding_options_init(options, sizeof *options); }
inline m2f_status init(m2f_solver_options* options) noexcept { return m2f_solver_options_init(options, sizeof *options); }
inline m2f_status init(m2f_stream_options* options) noexcept { return m2f_stream_options_init(options, sizeof *options); }

struct Destroy {
    void operator()(m2f_runtime* handle) const noexcept { m2f_runtime_destroy(handle); }
    void operator()(m2f_model* handle) const noexcept { m2f_model_destroy(handle); }
    void operator()(m2f_identity* handle) const noexcept { m2f_identity_destroy(handle); }
    void operator()(m2f_session* handle) const noexcept { m2f_session_destroy(handle); }
    void operator()(m2f_result* handle) const noexcept { m2f_result_destroy(handle); }
    void operator()(m2f_binding* handle) const noexcept { m2f_binding_destroy(handle); }
    void operator()(m2f_solver* handle) const noexcept { m2f_solver_destroy(handle); }
    void operator()(m2f_style* handle) const noexcept { m2f_style_destroy(handle); }
    void operator()(m2f_stream* handle) const noexcept { m2f_stream_destroy(handle); }
};

}  // namespace detail

/**
 * An options struct of media2face.h with its defaults filled in. Change the fields that you want; media2face.h describes them.
 * Pointers in it must live until the call that takes the options returns. If the library does not know the struct, it stays zero,
 * and the call that takes it fails with the library's text.
 */
template <class C>
struct Options : C {
    Options() noexcept : C() {
        if (detail::init(static_cast<C*>(this)) != M2F_STATUS_OK) static_cast<C&>(*this) = C();
    }
};

using RuntimeOptions = Options<m2f_runtime_options>;
using ModelOptions = Options<m2f_model_options>;
using IdentityOptions = Options<m2f_identity_options>;
using SessionOptions = Options<m2f_session_options>;
using StyleOptions = Options<m2f_style_options>;
using KeyframeOptions = Options<m2f_keyframe_options>;
using AdjustmentOptions = Options<m2f_adjustment_options>;
using BindingOptions = Options<m2f_binding_options>;
using SolverOptions = Options<m2f_solver_options>;
using StreamOptions = Options<m2f_stream_options>;

/**
 * A handle that is destroyed with its object. It moves and does not copy. Handles end in any order, for children keep their
 * parents alive. One that was moved from is empty: its calls fail with INVALID_ARGUMENT, as the C API does with NULL.
 */
template <class T>
class Owned {
public:
    /** The handle, for calls of media2face.h; still owned by this object. nullptr if it is empty. */
    T* get() const noexcept { return handle_.get(); }
    /** The handle, which is now yours to destroy. */
    T* release() noexcept { return handle_.release(); }
    /** Whether there is a handle. */
    explicit operator bool() const noexcept { return handle_ != nullptr; }

protected:
    explicit Owned(T* handle) noexcept : handle_(handle) {}

private:
    std::unique_ptr<T, detail::Destroy> handle_;
};

}  // inline namespace M2F_DETAIL_MODE
}  // namespace m2f

#endif  // MEDIA2FACE_BASE_HPP
