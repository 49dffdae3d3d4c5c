#include "almon/server/authenticator.hpp"

#include <algorithm>

#include "almon/sip/headers/challenge.hpp"
#include "almon/sip/headers/from_to.hpp"
#include "almon/sip/locate.hpp"

namespace almon::server {

namespace digest = sip::digest;

// One request that is being judged.
struct Authenticator::Question {
    const stack::Arrival& arrival;
    Role role;
    Realm& realm;
    base::Instant now;
};

namespace {

// The domains of the settings; without any, the addresses that phones dial.
std::vector<std::string> own_domains(const Settings& settings,
                                     const std::vector<stack::Listener>& listeners) {
    auto domains = settings.domains;
    if (!domains.empty()) return domains;
    for (const auto& listener : listeners) {
        const bool v6 = listener.local.address.family() == base::IpAddress::Family::v6;
        auto host = base::printed(listener.local.address);
        if (v6) host.insert(0, "[").append("]");
        if (std::ranges::find(domains, host) == domains.end()) domains.push_back(std::move(host));
    }
    if (domains.empty()) domains.emplace_back("localhost");
    return domains;
}

// The host as domains are written, its case aside.
std::string_view bare(const sip::Host& host) {
    return host.text.ends_with('.') ? host.text.substr(0, host.text.size() - 1) : host.text;
}

// "alice" of "alice@example.com" when that is the domain; other names as they are.
std::string_view without_domain(std::string_view name, std::string_view domain) {
    const auto at = name.rfind('@');
    const bool names_domain = at != name.npos && base::equal_nocase(name.substr(at + 1), domain);
    return names_domain ? name.substr(0, at) : name;
}

}  // namespace

Authenticator::Authenticator(const Subscribers& subscribers, digest::NonceLedger& nonces,
                             base::Random& random, const std::vector<stack::Listener>& listeners,
                             SettingsSnapshot settings, base::Log log)
    : subscribers_(subscribers), nonces_(nonces), random_(random), listeners_(listeners), log_(log) {
    apply(std::move(settings));
}

void Authenticator::apply(SettingsSnapshot settings) {
    settings_ = std::move(settings);
    realms_.clear();
    for (auto& domain : own_domains(*settings_, listeners_)) {
        const auto& realm = settings_->realm.empty() ? domain : settings_->realm;
        digest::Server server(realm, settings_->digest, nonces_, random_);
        realms_.push_back({std::move(domain), std::move(server)});
    }
}

bool Authenticator::is_trusted(const sip::Flow& flow) const {
    return std::ranges::any_of(settings_->trusted,
                               [&](const auto& network) { return network.contains(flow.peer.address); });
}

std::size_t Authenticator::realm_of(const sip::Uri& party) const {
    const auto host = bare(party.host());
    for (std::size_t i = 0; i < realms_.size(); ++i)
        if (base::equal_nocase(realms_[i].domain, host)) return i;
    return 0;
}

Verdict Authenticator::check(const stack::Arrival& arrival, Role role, const base::Moment& moment) {
    if (is_trusted(arrival.flow)) return {Verdict::Kind::trusted};
    const auto about = [&](const auto& party) {
        Realm& realm = realms_[party ? realm_of(party->address.uri) : 0];
        return Question{arrival, role, realm, moment.now};
    };
    if (role == Role::registrar)
        return check_credentials<sip::Authorization>(about(arrival.message.get<sip::To>()));
    return check_credentials<sip::ProxyAuthorization>(about(arrival.message.get<sip::From>()));
}

// A request may carry credentials for several servers, ours among them (§22.3).
template <class Field>
Verdict Authenticator::check_credentials(const Question& question) {
    for (const auto& credentials : question.arrival.message.all<Field>()) {
        if (!credentials) return refuse(question, credentials.error());
        if (question.realm.server.is_addressed(*credentials)) return judge(question, *credentials);
    }
    return challenge(question, digest::Stale::no);
}

Verdict Authenticator::judge(const Question& question, const sip::Credentials& credentials) {
    const auto& message = question.arrival.message;
    const auto* subscriber = find(credentials, question.realm.domain);
    const digest::Subject subject{message.method().value(), message.request_uri(), message.body()};
    const auto* secret = subscriber ? &subscriber->secret : nullptr;
    const auto verdict = question.realm.server.verify(credentials, subject, secret, question.now);
    switch (verdict.finding) {
        case digest::Finding::ok: return {Verdict::Kind::allowed, subscriber->identity};
        case digest::Finding::stale: return challenge(question, digest::Stale::yes);
        case digest::Finding::wrong: tell_of_wrong(question, credentials); [[fallthrough]];
        case digest::Finding::unsupported: return challenge(question, digest::Stale::no);
        case digest::Finding::malformed: break;
    }
    const auto at = message.offset_of(credentials.scheme);
    return refuse(question, {sip::Errc::unsupported_value, at, verdict.rule});
}

// Who guesses is to be seen: by an operator, and by a program that shuts such addresses out.
void Authenticator::tell_of_wrong(const Question& question, const sip::Credentials& credentials) const {
    if (!log_.wants(base::Level::info)) return;
    const auto from = base::printed(question.arrival.flow.peer);
    log_.write(base::Level::info, "wrong password",
               {{"from", base::Private{from}},
                {"user", base::Private{digest::user_of(credentials)}},
                {"call", base::Private{question.arrival.envelope.call_id.value()}}});
}

const Subscriber* Authenticator::find(const sip::Credentials& credentials, std::string_view domain) const {
    const auto name = digest::user_of(credentials);
    return subscribers_.find(identity_of(without_domain(name, domain), domain));
}

Verdict Authenticator::challenge(const Question& question, digest::Stale stale) {
    const bool registrar = question.role == Role::registrar;
    const auto field = registrar ? sip::WwwAuthenticate::name : sip::ProxyAuthenticate::name;
    const auto status = registrar ? sip::status::unauthorized : sip::status::proxy_authentication_required;
    base::Printer out{fields_};
    question.realm.server.challenge(field, stale, question.now, out);
    return {Verdict::Kind::challenged, {}, status, out.view()};
}

Verdict Authenticator::refuse(const Question& question, const sip::Error& error) {
    base::Printer out{fields_};
    sip::print_warning(question.arrival.message.octets(), error, out);
    return {Verdict::Kind::refused, {}, sip::status::bad_request, out.view()};
}

}  // namespace almon::server
