#include "almon/sim/account.hpp"

#include <vector>

#include "almon/sip/headers/challenge.hpp"

namespace almon::sim {
namespace {

template <class Kind>
void add_challenges(const sip::Message& answer, std::vector<sip::Challenge>& to) {
    for (const auto& challenge : answer.all<Kind>())
        if (challenge) to.push_back(*challenge);
}

}  // namespace

Account::Account(PhoneOptions options)
    : options_(std::move(options)), digest_({options_.user, options_.domain, options_.password}) {}

std::string Account::contact() const {
    return "sip:" + options_.user + "@" + base::printed(options_.address) +
           (options_.transport == sip::Transport::tcp ? ";transport=tcp" : "");
}

sip::Flow Account::flow_to_server() const {
    return {options_.transport, options_.address, options_.server, {}};
}

bool Account::answers_challenge(const sip::Message& answer, sip::digest::Tries& tries, base::Random& random) {
    std::vector<sip::Challenge> challenges;
    add_challenges<sip::WwwAuthenticate>(answer, challenges);
    add_challenges<sip::ProxyAuthenticate>(answer, challenges);
    return digest_.hear(challenges, tries, random) == sip::digest::Advice::retry;
}

std::string Account::credentials(std::string_view field, std::string_view method, std::string_view uri) {
    if (!digest_.ready()) return {};
    char buffer[1024];
    base::Printer out{buffer};
    digest_.print({method, uri, {}}, out);
    return std::string(field) + ": " + std::string(out.view()) + "\r\n";
}

}  // namespace almon::sim
