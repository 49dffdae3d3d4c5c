#include "almon/codec/utf8.hpp"

#include <doctest/doctest.h>

using almon::codec::is_utf8;

TEST_CASE("every character is UTF-8, up to the ends of each length") {
    for (const auto* const text :
         {"", "SIP/2.0", "\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
          "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf", "J\xc3\xbcrgen"})
        CHECK_MESSAGE(is_utf8(text), text);
}

TEST_CASE("overlong forms, surrogates, what is too large, and what is cut short are not") {
    for (const auto* const text :
         {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xf0\x8f\xbf\xbf",
          "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "\xc2", "\xe2\x82", "\xc2 ", "a\xe2\x82z"})
        CHECK_FALSE(is_utf8(text));
}
