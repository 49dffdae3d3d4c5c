#include "almon/host/speech.hpp"

#include <algorithm>
#include <deque>

#include "almon/codec/certificate.hpp"
#include "almon/codec/tls_codec.hpp"
#include "almon/codec/websocket_codec.hpp"
#include "almon/host/files.hpp"

namespace almon::host {
namespace {

constexpr auto own_certificate_life = std::chrono::hours(24 * 365 * 10);
constexpr std::string_view certificate_name = "/certificate.pem", key_name = "/key.pem";

// The texts of the files, which the settings borrow.
class Files {
 public:
    base::Outcome<codec::PemText> read(const std::string& path) {
        auto text = read_file(path);
        if (!text) return base::trouble(path + ": " + text.error());
        files_.push_back({path, std::move(*text)});
        return codec::PemText{files_.back().text, files_.back().path};
    }

 private:
    struct File {
        std::string path, text;
    };
    std::deque<File> files_;  // its elements stay where they are
};

bool speaks_tls(std::span<const stack::Listener> listeners) {
    return std::ranges::any_of(listeners, [](const auto& one) { return is_encrypted(one.transport); });
}

// Trying things out needs a certificate before there is a real one.
base::Outcome<void> make_own_certificate(const std::string& folder, std::span<const std::string> domains,
                                         std::span<const stack::Listener> listeners, base::WallTime now) {
    if (exists(folder + std::string(certificate_name))) return {};
    std::vector<std::string> names;
    std::vector<base::IpAddress> addresses;
    for (const auto& domain : domains)
        if (!base::IpAddress::parse(domain) && !domain.starts_with('[')) names.push_back(domain);
    for (const auto& listener : listeners)
        if (std::ranges::find(addresses, listener.local.address) == addresses.end())
            addresses.push_back(listener.local.address);
    const auto wish = codec::CertificateWish::for_hosts(names, addresses, now, now + own_certificate_life);
    const auto made = codec::make_self_signed(wish);
    if (!made) return tl::unexpected(made.error());
    if (auto done = make_private_folder(folder); !done) return done;
    if (auto done = write_private_file(folder + std::string(key_name), made->key); !done) return done;
    return write_private_file(folder + std::string(certificate_name), made->certificate);
}

base::Outcome<std::vector<codec::TlsIdentity>> read_identities(const SpeechConfig& tls, Files& files) {
    std::vector<codec::TlsIdentity> identities;
    for (std::size_t i = 0; i < tls.certificates.size(); ++i) {
        const auto certificates = files.read(tls.certificates[i]);
        if (!certificates) return tl::unexpected(certificates.error());
        const auto key = files.read(tls.keys[i]);
        if (!key) return tl::unexpected(key.error());
        identities.push_back({*certificates, *key});
    }
    return identities;
}

}  // namespace

base::Outcome<std::shared_ptr<const Speech>> Speech::make(const SpeechConfig& config,
                                                          const std::string& state,
                                                          std::span<const std::string> domains,
                                                          std::span<const stack::Listener> listeners,
                                                          base::WallTime now) {
    auto speech = std::make_shared<Speech>();
    speech->websocket_ =
        std::make_shared<codec::WebSocketPolicy>(codec::WebSocketPolicy{.origins = config.origins});
    if (!speaks_tls(listeners)) return speech;
    auto wanted = config;
    if (wanted.certificates.empty()) {
        const auto folder = state + "/tls";
        if (const auto made = make_own_certificate(folder, domains, listeners, now); !made)
            return tl::unexpected(made.error());
        wanted.certificates = {folder + std::string(certificate_name)};
        wanted.keys = {folder + std::string(key_name)};
    }
    Files files;
    codec::TlsSettings settings;
    auto identities = read_identities(wanted, files);
    if (!identities) return tl::unexpected(identities.error());
    settings.identities = std::move(*identities);
    if (!wanted.authorities.empty()) {
        const auto authorities = files.read(wanted.authorities);
        if (!authorities) return tl::unexpected(authorities.error());
        settings.authorities = *authorities;
    }
    settings.system_authorities = wanted.authorities.empty();
    settings.check = wanted.clients;
    auto server = codec::TlsContext::server(settings);
    if (!server) return tl::unexpected(server.error());
    settings.check = wanted.verify_servers ? codec::PeerCheck::require : codec::PeerCheck::none;
    settings.identities.resize(1);
    auto client = codec::TlsContext::client(settings);
    if (!client) return tl::unexpected(client.error());
    speech->server_ = std::move(*server);
    speech->client_ = std::move(*client);
    return speech;
}

std::unique_ptr<codec::Codec> Speech::server_codec(sip::Transport transport, base::WallTime now) const {
    std::unique_ptr<codec::Codec> tls, websocket;
    if (is_encrypted(transport)) tls = codec::TlsCodec::server(server_, now);
    if (sip::is_websocket(transport)) websocket = codec::WebSocketCodec::server(websocket_);
    if (tls && websocket) return codec::layered(std::move(tls), std::move(websocket));
    return tls ? std::move(tls) : std::move(websocket);
}

std::unique_ptr<codec::Codec> Speech::client_codec(sip::Transport transport, std::string_view domain,
                                                   base::WallTime now, codec::TlsSessions& sessions) const {
    if (!is_encrypted(transport)) return nullptr;
    return codec::TlsCodec::client(client_, domain, now, &sessions);
}

}  // namespace almon::host
