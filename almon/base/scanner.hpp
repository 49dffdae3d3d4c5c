// The one bounds-checked reader. Every parser of almon takes its input through a Scanner: it cannot run past
// the end, it never needs a terminating NUL, and it always knows its offset for the error it may have to
// give.
#pragma once

#include <cstdint>
#include <string_view>

#include "almon/base/charset.hpp"
#include "almon/base/result.hpp"

namespace almon::base {

class Scanner {
 public:
    // `origin`: offset of text[0] in the whole input; offset() counts from there.
    explicit constexpr Scanner(std::string_view text, std::size_t origin = 0)
        : text_(text), origin_(origin) {}

    constexpr bool done() const { return at_ == text_.size(); }
    constexpr std::size_t offset() const { return origin_ + at_; }
    constexpr std::size_t position() const { return at_; }  // octets consumed
    constexpr std::string_view rest() const { return text_.substr(at_); }
    // What was consumed since `position`.
    constexpr std::string_view since(std::size_t position) const {
        return text_.substr(position, at_ - position);
    }
    constexpr void rewind(std::size_t position) { at_ = position < at_ ? position : at_; }

    // The next octet; NUL at the end, so check done() where NUL is legal.
    constexpr char peek() const { return done() ? '\0' : text_[at_]; }
    constexpr char peek(std::size_t ahead) const {
        return ahead < text_.size() - at_ ? text_[at_ + ahead] : '\0';
    }
    constexpr bool looking_at(const CharSet& set) const { return !done() && set.has(text_[at_]); }

    // Consume if it is next.
    constexpr bool take(char c) {
        if (done() || text_[at_] != c) return false;
        ++at_;
        return true;
    }
    constexpr bool take(std::string_view literal) {
        if (!rest().starts_with(literal)) return false;
        at_ += literal.size();
        return true;
    }
    constexpr bool take_nocase(std::string_view literal) {
        if (!equal_nocase(rest().substr(0, literal.size()), literal)) return false;
        at_ += literal.size();
        return true;
    }
    // Up to `count` octets; fewer when the input is shorter.
    constexpr std::string_view take_count(std::size_t count) {
        const auto taken = rest().substr(0, count);
        at_ += taken.size();
        return taken;
    }
    // The longest run of octets in (not in) the set; may be empty.
    constexpr std::string_view take_while(const CharSet& set) {
        auto at = at_;  // a char may alias at_, so the loop would store it for each octet
        while (at < text_.size() && set.has(text_[at])) ++at;
        return take_up_to(at);
    }
    constexpr std::string_view take_until(const CharSet& set) {
        auto at = at_;
        while (at < text_.size() && !set.has(text_[at])) ++at;
        return take_up_to(at);
    }
    // RFC 3261 §25.1 LWS: blanks, and line breaks that a blank follows (folding; bare LF tolerated).
    constexpr bool skip_lws() {
        if (done() || static_cast<unsigned char>(text_[at_]) > ' ') return false;
        const auto from = at_;
        for (;;) {
            std::size_t ahead = at_;
            if (ahead < text_.size() && text_[ahead] == '\r') ++ahead;
            if (ahead < text_.size() && text_[ahead] == '\n') {
                ++ahead;
                if (ahead >= text_.size() || !chars::wsp.has(text_[ahead])) break;
                at_ = ahead + 1;
            } else if (looking_at(chars::wsp)) {
                ++at_;
            } else {
                break;
            }
        }
        return at_ != from;
    }
    // A decimal number in 0..max; leading zeros are fine. Fails on no digit or beyond max, never wraps.
    constexpr Result<std::uint64_t> number(std::uint64_t max, const char* rule) {
        if (!looking_at(chars::digit))
            return fail(done() ? Errc::unexpected_end : Errc::unexpected_byte, offset(), rule);
        const auto tenth = max / 10, last = max % 10;
        std::uint64_t value = 0;
        auto at = at_;
        for (; at < text_.size() && chars::digit.has(text_[at]); ++at) {
            const auto digit = static_cast<std::uint64_t>(text_[at] - '0');
            if (value > tenth || (value == tenth && digit > last))
                return fail(Errc::number_too_large, origin_ + at_, rule);
            value = value * 10 + digit;
        }
        at_ = at;
        return value;
    }
    // The error for "this may not stand here", at the present place.
    [[nodiscard]] constexpr tl::unexpected<Error> refuse(const char* rule) const {
        return fail(done() ? Errc::unexpected_end : Errc::unexpected_byte, offset(), rule);
    }

 private:
    constexpr std::string_view take_up_to(std::size_t at) {
        const auto taken = text_.substr(at_, at - at_);
        at_ = at;
        return taken;
    }
    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t origin_;
};

}  // namespace almon::base
