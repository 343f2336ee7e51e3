/*
 * One way to look at calls with and without exceptions, and what is expected of them.
 */
#ifndef MEDIA2FACE_TEST_OUTCOME_HPP
#define MEDIA2FACE_TEST_OUTCOME_HPP

#include <media2face.hpp>

#include <cstdio>
#include <cstdlib>
#include <string>

/** How a call failed: its status and text; OK without a text if it did not. */
struct Failure {
    m2f_status status;
    std::string text;
};

/** Makes a call and takes its failure. */
template <class Call>
Failure failure(Call&& call) {
#ifdef M2F_NO_EXCEPTIONS
    const auto outcome = call();
    if (!outcome.ok()) return {outcome.status(), outcome.error().what()};
#else
    try {
        static_cast<void>(call());
    } catch (const m2f::Error& error) {
        return {error.status(), error.what()};
    }
#endif
    return {M2F_STATUS_OK, ""};
}

/** The value of a call that has to succeed. */
#ifdef M2F_NO_EXCEPTIONS
template <class T>
T take(m2f::Outcome<T> outcome) {
    if (!outcome.ok()) {
        std::fprintf(stderr, "%s\n", outcome.error().what());
        std::exit(1);
    }
    return std::move(outcome).value();
}
inline void take(const m2f::Outcome<void>& outcome) {
    if (!outcome.ok()) {
        std::fprintf(stderr, "%s\n", outcome.error().what());
        std::exit(1);
    }
}
#define TAKE(call) take(call)
#else
#define TAKE(call) (call)
#endif

inline int checks = 0;

/** Ends the program where something is not as it has to be. */
inline void expect(bool holds, const char* what, const std::string& found, int line) {
    checks++;
    if (!holds) {
        std::fprintf(stderr, "line %d: expected %s, found %s\n", line, what, found.c_str());
        std::exit(1);
    }
}

#define EXPECT(condition) expect((condition), #condition, "otherwise", __LINE__)

/** A call fails with a status, and its text has these words. */
#define EXPECT_FAILURE(status_, words, ...)                                                                        \
    do {                                                                                                           \
        const Failure found_ = failure([&] { return __VA_ARGS__; });                                               \
        expect(found_.status == status_ && found_.text.find(words) != std::string::npos, #status_ ": " words,      \
               m2f_status_name(found_.status) + (": " + found_.text), __LINE__);                                   \
    } while (false)

#endif
