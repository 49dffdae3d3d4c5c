#include "almon/codec/tls_codec.hpp"

#include <doctest/doctest.h>
#include <openssl/ssl.h>

#include <array>

#include "almon/base/limits.hpp"
#include "almon/codec/test_tls.hpp"

using namespace almon;
using namespace almon::codec;
using Texts = std::vector<std::string>;

namespace {

const ContextPointer& example_server() {
    static const auto context = server_with(vouched("example.com"));
    return context;
}

// How the client ends that wants `domain` of a server with this certificate.
std::string distrust(const CertifiedKey& made, std::string_view domain = "example.com",
                     base::WallTime wall = noon) {
    Pair pair(server_with(made), careful_client(), domain, wall);
    pair.shake_hands();
    CHECK_FALSE(pair.client.is_open());
    CHECK(pair.client.kind() == "not trusted");
    CHECK(pair.server.kind() == "refused by the peer");
    return pair.client.sentence();
}

CertificateWish plain_wish() {
    return {.common_name = "example.com",
            .sip_domains = {},
            .dns_names = {},
            .addresses = {},
            .from = a_year_ago,
            .until = in_a_year};
}

ContextPointer mutual_server(PeerCheck check) {
    const auto made = vouched("example.com");
    return sound(TlsContext::server({.identities = {identity(made)},
                                     .check = check,
                                     .authorities = PemText{test_authority().certificate, "ca.pem"}}));
}

ContextPointer client_showing(const CertifiedKey& made) {
    auto settings = trusting(test_authority().certificate);
    settings.identities = {identity(made)};
    return sound(TlsContext::client(settings));
}

std::string failure_of_server(std::string_view octets) {
    Peer server(TlsCodec::server(example_server(), noon));
    server.start();
    server.codec().received(octets);
    return server.kind() + ": " + server.sentence();
}

}  // namespace

