/*
 * As much of JSON as the header of baked curves needs: a reader that goes forward once, over bytes that may be hostile.
 */
#pragma once

#include <cstddef>
#include <string>

namespace m2f::core {

/**
 * Reads one text from its beginning. A call that finds something else than it is for returns false, and so does every call after it.
 */
class JsonReader {
public:
    JsonReader(const char* text, std::size_t size) noexcept : at_(text), end_(text + size) {}

    /** Whether nothing was wrong so far. */
    bool ok() const noexcept { return ok_; }

    /** Goes into an object or an array. */
    bool enter(char opening) { return take(opening, true); }

    /** True if one more member follows, at which the reader then is; false at the closing bracket, which it takes, or if something is wrong. */
    bool next(char closing, bool& first);

    /** The name of a member and the colon behind it. */
    bool key(std::string& out) { return string(out) && take(':', true); }

    /** A text, as UTF-8. */
    bool string(std::string& out);

    /** A whole number of 0 to 2^53. */
    bool whole(double& out);

    /** Any value, which is left out. */
    bool skip(int depth = 0);

private:
    void blanks() noexcept;
    bool take(char letter, bool required) noexcept;
    bool wrong() noexcept { return ok_ = false; }
    bool escape(std::string& out);
    bool unit(unsigned& out) noexcept;

    const char* at_;
    const char* end_;
    bool ok_ = true;
};

}  // namespace m2f::core
