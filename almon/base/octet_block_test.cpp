#include "almon/base/octet_block.hpp"

#include <doctest/doctest.h>

#include <string>

namespace almon::base {
namespace {

constexpr auto word = chars::alphanum | CharSet("-");

TEST_CASE("each octet of a block is told apart from a line break, wherever it stands") {
    for (unsigned at = 0; at < block_octets; ++at) {
        for (int octet = 0; octet < 256; ++octet) {
            std::string block(block_octets, 'x');
            block[at] = static_cast<char>(octet);
            const auto found = line_breaks(block.data());
            REQUIRE(found.cr == std::uint64_t{octet == '\r'} << at);
            REQUIRE(found.lf == std::uint64_t{octet == '\n'} << at);
        }
    }
}

TEST_CASE("line breaks one behind another are all found") {
    CHECK(line_breaks(std::string(block_octets, '\n').data()).lf == ~std::uint64_t{0});
    CHECK(line_breaks(std::string(block_octets, '\n').data()).cr == 0);
    CHECK(line_breaks(("\r\n" + std::string(60, ' ') + "\r\n").data()).cr == 0x4000'0000'0000'0001);
    CHECK(line_breaks(("\r\n" + std::string(60, ' ') + "\r\n").data()).lf == 0x8000'0000'0000'0002);
}

TEST_CASE("a word ends before the first octet that is no letter, digit or hyphen") {
    for (unsigned at = 0; at < word_octets; ++at) {
        for (int octet = 0; octet < 256; ++octet) {
            std::string text = "Content-Length-0";
            text[at] = static_cast<char>(octet);
            REQUIRE(word_length(text.data()) == (word.has(text[at]) ? word_octets : at));
        }
    }
}

}  // namespace
}  // namespace almon::base
