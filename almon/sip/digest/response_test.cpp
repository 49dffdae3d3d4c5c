#include "almon/sip/digest/response.hpp"

#include <doctest/doctest.h>

#include <string>

#include "almon/sip/digest/secret.hpp"

using namespace almon::sip::digest;

namespace {

// draft-smith-sipping-auth-examples-01: bob calls himself at biloxi.com; his password is "zanzibar".
constexpr std::string_view description =
    "v=0\r\no=bob 2890844526 2890844526 IN IP4 media.biloxi.com\r\ns=-\r\nc=IN IP4 media.biloxi.com\r\nt=0 "
    "0\r\n"
    "m=audio 49170 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\nm=video 51372 RTP/AVP 31\r\na=rtpmap:31 "
    "H261/90000\r\n"
    "m=video 53000 RTP/AVP 32\r\na=rtpmap:32 MPV/90000\r\n";

std::string bobs_response(std::string_view algorithm, Qop qop, std::string_view body = "") {
    const auto recipe = *recipe_named(algorithm);
    const Secret secret("bob", "biloxi.com", "zanzibar");
    const Exchange exchange{"dcd98b7102dd2f0e8b11d0f600bfb0c093", "00000001", "0a4f113b", qop};
    const Subject invite{"INVITE", "sip:bob@biloxi.com", body};
    return std::string(response(recipe, *secret.ha1(recipe.algorithm), exchange, invite).text());
}

// RFC 7616 §3.9.1.
std::string mufasas_response(Algorithm algorithm) {
    const Secret secret("Mufasa", "http-auth@example.org", "Circle of Life");
    const Exchange exchange{"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", "00000001",
                            "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", Qop::auth};
    return std::string(
        response({algorithm}, *secret.ha1(algorithm), exchange, {"GET", "/dir/index.html", ""}).text());
}

}  // namespace

TEST_CASE("the examples of RFC 7616 §3.9.1 come out") {
    CHECK(mufasas_response(Algorithm::md5) == "8ca523f5e9506fed4657c9700eebdbec");
    CHECK(mufasas_response(Algorithm::sha256) ==
          "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1");
}

// The RFC prints the values of SHA-512 cut short; erratum 4897 has those of SHA-512/256.
TEST_CASE("the example of RFC 7616 §3.9.2 comes out as its erratum 4897 has it") {
    constexpr auto algorithm = Algorithm::sha512_256;
    const Secret secret("J\xc3\xa4s\xc3\xb8n Doe", "api@example.org", "Secret, or not?");
    const Exchange exchange{"5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK", "00000001",
                            "NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v", Qop::auth};
    CHECK(response({algorithm}, *secret.ha1(algorithm), exchange, {"GET", "/doe.json", ""}).text() ==
          "3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5");
    CHECK(hash(algorithm, {"J\xc3\xa4s\xc3\xb8n Doe", ":", "api@example.org"}).text() ==
          "793263caabb707a56211940d90411ea4a575adeccb7e360aeb624ed06ece9b0b");
}

TEST_CASE("the example of RFC 2617 §3.5 comes out") {
    const Secret secret("Mufasa", "testrealm@host.com", "Circle Of Life");
    const Exchange exchange{"dcd98b7102dd2f0e8b11d0f600bfb0c093", "00000001", "0a4f113b", Qop::auth};
    CHECK(response({}, *secret.ha1(Algorithm::md5), exchange, {"GET", "/dir/index.html", ""}).text() ==
          "6629fae49393a05397450978507c4ef1");
}

TEST_CASE("the SIP examples of draft-smith-sipping-auth-examples-01 come out") {
    CHECK(bobs_response("MD5", Qop::none) == "bf57e4e0d0bffc0fbaedce64d59add5e");
    CHECK(bobs_response("MD5", Qop::auth) == "89eb0059246c02b2f6ee02c7961d5ea3");
    CHECK(bobs_response("MD5-sess", Qop::auth) == "e4e4ea61d186d07a92c9e1f6919902e9");
    CHECK(bobs_response("MD5", Qop::auth_int, description) == "bdbeebb2da6adb6bca02599c2239e192");
    CHECK(bobs_response("MD5-sess", Qop::auth_int, description) == "91984da2d8663716e91554859c22ca70");
}

TEST_CASE("auth leaves the body out, auth-int takes it in, an empty one as the hash of nothing") {
    CHECK(bobs_response("MD5", Qop::auth, description) == bobs_response("MD5", Qop::auth));
    CHECK(bobs_response("MD5", Qop::auth_int) == "2d6fc6e788367208f746582b18a69618");
}

TEST_CASE("a session of SHA-256 hashes with SHA-256 throughout") {
    CHECK(bobs_response("SHA-256-sess", Qop::auth) ==
          "5da59c9ca40954be9d5063a15a174066c8251be2c10cf47c144c366dc7daf792");
}

TEST_CASE("qop is named as in RFC 7616") {
    CHECK(name_of(Qop::none).empty());
    CHECK(name_of(Qop::auth) == "auth");
    CHECK(name_of(Qop::auth_int) == "auth-int");
}