TEST_CASE("both ends open and talk, however the octets are cut") {
    base::Random random(1);
    for (auto cut :
         {Cut::whole(), Cut::single(), Cut::random(random), Cut::random(random), Cut::random(random)}) {
        Pair pair(example_server(), careful_client());
        pair.server.echo();
        pair.client.codec().send("early ");  // kept until the handshake is done
        pair.shake_hands(cut);
        REQUIRE(pair.is_open());
        const std::string large(100'000, 'x');
        pair.client.codec().send(large);
        converse(pair.client, pair.server, cut);
        CHECK(pair.server.plain() == "early " + large);
        CHECK(pair.client.plain() == "early " + large);
        CHECK(pair.client_codec->description().starts_with("TLSv1.3 TLS_"));
        CHECK(pair.client_codec->peer().domains == Texts{"example.com"});
        CHECK(pair.server_codec->peer().domains.empty());
    }
}

TEST_CASE("what was sent before the handshake goes before what is sent inside opened()") {
    Pair pair(example_server(), careful_client());
    pair.client.codec().send("one ");
    pair.client.send_when_opened("two");
    pair.shake_hands();
    CHECK(pair.server.plain() == "one two");
}

TEST_CASE("whoever closes first, both ends end once and say so") {
    for (const bool client_first : {true, false}) {
        Pair pair(example_server(), careful_client());
        pair.shake_hands();
        auto& first = client_first ? pair.client : pair.server;
        auto& second = client_first ? pair.server : pair.client;
        first.codec().close();
        converse(first, second);
        CHECK(first.kind() == "closed");
        CHECK(second.kind() == "closed by the peer");
        first.codec().close();
        second.codec().close();
        second.codec().send("too late");
        second.codec().received("too late");
        CHECK(second.take_wire().empty());
    }
}

TEST_CASE("both may close at the same time") {
    Pair pair(example_server(), careful_client());
    pair.shake_hands();
    pair.client.codec().close();
    pair.server.codec().close();
    converse(pair.client, pair.server);
    CHECK(pair.client.kind() == "closed");
    CHECK(pair.server.kind() == "closed");
}

TEST_CASE("a user may close while it is told of octets; what follows them is not decoded") {
    Pair pair(example_server(), careful_client());
    pair.shake_hands();
    pair.server.close_when_decoded();
    pair.client.codec().send("one");
    pair.client.codec().send("two");
    converse(pair.client, pair.server);
    CHECK(pair.server.plain() == "one");
    CHECK(pair.server.kind() == "closed");
}

TEST_CASE("limit: what is sent before the handshake is kept, and not one octet more than the limit") {
    Peer client(TlsCodec::client(careful_client(), "example.com", noon));
    client.start();
    client.codec().send(std::string(base::limits::codec_kept_octets, 'x'));
    CHECK(client.kind() == "not ended");
    client.codec().send("x");
    CHECK(client.kind() == "too large");
}

// --- whom a client trusts
// -----------------------------------------------------------------------------------

TEST_CASE("a certificate for another domain is refused, and the sentence has its names") {
    CHECK(distrust(vouched("other.example")) ==
          "the certificate of example.com is for URI:sip:other.example, DNS:other.example (RFC 5922 §7.2: "
          "whole "
          "names, no wildcards)");
}

TEST_CASE("a wildcard matches nothing, a SIP URI goes before DNS names (RFC 5922 §7)") {
    auto wish = plain_wish();
    wish.common_name = "*.example.com";
    wish.dns_names = {"*.example.com"};
    CHECK(distrust(vouched(wish), "sip.example.com").find("DNS:*.example.com") != std::string::npos);
    wish = plain_wish();
    wish.sip_domains = {"other.example"};
    wish.dns_names = {"example.com"};
    CHECK(distrust(vouched(wish)).find("URI:sip:other.example") != std::string::npos);
}

TEST_CASE("the common name counts without a subjectAltName") {
    Pair pair(server_with(vouched(plain_wish())), careful_client());
    CHECK(pair.shake_hands().is_open());
}

TEST_CASE("dates are judged by the time that is handed in") {
    const auto made = vouched("example.com");
    CHECK(distrust(made, "example.com", in_a_year + std::chrono::hours(1)) ==
          "the certificate of example.com: that of its authority (CN = Test CA) expired on 2027-06-15 "
          "12:00:00 UTC");
    auto wish = wish_for("example.com");
    wish.until = noon - std::chrono::hours(1);
    CHECK(distrust(vouched(wish)) == "the certificate of example.com expired on 2026-06-15 11:00:00 UTC");
    wish = wish_for("example.com");
    wish.from = noon + std::chrono::hours(1);
    CHECK(distrust(vouched(wish)) ==
          "the certificate of example.com is not valid before 2026-06-15 13:00:00 UTC");
}

TEST_CASE("who signed a certificate has to be trusted") {
    CHECK(distrust(sound(make_self_signed(wish_for("example.com")))) ==
          "the certificate of example.com is signed by itself, and not among those that are trusted");
    const auto stranger = sound(make_authority({"Stranger", {}, {}, {}, a_year_ago, in_a_year}));
    CHECK(
        distrust(sound(make_signed(wish_for("example.com"), stranger)))
            .starts_with("the certificate of example.com is signed by an authority that is not trusted (CN = "
                         "Stranger)"));
}

TEST_CASE("whose certificate is no authority cannot vouch for others") {
    const auto phone = vouched("phone.example");
    auto made = sound(make_signed(wish_for("example.com"), phone));
    made.certificate += phone.certificate;
    CHECK(distrust(made).find(
              "that of its authority (CN = phone.example) is not valid: invalid CA certificate") !=
          std::string::npos);
}

TEST_CASE("a certificate that is trusted by itself needs no authority") {
    for (const auto& made : {sound(make_self_signed(wish_for("example.com"))), vouched("example.com")}) {
        Pair pair(server_with(made), sound(TlsContext::client(trusting(made.certificate))));
        CHECK(pair.shake_hands().is_open());
    }
}

TEST_CASE("a server that is reached by address has to have the address in its certificate") {
    const auto address = *base::IpAddress::parse("192.0.2.1");
    const auto made = vouched(CertificateWish::for_hosts({"example.com"}, {address}, a_year_ago, in_a_year));
    Pair pair(server_with(made), careful_client(), "192.0.2.1");
    CHECK(pair.shake_hands().is_open());
    CHECK(distrust(made, "192.0.2.2").find("IP:192.0.2.1") != std::string::npos);
}

TEST_CASE("a client that checks nothing takes every certificate, and trusts no name of it") {
    const auto careless = sound(TlsContext::client({}));
    Pair pair(server_with(sound(make_self_signed(wish_for("other.example")))), careless);
    REQUIRE(pair.shake_hands().is_open());
    CHECK(pair.client_codec->peer().domains.empty());
}

// --- whom a server trusts
// -----------------------------------------------------------------------------------

TEST_CASE("require: only a client with a certificate is let in, and its domain is known") {
    const auto server = mutual_server(PeerCheck::require);
    Pair with(server, client_showing(vouched("partner.example")));
    REQUIRE(with.shake_hands().is_open());
    CHECK(with.server_codec->peer().matches("partner.example"));
    Pair without(server, careful_client());
    without.shake_hands();
    CHECK(without.server.sentence() == "the peer shows no certificate, and one is required");
    CHECK(without.client.sentence() == "the peer ended TLS with the alert \"certificate required\" (116)");
    Pair unknown(server, client_showing(sound(make_self_signed(wish_for("partner.example")))));
    unknown.shake_hands();
    CHECK(unknown.server.sentence() ==
          "the certificate of the peer is signed by itself, and not among those that are trusted");
}

TEST_CASE("request: a client without a certificate that counts is let in as nobody") {
    const auto server = mutual_server(PeerCheck::request);
    Pair with(server, client_showing(vouched("partner.example")));
    REQUIRE(with.shake_hands().is_open());
    CHECK(with.server_codec->peer().matches("partner.example"));
    Pair without(server, careful_client());
    REQUIRE(without.shake_hands().is_open());
    CHECK(without.server_codec->peer().domains.empty());
    Pair unknown(server, client_showing(sound(make_self_signed(wish_for("partner.example")))));
    REQUIRE(unknown.shake_hands().is_open());
    CHECK(unknown.server_codec->peer().domains.empty());
}

// --- SNI
// ----------------------------------------------------------------------------------------------------

TEST_CASE("a client sees the certificate of the domain that it names, others the first") {
    const std::array made{vouched("a.example"), vouched("b.example")};
    auto wish = plain_wish();
    wish.common_name = "*.c.example";
    wish.dns_names = {"*.c.example"};
    const auto wildcard = vouched(wish);
    const auto server =
        sound(TlsContext::server({.identities = {identity(made[0]), identity(made[1]), identity(wildcard)},
                                  .check = PeerCheck::none,
                                  .authorities = {}}));
    for (const auto* const domain : {"a.example", "b.example", "B.EXAMPLE"}) {
        Pair pair(server, careful_client(), domain);
        CHECK(pair.shake_hands().is_open());
    }
    const auto names_seen = [&](std::string_view domain) {
        Pair pair(server, careful_client(), domain);
        pair.shake_hands();
        return pair.client.sentence();
    };
    CHECK(names_seen("unknown.example").find("URI:sip:a.example") != std::string::npos);
    CHECK(names_seen("192.0.2.1").find("URI:sip:a.example") != std::string::npos);
    // SIP takes no wildcards, but browsers do: they get theirs.
    CHECK(names_seen("www.c.example").find("DNS:*.c.example") != std::string::npos);
}

// --- sessions
// -----------------------------------------------------------------------------------------------

TEST_CASE("a session is resumed with the same server, and proves the same identities") {
    TlsSessionCache sessions;
    const auto server = mutual_server(PeerCheck::require);
    const auto client = client_showing(vouched("partner.example"));
    for (const bool is_resumed : {false, true, true}) {
        Pair pair(server, client, "example.com", noon, &sessions);
        REQUIRE(pair.shake_hands().is_open());
        CHECK(pair.client_codec->is_resumed() == is_resumed);
        CHECK(pair.server_codec->is_resumed() == is_resumed);
        CHECK(pair.client_codec->peer().matches("example.com"));
        CHECK(pair.server_codec->peer().matches("partner.example"));
        CHECK(sessions.size() == 1);
    }
}

TEST_CASE("who was nobody when the session began is nobody when it is resumed") {
    TlsSessionCache sessions;
    const auto server = mutual_server(PeerCheck::request);
    const auto client = client_showing(sound(make_self_signed(wish_for("partner.example"))));
    for (const bool is_resumed : {false, true}) {
        Pair pair(server, client, "example.com", noon, &sessions);
        REQUIRE(pair.shake_hands().is_open());
        CHECK(pair.server_codec->is_resumed() == is_resumed);
        CHECK(pair.server_codec->peer().domains.empty());
    }
}

TEST_CASE("a new context of the server shakes hands anew, and old connections go on") {
    TlsSessionCache sessions;
    const auto made = vouched("example.com");
    Pair old(server_with(made), careful_client(), "example.com", noon, &sessions);
    REQUIRE(old.shake_hands().is_open());
    Pair fresh(server_with(made), careful_client(), "example.com", noon, &sessions);
    REQUIRE(fresh.shake_hands().is_open());
    CHECK_FALSE(fresh.client_codec->is_resumed());
    old.client.codec().send("still here");
    converse(old.client, old.server);
    CHECK(old.server.plain() == "still here");
}

TEST_CASE("no session outlives the certificate that it stands for") {
    TlsSessionCache sessions;
    const auto server = mutual_server(PeerCheck::require);
    auto wish = wish_for("partner.example");
    wish.until = noon + std::chrono::hours(1);
    const auto client = client_showing(vouched(wish));
    Pair before(server, client, "example.com", noon, &sessions);
    REQUIRE(before.shake_hands().is_open());
    Pair after(server, client, "example.com", noon + std::chrono::hours(2), &sessions);
    after.shake_hands();
    CHECK(after.server.sentence() ==
          "the certificate of the peer, of the session that it resumes, has expired");
    CHECK_FALSE(after.server.is_open());
}

TEST_CASE("limit: a session may be resumed for as long as the limit says") {
    TlsSessionCache sessions;
    Pair pair(example_server(), careful_client(), "example.com", noon, &sessions);
    REQUIRE(pair.shake_hands().is_open());
    const auto octets = sessions.take("example.com");
    const auto* at = reinterpret_cast<const unsigned char*>(octets.data());
    const std::unique_ptr<SSL_SESSION, decltype(&SSL_SESSION_free)> session(
        d2i_SSL_SESSION(nullptr, &at, static_cast<long>(octets.size())), &SSL_SESSION_free);
    REQUIRE(session);
    CHECK(SSL_SESSION_get_ticket_lifetime_hint(session.get()) == base::limits::tls_session_life.count());
    CHECK(SSL_SESSION_get_timeout(session.get()) == base::limits::tls_session_life.count());
}

TEST_CASE("a kept session that makes no sense is left aside") {
    TlsSessionCache sessions;
    sessions.keep("example.com", "garbage");
    Pair pair(example_server(), careful_client(), "example.com", noon, &sessions);
    REQUIRE(pair.shake_hands().is_open());
    CHECK_FALSE(pair.client_codec->is_resumed());
}

// --- strangers
// ----------------------------------------------------------------------------------------------

TEST_CASE("what is not TLS is told by what it is") {
    CHECK(failure_of_server("GET / HTTP/1.1\r\n\r\n") ==
          "another protocol: the peer speaks plain HTTP where TLS is spoken");
    CHECK(failure_of_server("REGISTER sip:example.com SIP/2.0\r\n\r\n").starts_with("another protocol: "));
    CHECK(failure_of_server("\r\n\r\n\r\n\r\n").starts_with("another protocol: "));
    CHECK(failure_of_server(std::string(100, '\0')).starts_with("another protocol: "));
}

TEST_CASE("a handshake that is cut short waits, wherever it is cut, and may be closed") {
    Peer client(TlsCodec::client(careful_client(), "example.com", noon));
    client.start();
    const auto hello = client.take_wire();
    for (std::size_t size = 0; size < hello.size(); ++size) {
        Peer server(TlsCodec::server(example_server(), noon));
        server.start();
        server.codec().received(std::string_view(hello).substr(0, size));
        CHECK(server.kind() == "not ended");
        server.codec().close();
        CHECK(server.kind() == "closed");
    }
}

TEST_CASE("whichever octet of a hello is bent, the server keeps its temper") {
    Peer client(TlsCodec::client(careful_client(), "example.com", noon));
    client.start();
    const auto hello = client.take_wire();
    for (std::size_t at = 0; at < hello.size(); ++at) {
        auto bent = hello;
        bent[at] = static_cast<char>(bent[at] ^ 0xff);
        Peer server(TlsCodec::server(example_server(), noon));
        server.start();
        server.codec().received(bent);
        CHECK_FALSE(server.is_open());
    }
}

TEST_CASE("a record that was touched on its way ends the connection") {
    Pair pair(example_server(), careful_client());
    pair.shake_hands();
    pair.client.codec().send("pay 10");
    auto record = pair.client.take_wire();
    record.back() = static_cast<char>(record.back() ^ 1);
    pair.server.codec().received(record);
    CHECK(pair.server.kind() == "a rule was broken");
    CHECK(pair.server.plain().empty());
}

TEST_CASE(
    "limit: a handshake of more octets than the limit is ended, whether a message of it says so or not") {
    const auto server = mutual_server(PeerCheck::require);
    auto made = vouched("partner.example");
    const auto one = made.certificate;
    bool was_open = false;
    std::string sentences;
    for (int certificates = 1; certificates < 80; ++certificates) {
        Pair pair(server, client_showing(made));
        pair.shake_hands();
        CHECK(pair.server.is_open() != (pair.server.kind() == "too large"));
        was_open |= pair.server.is_open();
        sentences.append(pair.server.sentence());
        made.certificate.append(one);
    }
    CHECK(was_open);
    CHECK(sentences.find("the peer's handshake is longer than allowed (32768 octets)") != std::string::npos);
    CHECK(sentences.find("the peer's handshake is larger than allowed (excessive message size)") !=
          std::string::npos);
}

TEST_CASE("records that say nothing end the handshake") {
    Peer client(TlsCodec::client(careful_client(), "example.com", noon));
    client.start();
    // Change Cipher Spec, which RFC 8446 §5 lets a middlebox send, for ever.
    std::string flood = client.take_wire();
    while (flood.size() < 2 * base::limits::tls_handshake_octets) flood.append("\x14\x03\x03\x00\x01\x01", 6);
    CHECK_FALSE(failure_of_server(flood).starts_with("not ended"));
}
