#include "almon/host/speech.hpp"

#include <doctest/doctest.h>

#include "almon/codec/certificate.hpp"
#include "almon/host/files.hpp"
#include "almon/net/clock.hpp"
#include "almon/store/scratch_folder_test.hpp"

using namespace almon;
using namespace almon::host;

namespace {

const std::vector<std::string> domains{"example.com", "127.0.0.1"};

std::vector<stack::Listener> listening_on(sip::Transport transport) {
    return {{transport, *base::Endpoint::parse("127.0.0.1:5061"), "127.0.0.1:5061"}};
}

auto make(const SpeechConfig& config, const std::string& state,
          sip::Transport transport = sip::Transport::tls) {
    return Speech::make(config, state, domains, listening_on(transport), net::read_clocks().wall);
}

}  // namespace

TEST_CASE("each transport has its codec, and plain ones have none") {
    const store::ScratchFolder folder;
    const auto speech = make({}, folder.path()).value();
    codec::TlsSessionCache sessions;
    for (const auto plain : {sip::Transport::udp, sip::Transport::tcp}) {
        CHECK(speech->server_codec(plain, {}) == nullptr);
        CHECK(speech->client_codec(plain, "example.com", {}, sessions) == nullptr);
    }
    for (const auto coded : {sip::Transport::tls, sip::Transport::ws, sip::Transport::wss})
        CHECK(speech->server_codec(coded, {}) != nullptr);
    CHECK(speech->client_codec(sip::Transport::tls, "example.com", {}, sessions) != nullptr);
}

TEST_CASE("without a configured certificate one is made, for all domains and addresses, and kept") {
    const store::ScratchFolder folder;
    REQUIRE(make({}, folder.path()));
    const auto path = folder.path() + "/tls/certificate.pem";
    const auto text = read_file(path).value();
    const auto described = codec::describe_certificates({text, path}).value();
    CHECK(described.front().names ==
          std::vector<std::string>{"URI:sip:example.com", "DNS:example.com", "IP:127.0.0.1"});
    REQUIRE(make({}, folder.path()));
    CHECK(read_file(path).value() == text);
}

TEST_CASE("who speaks no TLS needs no certificate, and gets none") {
    const store::ScratchFolder folder;
    REQUIRE(make({.certificates = {"/nowhere"}, .keys = {"/nowhere"}}, folder.path(), sip::Transport::tcp));
    CHECK_FALSE(exists(folder.path() + "/tls"));
}

TEST_CASE("a file that is missing or no certificate is named") {
    const store::ScratchFolder folder;
    folder.write("a.pem", "nonsense");
    const auto path = folder.path() + "/a.pem";
    CHECK(make({.certificates = {"/nowhere/a.pem"}, .keys = {path}}, folder.path()).error() ==
          "/nowhere/a.pem: the file cannot be read: No such file or directory");
    CHECK(make({.certificates = {path}, .keys = {path}}, folder.path()).error().starts_with(path));
    CHECK(make({.authorities = path}, folder.path()).error().starts_with(path));
}
