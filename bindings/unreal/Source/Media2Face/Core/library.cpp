#include "library.hpp"

namespace m2f::core {

std::string expected_version() {
    return std::to_string(M2F_VERSION_MAJOR) + "." + std::to_string(M2F_VERSION_MINOR) + "." + std::to_string(M2F_VERSION_PATCH);
}

Outcome<void> check_library() {
    if (!detail::fits(m2f_version())) return detail::wrong_version();
    return detail::done();
}

std::vector<std::string> library_places(const std::string& plugin_folder, const std::string& platform) {
    const bool windows = platform == "Win64";
    const bool mac = platform == "Mac";
    const std::string name = windows ? "media2face.dll" : mac ? "libmedia2face.0.dylib" : "libmedia2face.so.0";
    const std::string folder = windows ? "Win64" : mac ? "Mac" : "Linux";
    const std::string archive = windows ? "x86_64-pc-windows-gnu/bin" : mac ? "aarch64-apple-darwin/lib" : "x86_64-unknown-linux-gnu/lib";
    // Where a build copies it to, and where the archive was unpacked.
    return {plugin_folder + "/Binaries/ThirdParty/Media2FaceLibrary/" + folder + "/" + name,
            plugin_folder + "/Source/Media2FaceLibrary/" + archive + "/" + name};
}

std::string missing_library(const std::vector<std::string>& places, const std::string& system_said) {
    std::string text = "the library of media2face was not found. It was looked for at";
    for (const std::string& place : places) text += "\n    " + place;
    text += "\nUnpack the archive of this platform into Source/Media2FaceLibrary, as the plugin's README says, and build again";
    if (!system_said.empty()) text += ". The system said: " + system_said;
    return text;
}

Error failure(m2f_status status, const char* what) {
    return Error(status, std::string(what) + ": " + m2f_status_name(status));
}

}  // namespace m2f::core
