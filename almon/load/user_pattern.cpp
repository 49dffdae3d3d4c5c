#include "almon/load/user_pattern.hpp"

#include <charconv>

#include "almon/base/charset.hpp"
#include "almon/base/scanner.hpp"

namespace almon::load {
namespace {

constexpr std::size_t most_digits = 20;
constexpr auto allowed = base::chars::alphanum | base::CharSet("-_.!~*'()&=+$,;?/");  // RFC 3261 §25.1 user

tl::unexpected<std::string> refuse(std::string_view text) {
    return base::trouble("`" + std::string(text) +
                         "` names no users; write a pattern with one %d, such as user%d or u%07d");
}

}  // namespace

base::Outcome<UserPattern> UserPattern::parse(std::string_view text) {
    UserPattern pattern;
    base::Scanner in(text);
    pattern.before_ = in.take_while(allowed);
    if (!in.take('%')) return refuse(text);
    if (in.take('0')) {
        const auto digits = in.number(most_digits, "digits of a user's number");
        if (!digits) return refuse(text);
        pattern.digits_ = *digits;
    }
    if (!in.take('d')) return refuse(text);
    pattern.behind_ = in.take_while(allowed);
    const auto longest = pattern.before_.size() + most_digits + pattern.behind_.size();
    if (!in.done() || longest > name_octets) return refuse(text);
    return pattern;
}

void UserPattern::print(std::uint32_t number, base::Printer& out) const {
    char digits[most_digits];
    const auto* const end = std::to_chars(digits, digits + most_digits, number).ptr;
    const auto count = static_cast<std::size_t>(end - digits);
    out.put(before_);
    for (auto i = count; i < digits_; ++i) out.put('0');
    out.put(std::string_view(digits, count)).put(behind_);
}

}  // namespace almon::load
