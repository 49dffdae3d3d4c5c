#include "almon/host/listing.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <chrono>

namespace almon::host {
namespace {

std::string text_of(const sip::digest::Secret& secret, sip::digest::Algorithm algorithm) {
    return std::string(secret.ha1(algorithm).value_or(""));
}

}  // namespace

void list_bindings(const server::AorRecord& record, base::Instant now, boost::json::array& into) {
    for (const auto& binding : record.bindings()) {
        if (!binding.is_current(now)) continue;
        const auto left = std::chrono::ceil<std::chrono::seconds>(binding.expires - now).count();
        into.push_back(boost::json::object{{"aor", std::string(record.aor())},
                                           {"contact", std::string(binding.contact)},
                                           {"expires", left},
                                           {"q", binding.q / 1000.0},
                                           {"transport", std::string(sip::uri_name(binding.flow.transport))},
                                           {"received_from", base::printed(binding.flow.peer)},
                                           {"call_id", std::string(binding.call_id)},
                                           {"cseq", binding.cseq},
                                           {"instance", std::string(binding.instance())}});
    }
}

bool is_meant(std::string_view aor, std::string_view wanted) {
    if (wanted.empty() || aor == wanted) return true;
    const auto colon = aor.find(':');
    const auto address = colon == aor.npos ? aor : aor.substr(colon + 1);
    return address == wanted || address.substr(0, address.find('@')) == wanted;
}

store::Subscriber subscriber_of(std::string_view user, std::string_view domain,
                                const sip::digest::Secret& secret) {
    using sip::digest::Algorithm;
    return {std::string(user), std::string(domain), text_of(secret, Algorithm::md5),
            text_of(secret, Algorithm::sha256), text_of(secret, Algorithm::sha512_256)};
}

sip::digest::Secret secret_of(const store::Subscriber& subscriber) {
    std::string text;
    const auto add = [&](std::string_view name, const std::string& ha1) {
        if (!ha1.empty()) text.append(text.empty() ? "" : " ").append(name).append("=").append(ha1);
    };
    add("MD5", subscriber.ha1_md5);
    add("SHA-256", subscriber.ha1_sha256);
    add("SHA-512-256", subscriber.ha1_sha512_256);
    base::Scanner in(text);
    return sip::digest::Secret::parse(in).value_or(sip::digest::Secret{});
}

}  // namespace almon::host
