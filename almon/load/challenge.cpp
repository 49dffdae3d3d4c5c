#include "almon/load/challenge.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "almon/sip/headers/challenge.hpp"
#include "almon/sip/headers/credentials.hpp"
#include "almon/sip/message.hpp"

namespace almon::load {
namespace {

using sip::digest::Advice;

// A line of credentials repeats what the challenge says, which may be long.
constexpr std::size_t line_octets = 8'192;

template <class Header>
std::vector<sip::Challenge> challenges_in(const sip::Message& message) {
    std::vector<sip::Challenge> found;
    for (const auto& value : message.all<Header>())
        if (value && value->is_digest()) found.push_back(*value);
    return found;
}

}  // namespace

std::string answer_challenge(std::string_view response, const Account& account,
                             const sip::digest::Subject& request, sip::digest::Tries& tries,
                             base::Random& random) {
    const auto message = sip::Message::parse(response);
    if (!message) return {};
    const bool by_proxy = message->status() == sip::status::proxy_authentication_required;
    const auto challenges = by_proxy ? challenges_in<sip::ProxyAuthenticate>(*message)
                                     : challenges_in<sip::WwwAuthenticate>(*message);
    if (challenges.empty()) return {};
    sip::digest::Client client(
        {std::string(account.user), sip::unescape_quoted(challenges[0].realm), account.password});
    if (client.hear(challenges, tries, random) != Advice::retry) return {};
    std::array<char, line_octets> line;
    base::Printer out{line};
    out.put(by_proxy ? "Proxy-Authorization: " : "Authorization: ");
    client.print(request, out);
    out.put("\r\n");
    return out.overflowed() ? std::string{} : std::string(out.view());
}

}  // namespace almon::load
