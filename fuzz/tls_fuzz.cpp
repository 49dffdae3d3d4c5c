// The TLS server meets octets of strangers, cut anyhow: it ends at most once, says the same however they are
// cut, and opens for nobody who only guesses.
#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "almon/base/assert.hpp"
#include "almon/codec/certificate.hpp"
#include "almon/codec/tls_codec.hpp"
#include "fuzz/fuzzing.hpp"

using namespace almon;

namespace {

struct User final : codec::CodecUser {
    void opened() override { ALMON_ASSERT(false); }
    void decoded(std::string_view) override { ALMON_ASSERT(false); }
    void encoded(std::string_view octets) override {
        ALMON_ASSERT(!ended_with);
        wire_octets += octets.size();
    }
    void ended(const codec::Ending& ending) override {
        ALMON_ASSERT(!ended_with && !ending.sentence.empty());
        ended_with = ending.kind;
    }
    std::optional<codec::Ending::Kind> ended_with;
    std::size_t wire_octets = 0;
};

std::shared_ptr<const codec::TlsContext> make_context() {
    const base::WallTime from{std::chrono::seconds(1'700'000'000)};
    const auto made = codec::make_self_signed(
        codec::CertificateWish::for_hosts({"example.com"}, {}, from, from + std::chrono::days(365)));
    const codec::TlsIdentity identity{{made->certificate, "certificate"}, {made->key, "key"}};
    return *codec::TlsContext::server({.identities = {identity},
                                       .check = codec::PeerCheck::request,
                                       .authorities = codec::PemText{made->certificate, "authorities"}});
}

User served(std::string_view sizes, std::string_view stream) {
    static const auto context = make_context();
    User user;
    const auto server = codec::TlsCodec::server(context, base::WallTime{std::chrono::seconds(1'710'000'000)});
    server->start(user);
    for (std::size_t i = 0; !stream.empty(); ++i) {
        const auto size =
            sizes.empty() ? stream.size() : static_cast<unsigned char>(sizes[i % sizes.size()]) + 1U;
        server->received(std::string(stream.substr(0, size)));
        stream.remove_prefix(std::min<std::size_t>(size, stream.size()));
    }
    const auto ended_with = user.ended_with;
    server->close();
    ALMON_ASSERT(user.ended_with);
    user.ended_with = ended_with;
    return user;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const auto input = fuzz::text_of(data, size);
    const auto sizes = input.substr(0, 4), stream = input.substr(sizes.size());
    const auto whole = served("", stream), cut = served(sizes, stream);
    ALMON_ASSERT(whole.ended_with == cut.ended_with);
    // A flight of ours is a few kilobytes, whatever came.
    ALMON_ASSERT(whole.wire_octets < 8'192);
    return 0;
}
