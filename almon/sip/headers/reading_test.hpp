// What the tests of header fields share: one value read by itself, and fields read from a message.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "almon/sip/message.hpp"

namespace almon::sip::test {

using base::printed;

inline constexpr auto whole = "RFC 3261 §7.3.1";  // the rule of what stands behind a value and may not

inline Error byte_at(std::size_t offset, const char* rule) {
    return {Errc::unexpected_byte, offset, rule};
}
inline Error end_at(std::size_t offset, const char* rule) {
    return {Errc::unexpected_end, offset, rule};
}

// A request with these lines, each with its CRLF.
inline Message message(std::string_view lines) {
    return Message::parse(std::string("OPTIONS sip:b SIP/2.0\r\n").append(lines).append("\r\n")).value();
}

// The first value of the text, which it borrows from.
template <class Header>
Header read(std::string_view text) {
    CAPTURE(text);
    Scanner in(text);
    const auto value = parse_value<Header>(in);
    REQUIRE(value.has_value());
    return *value;
}

template <class Header>
std::string reprint(std::string_view text) {
    return printed(read<Header>(text));
}

// What is wrong with the text, counted from its start though it stands somewhere in a message.
template <class Header>
Error fault(std::string_view text) {
    CAPTURE(text);
    static constexpr std::size_t origin = 100;
    Scanner in(text, origin);
    auto value = parse_value<Header>(in);
    while (value && !in.done()) value = parse_value<Header>(in);
    REQUIRE_FALSE(value.has_value());
    auto error = value.error();
    error.offset -= origin;
    return error;
}

// Every value in these lines as it prints; what is refused is the last.
template <class Header>
std::vector<std::string> values(std::string_view lines) {
    const auto with_lines = message(lines);
    std::vector<std::string> seen;
    for (const auto& value : with_lines.all<Header>())
        seen.push_back(value ? printed(*value) : std::string("refused: ") + value.error().rule);
    return seen;
}

// get() misses the field, by its name, and find() has none.
template <class Header>
bool is_absent(std::string_view lines) {
    const auto without = message(lines);
    const Error missing{Errc::missing_field, without.octets().size(), Header::name.text().data()};
    const auto got = without.get<Header>();
    const auto found = without.find<Header>();
    return !got && got.error() == missing && found && !*found;
}

// The field is there, and neither get() nor find() can read it.
template <class Header>
Errc fault_of_field(std::string_view lines) {
    const auto broken = message(lines);
    const auto got = broken.get<Header>();
    const auto found = broken.find<Header>();
    REQUIRE_FALSE(got.has_value());
    REQUIRE_FALSE(found.has_value());
    CHECK(got.error() == found.error());
    return got.error().code;
}

inline std::string repeat(std::string_view text, std::size_t count) {
    std::string all;
    for (std::size_t i = 0; i < count; ++i) all += text;
    return all;
}

using Texts = std::vector<std::string>;

}  // namespace almon::sip::test
