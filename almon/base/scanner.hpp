// The one bounds-checked reader. Every parser of almon takes its input through a Scanner: it cannot run past
// the end, it never needs a terminating NUL, and it always knows its offset for the error it may have to
// give.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "almon/base/charset.hpp"
#include "almon/base/result.hpp"

namespace almon::base {

class Scanner {
 public:
    // `origin`: offset of text[0] in the whole input; offset() counts from there.
    explicit constexpr Scanner(std::string_view text, std::size_t origin = 0)
        : begin_(text.data()), at_(begin_), end_(begin_ + text.size()), origin_(origin) {}

    constexpr bool done() const { return at_ == end_; }
    constexpr std::size_t offset() const { return origin_ + position(); }
    constexpr std::size_t position() const {  // octets consumed
        return static_cast<std::size_t>(at_ - begin_);
    }
    constexpr std::string_view rest() const { return {at_, left()}; }
    // What was consumed since `position`.
    constexpr std::string_view since(std::size_t position) const { return slice(place(position), at_); }
    constexpr void rewind(std::size_t position) { at_ = place(position); }

    // The next octet; NUL at the end, so check done() where NUL is legal.
    constexpr char peek() const { return done() ? '\0' : *at_; }
    constexpr char peek(std::size_t ahead) const { return ahead < left() ? at_[ahead] : '\0'; }
    constexpr bool looking_at(const CharSet& set) const { return !done() && set.has(*at_); }

    // Consume if it is next.
    constexpr bool take(char c) {
        if (done() || *at_ != c) return false;
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
        return take_up_to(at_ + std::min(count, left()));
    }
    // The longest run of octets in (not in) the set; may be empty.
    constexpr std::string_view take_while(const CharSet& set) { return take_up_to(set.skip(at_, end_)); }
    constexpr std::string_view take_until(const CharSet& set) {
        const char* stop = at_;
        while (stop != end_ && !set.has(*stop)) ++stop;
        return take_up_to(stop);
    }
    // RFC 3261 §25.1 LWS: blanks, and line breaks that a blank follows (folding; bare LF tolerated).
    constexpr bool skip_lws() {
        if (done() || static_cast<unsigned char>(*at_) > ' ') return false;
        const char* const from = at_;
        at_ = behind_lws();
        return at_ != from;
    }
    // A decimal number in 0..max; leading zeros are fine. Fails on no digit or beyond max, never wraps.
    constexpr Result<std::uint64_t> number(std::uint64_t max, const char* rule) {
        const auto tenth = max / 10, last = max % 10;
        std::uint64_t value = 0;
        const char* stop = at_;
        for (; stop != end_; ++stop) {
            const auto digit = static_cast<unsigned char>(*stop - '0');  // beyond 9: no digit
            if (digit > 9) break;
            if (value > tenth || (value == tenth && digit > last))
                return fail(Errc::number_too_large, offset(), rule);
            value = value * 10 + digit;
        }
        if (stop == at_) return refuse(rule);
        at_ = stop;
        return value;
    }
    // The error for "this may not stand here", at the present place.
    [[nodiscard]] constexpr tl::unexpected<Error> refuse(const char* rule) const {
        return fail(done() ? Errc::unexpected_end : Errc::unexpected_byte, offset(), rule);
    }

 private:
    constexpr std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }
    // Never behind the present place.
    constexpr const char* place(std::size_t position) const {
        return begin_ + std::min(position, this->position());
    }
    static constexpr std::string_view slice(const char* from, const char* to) {
        return {from, static_cast<std::size_t>(to - from)};
    }
    constexpr std::string_view take_up_to(const char* stop) {
        const auto taken = slice(at_, stop);
        at_ = stop;
        return taken;
    }
    constexpr const char* behind_lws() const {
        for (const char* at = at_;;) {
            const char* break_end = at;  // behind a line break, if there is one
            if (break_end != end_ && *break_end == '\r') ++break_end;
            if (break_end != end_ && *break_end == '\n') {
                if (end_ - break_end < 2 || !chars::wsp.has(break_end[1])) return at;
                at = break_end + 2;
            } else if (at != end_ && chars::wsp.has(*at)) {
                ++at;
            } else {
                return at;
            }
        }
    }

    const char* begin_;
    const char* at_;
    const char* end_;
    std::size_t origin_;
};

}  // namespace almon::base
