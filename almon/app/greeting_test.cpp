#include "almon/app/greeting.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

using namespace almon;
using namespace almon::app;

namespace {

std::vector<stack::Listener> at(std::string_view address) {
    const auto local = base::Endpoint::parse(address).value();
    return {{sip::Transport::udp, local, std::string(address)},
            {sip::Transport::tcp, local, std::string(address)}};
}
const std::vector<host::NewAccount> two{{"alice@127.0.0.1", "one"}, {"bob@127.0.0.1", "two"}};

bool has(const std::string& text, std::string_view wanted) {
    return text.find(wanted) != text.npos;
}

}  // namespace

TEST_CASE("the first start tells in ten lines what goes into two phones, and how to open it to the network") {
    const auto listeners = at("127.0.0.1:5060");
    const auto text = print_greeting({"127.0.0.1", listeners, two, 2, "192.0.2.7"});
    CHECK(std::count(text.begin(), text.end(), '\n') <= 10);
    CHECK(has(text, "  sip:alice@127.0.0.1  password one\n"));
    CHECK(has(text, "  sip:bob@127.0.0.1  password two\n"));
    CHECK(has(text, "  udp 127.0.0.1:5060\n"));
    CHECK(has(text, "--listen tcp:192.0.2.7:5060"));
    CHECK(has(text, "almon user add alice@192.0.2.7"));
}

TEST_CASE("a later start tells what it serves and no more") {
    const auto listeners = at("192.0.2.7:5060");
    CHECK(print_greeting({"example.com", listeners, {}, 3, "192.0.2.7"}) ==
          std::string("almon 0.1.0 serves example.com\n  udp 192.0.2.7:5060\n  tcp 192.0.2.7:5060\n"));
}

TEST_CASE("a server without an account in its domain says how to make one") {
    const auto listeners = at("192.0.2.7:5060");
    CHECK(has(print_greeting({"192.0.2.7", listeners, {}, 0, ""}), "almon user add alice@192.0.2.7\n"));
}

TEST_CASE("a machine without a network has no address to suggest") {
    const auto listeners = at("[::1]:5060");
    CHECK(has(print_greeting({"[::1]", listeners, {}, 1, ""}), "--listen udp:ADDRESS:5060"));
}
