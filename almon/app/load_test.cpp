#include <doctest/doctest.h>

#include "almon/app/commands.hpp"

using namespace almon::app;

namespace {

LoadOptions options() {
    return {.kind = "register", .target = "127.0.0.1:9", .count = 1, .t1_ms = 1};
}

template <class Change>
int with(Change change) {
    auto changed = options();
    change(changed);
    return load(changed);
}

}  // namespace

TEST_CASE("a server that is not there makes the load fail, after its time-outs") {
    CHECK(load(options()) == 1);
}

TEST_CASE("what makes no sense is refused before anything is sent") {
    const auto refused = [](auto change) { CHECK(with(change) == 1); };
    refused([](auto& o) { o.kind = "dance"; });
    refused([](auto& o) { o.target = "example.com"; });
    refused([](auto& o) { o.transport = "tls"; });
    refused([](auto& o) { o.user_pattern = "user"; });
    refused([](auto& o) { o.domain = "<>"; });
    refused([](auto& o) { o.rate = 1, o.window = 1; });
    refused([](auto& o) { o.rate = 0; });
    refused([](auto& o) { o.window = 0; });
    refused([](auto& o) { o.seconds = -1; });
    refused([](auto& o) { o.count = 0; });
    refused([](auto& o) { o.users = 0; });
    refused([](auto& o) { o.source_ports = 0; });
    refused([](auto& o) { o.source_ports = 1'000'000; });
    refused([](auto& o) { o.port = 65'535; });
    refused([](auto& o) { o.t1_ms = 0; });
}
