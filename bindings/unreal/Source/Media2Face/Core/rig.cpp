#include "rig.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstring>

namespace m2f::core {

namespace {

/** Sweeps of the descent at most, and the move that ends it: those of the library. */
constexpr int most_sweeps = 400;
constexpr double settled_move = 1e-6;

constexpr Rig arkit_rig = {"arkit", nullptr, nullptr, 0, nullptr, 0};

bool is_arkit_name(const std::string& name) {
    return std::find_if(arkit_names.begin(), arkit_names.end(), [&](const char* own) { return name == own; }) != arkit_names.end();
}

/** A channel of ARKit's, or those of both sides. */
std::vector<std::string> sides(const std::string& channel) {
    if (is_arkit_name(channel)) return {channel};
    return {channel + "Left", channel + "Right"};
}

/** Letters and digits in lower case, a side at the end spelt out. */
std::string words(const std::string& name) {
    const std::size_t cut = name.find_last_of("_ .-");
    const std::string end = cut == std::string::npos ? "" : name.substr(cut + 1);
    const char* side = end == "L" || end == "l" ? "left" : end == "R" || end == "r" ? "right" : "";
    std::string found;
    for (const char letter : *side ? name.substr(0, cut) : name) {
        const auto byte = static_cast<unsigned char>(letter);
        if (byte >= 128 || std::isalnum(byte)) found += static_cast<char>(byte < 128 ? std::tolower(byte) : byte);
    }
    return found + side;
}

}  // namespace

std::vector<std::string> Rig::channels() const {
    std::vector<std::string> names;
    if (is_arkit()) names.assign(arkit_names.begin(), arkit_names.end());
    if (rest) names.emplace_back(rest);
    for (std::size_t i = 0; i < shape_count; i++) names.emplace_back(shapes[i].name);
    for (std::size_t i = 0; i < driven_count; i++) names.emplace_back(driven[i].name);
    return names;
}

const Rig* find_rig(const std::string& name) noexcept {
    if (name == arkit_rig.name) return &arkit_rig;
    for (std::size_t i = 0; i < rig_table_count; i++) {
        if (name == rig_tables[i].name) return &rig_tables[i];
    }
    return nullptr;
}

int find_channel(const std::vector<std::string>& names, const std::string& name) {
    const auto exact = std::find(names.begin(), names.end(), name);
    if (exact != names.end()) return static_cast<int>(exact - names.begin());
    const std::string wanted = words(name);
    for (std::size_t i = 0; i < names.size() && !wanted.empty(); i++) {
        if (words(names[i]) == wanted) return static_cast<int>(i);
    }
    return -1;
}

RigMap::RigMap(const Rig& rig, const std::vector<std::string>& names) : has_rest_(rig.rest != nullptr) {
    const auto own = [&](const std::string& channel, float share, std::vector<Source>& to) {
        for (const std::string& side : sides(channel)) {
            const int at = find_channel(names, side);
            if (at >= 0) to.push_back({static_cast<std::size_t>(at), share});
        }
    };
    driven_.resize(rig.is_arkit() ? arkit_names.size() : rig.driven_count);
    for (std::size_t i = 0; i < driven_.size(); i++) {
        if (rig.is_arkit()) {
            own(arkit_names[i], 1, driven_[i]);
            continue;
        }
        for (const Part* part = rig.driven[i].parts; part->channel; part++) own(part->channel, part->share, driven_[i]);
    }

    std::vector<std::string> channels;
    const auto place = [&](const std::string& side) {
        const auto at = std::find(channels.begin(), channels.end(), side);
        if (at == channels.end()) channels.push_back(side);
        return static_cast<std::size_t>(std::find(channels.begin(), channels.end(), side) - channels.begin());
    };
    for (std::size_t shape = 0; shape < rig.shape_count; shape++) {
        for (const Part* part = rig.shapes[shape].parts; part->channel; part++) {
            for (const std::string& side : sides(part->channel)) place(side);
        }
    }
    for (const std::string& channel : channels) used_.push_back(find_channel(names, channel));
    amounts_.resize(rig.shape_count * used_.size());
    for (std::size_t shape = 0; shape < rig.shape_count; shape++) {
        for (const Part* part = rig.shapes[shape].parts; part->channel; part++) {
            for (const std::string& side : sides(part->channel)) amounts_[shape * used_.size() + place(side)] = part->share;
        }
    }
    const std::size_t count = rig.shape_count;
    products_.resize(count);
    solved_.resize(count);
    gram_.resize(count * count);
    for (std::size_t i = 0; i < count; i++) scale_ += product(i, i) / static_cast<double>(count);
    for (std::size_t i = 0; i < count; i++) {
        for (std::size_t j = 0; j < count; j++) gram_[i * count + j] = product(i, j) / scale_;
    }
}

double RigMap::product(std::size_t i, std::size_t j) const noexcept {
    double sum = 0;
    const std::size_t width = used_.size();
    for (std::size_t at = 0; at < width; at++) sum += double(amounts_[i * width + at]) * double(amounts_[j * width + at]);
    return sum;
}

void RigMap::drive(const float* weights, float* channels) noexcept {
    if (!solved_.empty()) solve(weights);
    if (has_rest_) {
        double left = 1;
        for (const double value : solved_) left -= value;
        *channels++ = static_cast<float>(std::max(left, 0.0));
    }
    for (const double value : solved_) *channels++ = static_cast<float>(value);
    for (const std::vector<Source>& sources : driven_) {
        float sum = 0;
        for (const Source& source : sources) sum += source.share * weights[source.weight];
        *channels++ = std::min(std::max(sum, 0.0f), 1.0f);
    }
}

/* Coordinate descent on the normal equations, as the library does it. */
void RigMap::solve(const float* weights) noexcept {
    const std::size_t count = solved_.size(), width = used_.size();
    for (std::size_t shape = 0; shape < count; shape++) {
        double sum = 0;
        for (std::size_t at = 0; at < width; at++) {
            if (used_[at] >= 0) sum += double(amounts_[shape * width + at]) * double(weights[used_[at]]);
        }
        products_[shape] = sum / scale_;
        solved_[shape] = 0;
    }
    for (int sweep = 0; sweep < most_sweeps; sweep++) {
        double moved = 0;
        for (std::size_t j = 0; j < count; j++) {
            double pull = products_[j];
            for (std::size_t i = 0; i < count; i++) {
                if (i != j) pull -= gram_[j * count + i] * solved_[i];
            }
            const double next = std::min(std::max(pull / gram_[j * count + j], 0.0), 1.0);
            moved = std::max(moved, std::fabs(next - solved_[j]));
            solved_[j] = next;
        }
        if (moved <= settled_move) break;
    }
}

}  // namespace m2f::core
