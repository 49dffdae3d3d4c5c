#include "almon/host/listen.hpp"

#include <string>

namespace almon::host {
namespace {

tl::unexpected<std::string> refuse(std::string_view text, std::string_view reason) {
    return base::trouble("`" + std::string(text) + "` " + std::string(reason));
}

}  // namespace

base::Outcome<Listen> parse_listen(std::string_view text) {
    const auto colon = text.find(':');
    const auto transport = sip::transport_named(text.substr(0, colon));
    if (!transport || colon == text.npos)
        return refuse(text, "is no place to listen at; write one such as udp:127.0.0.1:5060");
    const auto endpoint = sip::Endpoint::parse(text.substr(colon + 1));
    if (!endpoint) return refuse(text, "needs an address and a port, such as 127.0.0.1:5060 or [::1]:5060");
    return Listen{*transport, *endpoint};
}

}  // namespace almon::host
