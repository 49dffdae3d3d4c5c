#include "almon/server/best_response.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace almon;
using namespace almon::server;

namespace {

sip::Message response(int code, const std::string& fields = {}) {
    return *sip::Message::parse(
        "SIP/2.0 " + std::to_string(code) +
        " X\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@d>;tag=" +
        std::to_string(code) + "\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\n" + fields + "Content-Length: 0\r\n\r\n");
}

// What is answered after these came, in this order and in the opposite one.
int best_of(std::vector<int> codes) {
    BestResponse forward, backward;
    for (std::size_t i = 0; i < codes.size(); ++i) {
        forward.offer(response(codes[i]));
        backward.offer(response(codes[codes.size() - 1 - i]));
    }
    CHECK(forward.status() == backward.status());
    return forward.status()->code();
}

std::string written(const BestResponse& best) {
    sip::Edits edits;
    best.add_challenges(edits);
    char buffer[4096];
    base::Printer out{buffer};
    edits.write(*best.response(), out);
    return std::string(out.view());
}

}  // namespace

TEST_CASE("the best response is a 6xx, else one of the lowest class") {
    CHECK(best_of({486, 603}) == 603);
    CHECK(best_of({302, 603, 404}) == 603);
    CHECK(best_of({302, 404, 500}) == 302);
    CHECK(best_of({404, 500, 501}) == 404);
    CHECK(best_of({500, 503}) == 500);
    CHECK(best_of({488}) == 488);
}

TEST_CASE("within 4xx what helps to send the request again comes first") {
    for (const int helpful : {401, 407, 415, 420, 484})
        for (const int other : {400, 403, 404, 408, 480, 486, 487, 488})
            CHECK(best_of({other, helpful}) == helpful);
}

TEST_CASE("a phone that was busy says more than one that nobody answered") {
    CHECK(best_of({408, 486}) == 486);
    CHECK(best_of({480, 486}) == 486);
    CHECK(best_of({487, 486}) == 486);
}

TEST_CASE("the RFC's example: of 503, 407, 501 and 404 it is the 407") {
    CHECK(best_of({503, 407, 501, 404}) == 407);
}

TEST_CASE("a lone 503 becomes a 500 of our own") {
    BestResponse best;
    best.offer(response(503));
    CHECK(best.status() == sip::status::server_internal_error);
    CHECK(best.response() == nullptr);
}

TEST_CASE("branches without a response count, and are answered by ourselves") {
    BestResponse best;
    CHECK(!best.status());
    best.offer(sip::status::request_timeout);
    CHECK(best.status() == sip::status::request_timeout);
    CHECK(best.response() == nullptr);
    best.offer(response(486));
    REQUIRE(best.response() != nullptr);
    CHECK(best.response()->status() == sip::status::busy_here);
    best.offer(sip::status::request_timeout);
    CHECK(best.status() == sip::status::busy_here);
}

TEST_CASE("a 401 carries the challenges of all other 401s and 407s") {
    BestResponse best;
    best.offer(response(407, "Proxy-Authenticate: Digest realm=\"p\", nonce=\"1\"\r\n"));
    best.offer(response(401,
                        "WWW-Authenticate: Digest realm=\"a\", nonce=\"2\"\r\n"
                        "WWW-Authenticate: Digest realm=\"b\", nonce=\"3\"\r\n"));
    best.offer(response(404, "WWW-Authenticate: Digest realm=\"no\", nonce=\"4\"\r\n"));
    REQUIRE(best.status() == sip::status::proxy_authentication_required);
    const auto text = written(best);
    for (const auto* realm : {"Proxy-Authenticate: Digest realm=\"p\"",
                              "WWW-Authenticate: Digest realm=\"a\"", "WWW-Authenticate: Digest realm=\"b\""})
        CHECK(text.find(realm) != std::string::npos);
    CHECK(text.find("\"no\"") == std::string::npos);
}

TEST_CASE("challenges are kept when a better response replaces theirs, and left out of what is none") {
    BestResponse best;
    best.offer(response(404));
    best.offer(response(401, "WWW-Authenticate: Digest realm=\"a\", nonce=\"2\"\r\n"));
    CHECK(written(best).find("realm=\"a\"") != std::string::npos);
    best.offer(response(603));
    CHECK(written(best).find("realm=\"a\"") == std::string::npos);
}

TEST_CASE("challenges beyond what a response can carry are dropped") {
    BestResponse best;
    best.offer(response(401, "WWW-Authenticate: Digest realm=\"first\", nonce=\"1\"\r\n"));
    for (int i = 0; i < 32; ++i)
        best.offer(response(
            401, "WWW-Authenticate: Digest realm=\"" + std::string(2000, 'x') + "\", nonce=\"2\"\r\n"));
    sip::Edits edits;
    best.add_challenges(edits);
    std::vector<char> buffer(65'535);
    base::Printer out{buffer};
    edits.write(*best.response(), out);
    CHECK_FALSE(out.overflowed());
    CHECK(out.size() > 10'000);
    CHECK(out.size() < 30'000);
}
