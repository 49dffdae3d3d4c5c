#include "almon/sip/transaction/key.hpp"

#include <doctest/doctest.h>

#include <string>

namespace almon::sip {
namespace {

constexpr base::HashKey secret{1, 2};
constexpr std::string_view uri = "sip:bob@example.com";

Envelope modern() {
    Envelope envelope;
    envelope.via.transport = "UDP";
    envelope.via.host.text = "pc33.example.com";
    envelope.via.branch = "z9hG4bK776asdhds";
    envelope.via.text = "SIP/2.0/UDP pc33.example.com;branch=z9hG4bK776asdhds";
    envelope.call_id = CallId("a84b4c76e66710");
    envelope.from_tag = Tag("1928301774");
    envelope.cseq = {314159, method::invite};
    return envelope;
}

Envelope rfc2543() {
    auto envelope = modern();
    envelope.via.branch = "";
    envelope.via.text = "SIP/2.0/UDP pc33.example.com";
    return envelope;
}

TransactionKey key(const Envelope& envelope, Method method = method::invite, std::string_view to = uri) {
    return server_key(secret, to, envelope, method);
}

template <class Change>
Envelope with(Envelope envelope, Change change) {
    change(envelope);
    return envelope;
}

}  // namespace

TEST_CASE("a branch is unique when it begins with the magic cookie and goes on") {
    const auto unique = [](std::string_view branch) {
        return has_unique_branch(with(modern(), [&](Envelope& e) { e.via.branch = branch; }).via);
    };
    CHECK(unique("z9hG4bK1"));
    CHECK(unique("z9hg4bk1"));
    CHECK_FALSE(unique("z9hG4bK"));
    CHECK_FALSE(unique(""));
    CHECK_FALSE(unique("1z9hG4bK"));
    CHECK_FALSE(unique("z9hG4b"));
}

TEST_CASE("branch, sent-by and method make the server key, nothing else") {
    const auto first = key(modern());
    CHECK(key(with(modern(), [](Envelope& e) { e.call_id = CallId("other"); })) == first);
    CHECK(key(with(modern(), [](Envelope& e) { e.from_tag = Tag("other"); })) == first);
    CHECK(key(with(modern(), [](Envelope& e) { e.cseq.number = 1; })) == first);
    CHECK(key(modern(), method::invite, "sip:carol@example.com") == first);

    CHECK(key(with(modern(), [](Envelope& e) { e.via.branch = "z9hG4bK776asdhdt"; })) != first);
    CHECK(key(with(modern(), [](Envelope& e) { e.via.branch = "z9hG4bK776ASDHDS"; })) != first);
    CHECK(key(with(modern(), [](Envelope& e) { e.via.host.text = "pc34.example.com"; })) != first);
    CHECK(key(with(modern(), [](Envelope& e) { e.via.port = 5062; })) != first);
    CHECK(key(modern(), method::bye) != first);
    CHECK(server_key({1, 3}, uri, modern(), method::invite) != first);
}

TEST_CASE("the sent-by host is compared without case, its port with the default filled in") {
    const auto first = key(modern());
    CHECK(key(with(modern(), [](Envelope& e) { e.via.host.text = "PC33.Example.COM"; })) == first);
    CHECK(key(with(modern(), [](Envelope& e) { e.via.port = 5060; })) == first);

    const auto tls = with(modern(), [](Envelope& e) { e.via.transport = "tls"; });
    CHECK(key(with(tls, [](Envelope& e) { e.via.port = 5061; })) == key(tls));
    CHECK(key(with(tls, [](Envelope& e) { e.via.port = 5060; })) != key(tls));
}

TEST_CASE("a host of any length counts whole") {
    const std::string a(300, 'a'), b = std::string(299, 'a') + 'b';
    const auto first = key(with(modern(), [&](Envelope& e) { e.via.host.text = a; }));
    CHECK(key(with(modern(), [&](Envelope& e) { e.via.host.text = b; })) != first);
    CHECK(key(with(modern(), [&](Envelope& e) { e.via.host.text = std::string_view(a).substr(1); })) !=
          first);
}

TEST_CASE("ACK and the INVITE that a CANCEL is for have the key of the INVITE") {
    for (const auto& envelope : {modern(), rfc2543()}) {
        CHECK(key(envelope, method::ack) == key(envelope));
        CHECK(key(envelope, method::cancel) != key(envelope));
        const auto cancel = with(envelope, [](Envelope& e) { e.cseq.method = method::cancel; });
        CHECK(key(cancel, method::invite) == key(envelope));
    }
}

TEST_CASE("an RFC 2543 request is known by Request-URI, tags, Call-ID, CSeq and top Via") {
    const auto first = key(rfc2543(), method::bye);
    CHECK(key(rfc2543(), method::bye) == first);
    CHECK(key(rfc2543(), method::bye, "sip:carol@example.com") != first);
    CHECK(key(with(rfc2543(), [](Envelope& e) { e.to_tag = Tag("x"); }), method::bye) != first);
    CHECK(key(with(rfc2543(), [](Envelope& e) { e.from_tag = Tag("x"); }), method::bye) != first);
    CHECK(key(with(rfc2543(), [](Envelope& e) { e.call_id = CallId("x"); }), method::bye) != first);
    CHECK(key(with(rfc2543(), [](Envelope& e) { e.cseq.number = 1; }), method::bye) != first);
    CHECK(key(with(rfc2543(), [](Envelope& e) { e.via.text = "SIP/2.0/UDP x"; }), method::bye) != first);
    CHECK(key(rfc2543(), method::options) != first);
}

TEST_CASE("a bare magic cookie does not make two calls one transaction") {
    const auto bare = with(modern(), [](Envelope& e) { e.via.branch = Via::magic_cookie; });
    CHECK(key(bare) != key(with(bare, [](Envelope& e) { e.call_id = CallId("x"); })));
}

TEST_CASE("the ACK of an RFC 2543 peer finds its INVITE and is confirmed by our To tag") {
    const auto ack = with(rfc2543(), [](Envelope& e) {
        e.cseq.method = method::ack;
        e.to_tag = Tag("ours");
    });
    CHECK(key(ack, method::ack) == key(rfc2543()));
    CHECK(acknowledges(ack, Tag("ours")));
    CHECK_FALSE(acknowledges(ack, Tag("another fork's")));
    CHECK(acknowledges(with(modern(), [](Envelope& e) { e.to_tag = Tag("x"); }), Tag("ours")));
}

TEST_CASE("INVITE, repeat, CANCEL and ACK as they come over the wire are one transaction") {
    const auto invite_key = [](std::string_view method, std::string_view via, std::string_view to_tag) {
        const auto octets = std::string(method) + " sip:bob@example.com SIP/2.0\r\nVia: " + std::string(via) +
                            "\r\nFrom: <sip:a@example.com>;tag=1\r\nTo: <sip:bob@example.com>" +
                            std::string(to_tag) + "\r\nCall-ID: x\r\nCSeq: 7 " + std::string(method) +
                            "\r\n\r\n";
        const auto message = Message::parse(octets).value();
        return server_key(secret, message.request_uri(), read_envelope(message).value(), method::invite);
    };
    for (const auto* via : {"SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK87", "SIP/2.0/UDP 192.0.2.1:5060"}) {
        CAPTURE(via);
        const auto first = invite_key("INVITE", via, "");
        CHECK(invite_key("INVITE", via, "") == first);
        CHECK(invite_key("CANCEL", via, "") == first);
        CHECK(invite_key("ACK", via, ";tag=ours") == first);
        CHECK(invite_key("INVITE", "SIP/2.0/UDP 192.0.2.2:5060", "") != first);
    }
}

TEST_CASE("branch and CSeq method make the client key") {
    const auto first = client_key(secret, "z9hG4bK1", method::invite);
    CHECK(client_key(secret, "z9hG4bK1", method::invite) == first);
    CHECK(client_key(secret, "z9hG4bK1", method::cancel) != first);
    CHECK(client_key(secret, "z9hG4bK2", method::invite) != first);
}

TEST_CASE("a merged request has From tag, Call-ID and CSeq of another, by another way") {
    const auto first = merged_request_key(secret, modern());
    const auto other_way = with(modern(), [](Envelope& e) { e.via.branch = "z9hG4bKother"; });
    CHECK(merged_request_key(secret, other_way) == first);
    CHECK(key(other_way) != key(modern()));
    CHECK(merged_request_key(secret, with(modern(), [](Envelope& e) { e.from_tag = Tag("x"); })) != first);
    CHECK(merged_request_key(secret, with(modern(), [](Envelope& e) { e.call_id = CallId("x"); })) != first);
    CHECK(merged_request_key(secret, with(modern(), [](Envelope& e) { e.cseq.number = 1; })) != first);
    CHECK(merged_request_key(secret, with(modern(), [](Envelope& e) { e.cseq.method = method::bye; })) !=
          first);
}

}  // namespace almon::sip
