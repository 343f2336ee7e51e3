#include "json.hpp"

#include <cstring>

namespace m2f::core {

namespace {

/** Objects and arrays inside each other at most. */
constexpr int deepest = 64;

void append_utf8(std::string& out, unsigned point) {
    const auto byte = [&](unsigned bits) { out += static_cast<char>(bits); };
    if (point < 0x80) return byte(point);
    if (point < 0x800) {
        byte(0xC0 | point >> 6);
    } else {
        if (point < 0x10000) {
            byte(0xE0 | point >> 12);
        } else {
            byte(0xF0 | point >> 18);
            byte(0x80 | (point >> 12 & 63));
        }
        byte(0x80 | (point >> 6 & 63));
    }
    byte(0x80 | (point & 63));
}

}  // namespace

void JsonReader::blanks() noexcept {
    while (at_ < end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) at_++;
}

bool JsonReader::take(char letter, bool required) noexcept {
    if (!ok_) return false;
    blanks();
    if (at_ < end_ && *at_ == letter) {
        at_++;
        return true;
    }
    return required ? wrong() : false;
}

bool JsonReader::next(char closing, bool& first) {
    if (take(closing, false)) return false;
    if (!first && !take(',', true)) return false;
    first = false;
    return ok_;
}

bool JsonReader::string(std::string& out) {
    out.clear();
    if (!take('"', true)) return false;
    while (at_ < end_) {
        const char letter = *at_++;
        if (letter == '"') return true;
        if (static_cast<unsigned char>(letter) < 0x20) return wrong();
        if (letter != '\\') {
            out += letter;
        } else if (!escape(out)) {
            return wrong();
        }
    }
    return wrong();
}

bool JsonReader::escape(std::string& out) {
    if (at_ == end_) return false;
    const char letter = *at_++;
    const char* const named = "\"\\/bfnrt";
    const char* const meant = "\"\\/\b\f\n\r\t";
    if (letter != 'u') {
        const char* const found = letter ? std::strchr(named, letter) : nullptr;
        if (!found) return false;
        out += meant[found - named];
        return true;
    }
    unsigned point = 0, low = 0;
    if (!unit(point)) return false;
    if (point >= 0xD800 && point < 0xE000) {
        const bool pair = point < 0xDC00 && end_ - at_ >= 2 && at_[0] == '\\' && at_[1] == 'u';
        if (!pair) return false;
        at_ += 2;
        if (!unit(low) || low < 0xDC00 || low >= 0xE000) return false;
        point = 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
    }
    append_utf8(out, point);
    return true;
}

bool JsonReader::unit(unsigned& out) noexcept {
    out = 0;
    for (int i = 0; i < 4; i++, at_++) {
        if (at_ == end_) return false;
        const char c = *at_;
        const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
        if (digit < 0) return false;
        out = out * 16 + static_cast<unsigned>(digit);
    }
    return true;
}

bool JsonReader::whole(double& out) {
    if (!ok_) return false;
    blanks();
    const char* const from = at_;
    out = 0;
    for (; at_ < end_ && *at_ >= '0' && *at_ <= '9'; at_++) out = out * 10 + (*at_ - '0');
    const bool more = at_ < end_ && (*at_ == '.' || *at_ == 'e' || *at_ == 'E');
    return at_ != from && !more && out <= 9007199254740992.0 ? true : wrong();
}

bool JsonReader::skip(int depth) {
    if (!ok_ || depth > deepest) return wrong();
    blanks();
    if (at_ == end_) return wrong();
    const char opening = *at_;
    std::string name;
    if (opening == '"') return string(name);
    if (opening == '{' || opening == '[') {
        const char closing = opening == '{' ? '}' : ']';
        bool first = true;
        enter(opening);
        while (next(closing, first)) {
            if (opening == '{' && !key(name)) return false;
            if (!skip(depth + 1)) return false;
        }
        return ok_;
    }
    // A number, true, false or null.
    const char* const from = at_;
    while (at_ < end_ && (std::strchr("+-.", *at_) || (*at_ >= '0' && *at_ <= '9') || ((*at_ | 32) >= 'a' && (*at_ | 32) <= 'z')) && *at_) at_++;
    return at_ != from ? true : wrong();
}

}  // namespace m2f::core
