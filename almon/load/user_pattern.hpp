// The names of many users in one word: "user%d" is user1, user2, …; "u%07d" is u0000001, u0000002, …
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "almon/base/printer.hpp"
#include "almon/base/result.hpp"

namespace almon::load {

class UserPattern {
 public:
    // The longest name; a pattern whose names might be longer is refused.
    static constexpr std::size_t name_octets = 128;

    UserPattern() = default;  // "user%d"
    // One %d or %0Nd (N digits at least), among octets that the user part of a URI may have unescaped.
    [[nodiscard]] static base::Outcome<UserPattern> parse(std::string_view text);

    void print(std::uint32_t number, base::Printer& out) const;

 private:
    std::string before_ = "user", behind_;
    std::size_t digits_ = 1;
};

// A name in place.
class UserName {
 public:
    UserName(const UserPattern& pattern, std::uint32_t number) {
        base::Printer out{octets_};
        pattern.print(number, out);
        size_ = out.size();
    }
    std::string_view text() const { return {octets_, size_}; }

 private:
    char octets_[UserPattern::name_octets];
    std::size_t size_;
};

}  // namespace almon::load
