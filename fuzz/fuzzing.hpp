// What the fuzz targets share. An input is octets; what a target decides by, it takes from their front.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "almon/base/assert.hpp"
#include "almon/base/printer.hpp"
#include "almon/base/result.hpp"

namespace almon::fuzz {

inline std::string_view text_of(const unsigned char* data, std::size_t size) {
    return {reinterpret_cast<const char*>(data), size};
}

// Decisions and texts, taken from an input until nothing is left of it; then all is zero and empty.
class Script {
 public:
    explicit Script(std::string_view octets) : rest_(octets) {}

    bool done() const { return rest_.empty(); }
    unsigned octet() { return take(1).empty() ? 0 : static_cast<unsigned char>(taken_.front()); }
    unsigned below(unsigned limit) { return octet() % limit; }
    // At most so many octets.
    std::string_view take(std::size_t size) {
        taken_ = rest_.substr(0, size);
        rest_.remove_prefix(taken_.size());
        return taken_;
    }
    // Up to the end of a line, which is consumed too.
    std::string_view line() {
        const auto text = take(std::min(rest_.find('\n'), rest_.size()));
        rest_.remove_prefix(rest_.empty() ? 0 : 1);
        return text;
    }
    std::string_view rest() { return take(rest_.size()); }

 private:
    std::string_view rest_, taken_;
};

// An error names an octet of its input, or the end, and says a rule.
inline void check_error(const base::Error& error, std::size_t octets) {
    ALMON_ASSERT(error.offset <= octets);
    ALMON_ASSERT(*error.rule != '\0' && *base::describe(error.code) != '\0');
}

}  // namespace almon::fuzz
