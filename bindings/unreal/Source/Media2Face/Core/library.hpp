/*
 * The library as this plugin uses it: media2face.hpp without exceptions, as Unreal compiles, whether the loaded library fits it, and
 * what to say where it is missing.
 *
 * Everything in this folder is plain C++17 over media2face.hpp. It knows no engine, throws nothing and needs no type information.
 *
 * Licence: MIT OR Apache-2.0.
 */
#pragma once

#ifndef M2F_NO_EXCEPTIONS
#define M2F_NO_EXCEPTIONS
#endif
#include <media2face.hpp>

#include <string>
#include <vector>

/* Ends the calling function with the error of an outcome. */
#define M2F_CORE_PASS(outcome)                                                                       \
    do {                                                                                             \
        const auto& m2f_core_outcome = (outcome);                                                    \
        if (!m2f_core_outcome.ok()) return m2f_core_outcome.error();                                 \
    } while (false)

namespace m2f::core {

/** The version that these sources were compiled for, such as 0.2.0. */
std::string expected_version();

/**
 * Whether the loaded library fits the header that these sources were compiled with; the error names both versions. It calls nothing
 * of the library but its version, so a library of any other version can be asked. Call it first. Threads: any.
 */
Outcome<void> check_library();

/** Where the plugin looks for the shared library: its base folder, the name of Unreal's platform (Win64, Linux, Mac), in order. */
std::vector<std::string> library_places(const std::string& plugin_folder, const std::string& platform);

/** What to tell a user whose library is missing: the places that were looked at, and what the system said, which may be empty. */
std::string missing_library(const std::vector<std::string>& places, const std::string& system_said);

/**
 * The error of a status from a call for audio threads, which leave no text: `what` says what was tried. Not for M2F_STATUS_OK.
 */
Error failure(m2f_status status, const char* what);

}  // namespace m2f::core
