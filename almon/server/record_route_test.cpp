#include "almon/server/record_route.hpp"

#include <doctest/doctest.h>

#include <string>

#include "almon/sip/envelope.hpp"

using namespace almon;
using namespace almon::server;

namespace {

const stack::Listener udp_listener{sip::Transport::udp, *sip::Endpoint::parse("192.0.2.1:5060"),
                                   "192.0.2.1:5060"};
const stack::Listener tcp_listener{sip::Transport::tcp, *sip::Endpoint::parse("192.0.2.1:5080"),
                                   "192.0.2.1:5080"};
const RouteSigner signer(base::HashKey{1, 2});

sip::Envelope dialog(std::string_view call_id, std::string_view from_tag, std::string_view to_tag) {
    sip::Envelope envelope;
    envelope.call_id = sip::CallId(call_id);
    envelope.from_tag = sip::Tag(from_tag);
    envelope.to_tag = sip::Tag(to_tag);
    return envelope;
}

// The URI between the brackets of the value for the call of that caller.
std::string signed_uri(const RouteSigner& by, std::string_view call_id, std::string_view from_tag,
                       const FlowsOfDialog& flows = {}) {
    char buffer[256];
    base::Printer out{buffer};
    by.print(udp_listener, dialog(call_id, from_tag, ""), flows, out);
    return std::string(out.view().substr(1, out.size() - 2));
}

bool verifies(const std::string& uri, const sip::Envelope& request) {
    const auto parsed = sip::Uri::parse(uri);
    return parsed && signer.verify(*parsed, request).holds;
}

}  // namespace

TEST_CASE("a Record-Route value is a loose SIP URI of ours that names the transport unless it is UDP") {
    char buffer[256];
    base::Printer out{buffer};
    signer.print(tcp_listener, dialog("c", "a", ""), {}, out);
    const auto uri = sip::Uri::parse(out.view().substr(1, out.size() - 2));
    REQUIRE(uri.has_value());
    CHECK(uri->host().text == "192.0.2.1");
    CHECK(uri->port() == 5080);
    CHECK(uri->has_parameter("lr"));
    CHECK(uri->parameter("transport") == "tcp");
    CHECK(uri->parameter("ak")->size() == 32);
    CHECK(!sip::Uri::parse(signed_uri(signer, "c", "a"))->has_parameter("transport"));
}

TEST_CASE("a signature holds for both sides of its dialog") {
    const auto uri = signed_uri(signer, "call", "caller");
    CHECK(verifies(uri, dialog("call", "caller", "callee")));
    CHECK(verifies(uri, dialog("call", "callee", "caller")));
}

TEST_CASE("a signature holds for no other call, caller or key, and for nothing outside a dialog") {
    const auto uri = signed_uri(signer, "call", "caller");
    CHECK_FALSE(verifies(uri, dialog("other", "caller", "callee")));
    CHECK_FALSE(verifies(uri, dialog("call", "callee", "third")));
    CHECK_FALSE(verifies(uri, dialog("call", "caller", "")));
    CHECK_FALSE(verifies(signed_uri(RouteSigner(base::HashKey{1, 3}), "call", "caller"),
                         dialog("call", "caller", "callee")));
}

TEST_CASE("Call-ID and tag cannot trade octets") {
    CHECK_FALSE(verifies(signed_uri(signer, "ca", "ll"), dialog("cal", "l", "x")));
}

TEST_CASE("a signature that is changed, cut short, doubled or absent proves nothing") {
    const auto good = signed_uri(signer, "call", "caller");
    const auto request = dialog("call", "caller", "callee");
    const auto at = good.find("ak=") + 3;
    for (std::size_t i = 0; i < 32; ++i) {
        auto bad = good;
        bad[at + i] = bad[at + i] == '0' ? '1' : '0';
        CHECK_FALSE(verifies(bad, request));
        CHECK_FALSE(verifies(good.substr(0, at + i), request));
    }
    CHECK_FALSE(verifies(good + "0", request));
    CHECK_FALSE(verifies("sip:192.0.2.1:5060;lr;ak", request));
    CHECK_FALSE(verifies("sip:192.0.2.1:5060;lr;ak=-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1", request));
    CHECK_FALSE(verifies("sip:192.0.2.1:5060;lr", request));
}

TEST_CASE("all methods but those that make no dialog are kept on the path") {
    for (const auto name : {"INVITE", "SUBSCRIBE", "NOTIFY", "REFER", "FUTURE"})
        CHECK(may_make_dialog(sip::Method(name)));
    for (const auto name :
         {"ACK", "BYE", "CANCEL", "INFO", "MESSAGE", "OPTIONS", "PRACK", "PUBLISH", "REGISTER", "UPDATE"})
        CHECK_FALSE(may_make_dialog(sip::Method(name)));
}

TEST_CASE("a value tells each side the flow to the other one") {
    const auto text = signed_uri(signer, "call", "caller", {"0a", "0b"});
    const auto uri = *sip::Uri::parse(text);
    CHECK(signer.verify(uri, dialog("call", "caller", "callee")).flow_ahead == "0b");
    CHECK(signer.verify(uri, dialog("call", "callee", "caller")).flow_ahead == "0a");
    const auto one_sided = signed_uri(signer, "call", "caller", {"", "0b"});
    const auto proof = signer.verify(*sip::Uri::parse(one_sided), dialog("call", "callee", "caller"));
    CHECK(proof.holds);
    CHECK(proof.flow_ahead.empty());
}

TEST_CASE("a flow that is changed, exchanged, added or left out proves nothing") {
    const auto request = dialog("call", "caller", "callee");
    const auto good = signed_uri(signer, "call", "caller", {"0a", "0b"});
    CHECK(verifies(good, request));
    const auto changed = [&](std::string_view from, std::string_view to) {
        auto text = good;
        return text.replace(text.find(from), from.size(), to);
    };
    CHECK_FALSE(verifies(changed("fd=0b", "fd=0c"), request));
    CHECK_FALSE(verifies(changed("fc=0a;fd=0b", "fc=0b;fd=0a"), request));
    CHECK_FALSE(verifies(changed(";fc=0a", ""), request));
    auto without = signed_uri(signer, "call", "caller");
    CHECK_FALSE(verifies(without.insert(without.find(";ak="), ";fd=0b"), request));
}
