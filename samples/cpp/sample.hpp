/*
 * What the samples share: reading a WAV, finding a weight, writing a file, and ending with the text of an error.
 */
#ifndef MEDIA2FACE_SAMPLE_HPP
#define MEDIA2FACE_SAMPLE_HPP

#include <media2face.hpp>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace sample {

/** 16-bit samples of interleaved channels. */
struct Sound {
    std::vector<std::int16_t> samples;
    std::uint32_t rate_hz = 0;
    std::uint32_t channels = 0;

    std::size_t frames() const { return samples.size() / channels; }
};

/** Reads a 16-bit PCM WAV: enough for a sample, not for every file (m2f animate reads them all). */
inline Sound read_wav(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) throw std::runtime_error(path + ": cannot be opened");
    const std::vector<unsigned char> bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    const auto little = [&](std::size_t at, unsigned count) {
        std::uint32_t value = 0;
        while (count-- > 0) value = value << 8 | bytes[at + count];
        return value;
    };
    const auto is = [&](std::size_t at, const char* mark) { return std::equal(mark, mark + 4, bytes.begin() + static_cast<std::ptrdiff_t>(at)); };
    if (bytes.size() < 12 || !is(0, "RIFF") || !is(8, "WAVE")) throw std::runtime_error(path + ": is not a WAV");
    Sound sound;
    for (std::size_t at = 12; at + 8 <= bytes.size();) {
        const std::size_t begin = at + 8, size = std::min<std::size_t>(little(at + 4, 4), bytes.size() - begin);
        if (is(at, "fmt ") && size >= 16) {
            if (little(begin, 2) != 1 || little(begin + 14, 2) != 16) throw std::runtime_error(path + ": is not 16-bit PCM");
            sound.channels = little(begin + 2, 2);
            sound.rate_hz = little(begin + 4, 4);
        } else if (is(at, "data") && sound.channels > 0) {
            const std::size_t frames = size / 2 / sound.channels;
            for (std::size_t i = 0; i < frames * sound.channels; i++) {
                sound.samples.push_back(static_cast<std::int16_t>(little(begin + 2 * i, 2)));
            }
            return sound;
        }
        at = begin + size + (size & 1);
    }
    throw std::runtime_error(path + ": has no samples");
}

/** Number of a weight by its name. */
inline std::uint32_t find_weight(const m2f::Model& model, const std::string& name) {
    for (std::uint32_t i = 0; i < model.weight_count(); i++) {
        if (model.weight_name(i) == name) return i;
    }
    throw std::runtime_error(name + ": is no weight of this model");
}

/** A text file that is written by std::fprintf and closed with its object. */
class File {
public:
    explicit File(const std::string& path) : path_(path), file_(std::fopen(path.c_str(), "w")) {
        if (!file_) throw std::runtime_error(path + ": cannot be written");
    }

    operator std::FILE*() const { return file_.get(); }

    void close() {
        if (std::fclose(file_.release()) != 0) throw std::runtime_error(path_ + ": cannot be written");
    }

private:
    struct Close {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };

    std::string path_;
    std::unique_ptr<std::FILE, Close> file_;
};

/** Runs a sample with its arguments: a model, a WAV and a file to write. An error ends it with the library's own text. */
template <class Run>
int run(int argc, char** argv, Run&& body) {
    if (argc != 4) {
        std::fprintf(stderr, "usage: %s MODEL.m2f SPEECH.wav OUT.csv\n", argv[0]);
        return 2;
    }
    try {
        body(std::string(argv[1]), read_wav(argv[2]), std::string(argv[3]));
        return 0;
    } catch (const m2f::Error& error) {
        std::fprintf(stderr, "%s: %s\n", error.name(), error.what());
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
    }
    return 1;
}

}  // namespace sample

#endif
