#include "almon/codec/tls_sessions.hpp"

#include <doctest/doctest.h>

using almon::codec::TlsSessionCache;

TEST_CASE("a session is taken once, and the latest replaces the one before") {
    TlsSessionCache cache;
    cache.keep("a.example", "one");
    cache.keep("a.example", "two");
    CHECK(cache.take("b.example").empty());
    CHECK(cache.take("a.example") == "two");
    CHECK(cache.take("a.example").empty());
}

TEST_CASE("so many destinations are remembered as the limit says, the oldest is forgotten first") {
    TlsSessionCache cache;
    const auto limit = almon::base::limits::tls_sessions;
    for (std::size_t i = 0; i <= limit; ++i) cache.keep(std::to_string(i), "session");
    CHECK(cache.size() == limit);
    CHECK(cache.take("0").empty());
    CHECK(cache.take("1") == "session");
    cache.clear();
    CHECK(cache.size() == 0);
}
