// RFC 4475 as far as it concerns a proxy: what a server owes for each of these messages, or that it lets them
// pass.
#include <fstream>
#include <iterator>

#include "almon/server/test_exchange.hpp"

using namespace almon;
using namespace almon::server;

namespace {

std::string vector(const std::string& name) {
    std::ifstream file(ALMON_SOURCE_DIR "/tests/vectors/rfc4475/" + name + ".dat", std::ios::binary);
    REQUIRE(file.good());
    return {std::istreambuf_iterator<char>(file), {}};
}

// A trusted peer's proxy for these domains, as the vectors expect it.
struct Proxied : TestExchange {
    Proxied() : TestExchange(settings()) { bind("user", "sip:user@198.51.100.2"); }
    static SettingsSnapshot settings() {
        auto settings = usual_settings();
        settings->domains = {"example.com"};
        return settings;
    }
    // The answer that goes back to where the message came from, at whatever port its Via names; "" for none.
    std::string answer_to(const std::string& text) {
        hear(alice, text);
        for (const auto& sent : all())
            if (sent.message.is_response()) return sent.start().substr(8, 3);
        return "";
    }
};

}  // namespace

TEST_CASE("RFC 4475: what a proxy refuses, and with what") {
    const std::pair<std::string, std::string> owed[] = {
        {"unkscm", "416"},  {"novelsc", "416"}, {"bext01", "420"}, {"zeromf", "483"},
        {"escruri", "400"}, {"intmeth", "404"}, {"esc02", "502"},  {"multi01", "400"},
    };
    for (const auto& [name, status] : owed) {
        CAPTURE(name);
        Proxied exchange;
        CHECK(exchange.answer_to(vector(name)) == status);
        CHECK(exchange.stack.server_transactions() == 0);
    }
}

TEST_CASE("RFC 4475: what a proxy forwards like any other request") {
    for (const std::string name : {"invut", "sdp01", "longreq", "transports", "lwsdisp"}) {
        CAPTURE(name);
        Proxied exchange;
        exchange.hear(alice, vector(name));
        CHECK(exchange.count_to(bob) == 1);
    }
}

TEST_CASE("RFC 4475 §3.1.1.2: a method and a user of odd characters reach the phone octet for octet") {
    Proxied exchange;
    const auto text = vector("intmeth");
    const auto uri = text.substr(text.find(' ') + 1, text.find(" SIP/2.0") - text.find(' ') - 1);
    const base::Epochs::Turn turn(exchange.site.epochs, 0);
    const Binding binding{.contact = "sip:x@198.51.100.2",
                          .parameters = {},
                          .call_id = "r",
                          .path = {},
                          .expires = exchange.moment.now + std::chrono::hours(1),
                          .flow = TestExchange::udp(bob)};
    exchange.site.location.publish(
        AorRecord::pack(sip::address_of_record(*sip::Uri::parse(uri)), std::span(&binding, 1)));
    exchange.hear(alice, text);
    const auto sent = exchange.next(bob, "!interesting-Method0123456789_*+`.%indeed'~");
    CHECK(sent.field("extensionHeader-!.%*+_`'~") ==
          Sent{{}, {}, *sip::Message::parse(text)}.field("extensionHeader-!.%*+_`'~"));
}

TEST_CASE("RFC 4475 §3.3.10: a response with a broadcast address in Via goes nowhere") {
    Proxied exchange;
    exchange.hear(alice, vector("bcast"));
    CHECK(exchange.all().empty());
}

TEST_CASE("RFC 4475: a malformed response goes nowhere") {
    for (const std::string name : {"bigcode", "scalarlg"}) {
        Proxied exchange;
        exchange.hear(alice, vector(name));
        CHECK(exchange.all().empty());
    }
}
