#include "baked.hpp"

#include "json.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace m2f::core {

namespace {

constexpr char baked_magic[] = {'M', '2', 'F', 'C', 'U', 'R', 'V', '1'};
/** The magic, and the length of the header. */
constexpr std::size_t baked_begin = sizeof baked_magic + 4;
constexpr const char* head_channels[M2F_HEAD_FLOATS] = {"headX", "headY", "headZ", "headW", "headRight_mm", "headUp_mm", "headFront_mm"};
/** Channels of angles that a file may have: in no weight is a unit. */
constexpr const char* angle_ending = "_rad";
constexpr double most_channels = 4096;
constexpr double most_frames = 100e6;

struct BakedHeader {
    double frames = 0;
    double rate[2] = {0, 0};
    std::vector<std::string> channels;
};

Error no_curves(const std::string& why) {
    return Error(M2F_STATUS_INVALID_ARGUMENT, "baked curves: " + why);
}

bool read_header(JsonReader& json, BakedHeader& header) {
    std::string key, name;
    bool first = true;
    if (!json.enter('{')) return false;
    while (json.next('}', first)) {
        if (!json.key(key)) return false;
        if (key == "frames") {
            json.whole(header.frames);
        } else if (key == "frame_rate") {
            bool begin = true;
            json.enter('[');
            for (double& number : header.rate) {
                if (!json.next(']', begin) || !json.whole(number)) return false;
            }
            if (json.next(']', begin)) return false;
        } else if (key == "channels") {
            bool begin = true;
            json.enter('[');
            while (json.next(']', begin) && json.string(name) && header.channels.size() < most_channels) header.channels.push_back(name);
        } else {
            json.skip();
        }
    }
    return json.ok();
}

bool ends_with(const std::string& text, const char* ending) {
    const std::size_t length = std::strlen(ending);
    return text.size() >= length && text.compare(text.size() - length, length, ending) == 0;
}

std::uint16_t half_at(const unsigned char* bytes) noexcept {
    return static_cast<std::uint16_t>(bytes[0] | bytes[1] << 8);
}

}  // namespace

float half_to_float(std::uint16_t bits) noexcept {
    const int exponent = bits >> 10 & 31;
    const float fraction = static_cast<float>(bits & 1023);
    float value;
    if (exponent == 31) {
        value = fraction == 0 ? HUGE_VALF : std::nanf("");
    } else if (exponent == 0) {
        value = std::ldexp(fraction, -24);
    } else {
        value = std::ldexp(1024 + fraction, exponent - 25);
    }
    return bits & 0x8000 ? -value : value;
}

Outcome<std::unique_ptr<Track>> BakedTrack::read(const void* bytes, std::size_t size) {
    const auto* const from = static_cast<const unsigned char*>(bytes);
    if (size < baked_begin || std::memcmp(from, baked_magic, sizeof baked_magic) != 0) {
        return no_curves("the file does not begin with M2FCURV1: it is none that m2f bake or --emit curves wrote");
    }
    std::size_t length = 0;
    for (std::size_t i = 4; i-- > 0;) length = length << 8 | from[sizeof baked_magic + i];
    if (length > size - baked_begin) return no_curves("the file is cut off in its header");
    JsonReader json(reinterpret_cast<const char*>(from) + baked_begin, length);
    BakedHeader header;
    if (!read_header(json, header)) return no_curves("the header is damaged");
    if (header.frames < 1 || header.frames > most_frames) return no_curves("the header says that there are no frames, or too many");
    if (header.rate[0] < 1 || header.rate[1] < 1) return no_curves("the header has no rate of frames");

    // Where each channel goes: weights in their order, then the head's.
    std::vector<std::string> names;
    std::vector<std::size_t> columns;
    std::size_t head[M2F_HEAD_FLOATS];
    std::fill_n(head, std::size_t{M2F_HEAD_FLOATS}, header.channels.size());
    for (std::size_t i = 0; i < header.channels.size(); i++) {
        const std::string& channel = header.channels[i];
        const auto* const end = head_channels + M2F_HEAD_FLOATS;
        const auto* const own = std::find_if(head_channels, end, [&](const char* name) { return channel == name; });
        if (own != end) {
            head[own - head_channels] = i;
        } else if (!ends_with(channel, angle_ending)) {
            names.push_back(channel);
            columns.push_back(i);
        }
    }
    for (std::size_t i = 0; i < M2F_HEAD_FLOATS; i++) {
        if (head[i] == header.channels.size()) return no_curves(std::string("there is no channel ") + head_channels[i]);
        columns.push_back(head[i]);
    }
    if (names.empty()) return no_curves("there are no weights");

    const auto frames = static_cast<std::size_t>(header.frames);
    const std::size_t width = header.channels.size(), values = (size - baked_begin - length) / 2;
    if (values / width != frames || values % width != 0 || (size - baked_begin - length) % 2 != 0) {
        return no_curves("the file has " + std::to_string(values) + " values, but its header says " + std::to_string(frames) +
                         " frames of " + std::to_string(width));
    }
    std::unique_ptr<BakedTrack> track(new BakedTrack(std::move(names), frames, header.rate[1] / header.rate[0]));
    track->rows_.reserve(frames * columns.size());
    const unsigned char* row = from + baked_begin + length;
    for (std::size_t frame = 0; frame < frames; frame++, row += width * 2) {
        for (const std::size_t column : columns) {
            const std::uint16_t bits = half_at(row + column * 2);
            if ((bits >> 10 & 31) == 31) return no_curves("frame " + std::to_string(frame) + ": " + header.channels[column] + " is not finite");
            track->rows_.push_back(bits);
        }
    }
    return std::unique_ptr<Track>(std::move(track));
}

void BakedTrack::frame(std::size_t number, Face& face) const noexcept {
    const std::size_t weights = weight_names().size();
    const std::uint16_t* row = &rows_[number * (weights + M2F_HEAD_FLOATS)];
    for (std::size_t i = 0; i < weights; i++) face.weights[i] = half_to_float(row[i]);
    float square = 0;
    for (std::size_t i = 0; i < M2F_HEAD_FLOATS; i++) face.head[i] = half_to_float(row[weights + i]);
    for (std::size_t i = 0; i < 4; i++) square += face.head[i] * face.head[i];
    // Halves are not of length 1; where there is no turn at all, it is none.
    for (std::size_t i = 0; i < 4; i++) face.head[i] = square > 0 ? face.head[i] / std::sqrt(square) : head_at_rest[i];
}

Outcome<void> BakedTrack::sample(double time_s, Face& face) const {
    if (std::isnan(time_s)) return no_curves("a time that is not a number");
    if (face.weights.size() != weight_names().size()) return no_curves("a face with another number of weights");
    const std::size_t last = frame_count_ - 1;
    const double position = std::min(std::max(time_s / frame_s_, 0.0), static_cast<double>(last));
    const auto before = static_cast<std::size_t>(position);
    const auto part = static_cast<float>(position - static_cast<double>(before));
    frame(before, face);
    if (part == 0 || before == last) return detail::done();
    const Head from = face.head;
    const std::size_t weights = weight_names().size(), width = weights + M2F_HEAD_FLOATS;
    const std::uint16_t* next = &rows_[(before + 1) * width];
    for (std::size_t i = 0; i < weights; i++) face.weights[i] += (half_to_float(next[i]) - face.weights[i]) * part;
    Head to;
    for (std::size_t i = 0; i < M2F_HEAD_FLOATS; i++) to[i] = half_to_float(next[weights + i]);
    face.head = between(from, to, part);
    return detail::done();
}

}  // namespace m2f::core
