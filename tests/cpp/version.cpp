/*
 * A program whose header is of another version than the library that it loads: whatever comes first fails, and the text names both.
 */
#include <media2face.h>

#undef M2F_VERSION_MINOR
#define M2F_VERSION_MINOR 99

#include "outcome.hpp"

static void* allocate(size_t size, size_t, void*) {
    return std::malloc(size);
}

static void release(void* memory, size_t, size_t, void*) {
    std::free(memory);
}

/** Fails as it has to: with both versions. */
#define EXPECT_BOTH_VERSIONS(...)                                                                            \
    do {                                                                                                     \
        const Failure found = failure([&] { return __VA_ARGS__; });                                          \
        const std::string header = std::to_string(M2F_VERSION_MAJOR) + ".99." + std::to_string(M2F_VERSION_PATCH); \
        expect(found.status == M2F_STATUS_UNSUPPORTED && found.text.find(header) != std::string::npos &&     \
                   found.text.find(m2f_version_string()) != std::string::npos,                               \
               "both versions", found.text, __LINE__);                                                       \
    } while (false)

int main() {
    EXPECT_BOTH_VERSIONS(m2f::set_memory(allocate, release, nullptr));
    EXPECT_BOTH_VERSIONS(m2f::device_count());
    EXPECT_BOTH_VERSIONS(m2f::device_describe(0));
    EXPECT_BOTH_VERSIONS(m2f::Runtime::create());

    // Which versions fit: as long as the first number is 0, only those with the same second one.
    EXPECT(m2f::detail::fits(99u << 8) && m2f::detail::fits(99u << 8 | 7));
    EXPECT(!m2f::detail::fits(98u << 8) && !m2f::detail::fits(100u << 8) && !m2f::detail::fits(1u << 16 | 99u << 8));
    std::printf("%d checks: a library of another version is refused\n", checks);
    return 0;
}
