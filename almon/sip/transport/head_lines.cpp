#include "almon/sip/transport/head_lines.hpp"

#include <algorithm>

#include "almon/base/charset.hpp"

namespace almon::sip {
namespace {

constexpr auto space = base::CharSet(" \t\r\n");

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && space.has(text.back())) text.remove_suffix(1);
    while (!text.empty() && space.has(text.front())) text.remove_prefix(1);
    return text;
}

}  // namespace

HeadLines::HeadLines(std::string_view octets) : octets_(octets) {
    while (at_end_of_head()) at_ += 2;
    start_line_ = trimmed(take_line());
}

std::optional<HeadLine> HeadLines::next() {
    while (at_ < octets_.size() && !at_end_of_head()) {
        const auto field = take_field();
        const auto colon = field.find(':');
        if (colon == field.npos || base::chars::wsp.has(field[0])) continue;
        const auto value = trimmed(field.substr(colon + 1));
        const auto value_at = static_cast<std::size_t>(value.data() - octets_.data());
        const auto name = trimmed(field.substr(0, colon));
        return HeadLine{name, value, value_at, hash_name(name)};
    }
    return {};
}

bool HeadLines::at_end_of_head() const {
    return octets_.substr(at_, 2) == "\r\n";
}

// Up to and with its CRLF.
std::string_view HeadLines::take_line() {
    const auto from = at_;
    do {
        const auto line_feed = octets_.find('\n', at_);
        at_ = line_feed == octets_.npos ? octets_.size() : line_feed + 1;
    } while (at_ < octets_.size() && (at_ - from < 2 || octets_[at_ - 2] != '\r'));
    return octets_.substr(from, at_ - from);
}

// A line and those that continue it.
std::string_view HeadLines::take_field() {
    const auto from = at_;
    do take_line();
    while (at_ < octets_.size() && base::chars::wsp.has(octets_[at_]));
    return octets_.substr(from, at_ - from);
}

}  // namespace almon::sip
