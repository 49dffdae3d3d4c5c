// What a server does with a request: which role it is for, whether it is valid (RFC 3261 §16.3), and whether
// its sender may have it (access.hpp). What is refused is refused without any state.
#pragma once

#include <optional>
#include <string_view>

#include "almon/server/access.hpp"
#include "almon/server/authenticator.hpp"
#include "almon/server/proxy.hpp"
#include "almon/server/redirect.hpp"
#include "almon/server/registrar.hpp"
#include "almon/stack/stack.hpp"

namespace almon::server {

class Router final : public stack::Core {
 public:
    // Everything must outlive it. `route_key`: the one that the signer and the proxy have.
    Router(stack::Stack& stack, const Domains& domains, const RouteSigner& signer,
           const base::HashKey& route_key, Authenticator& authenticator, Registrar& registrar, Proxy& proxy,
           Redirect& redirect, SettingsSnapshot settings);

    void request(const stack::Arrival& arrival) override;
    void apply(SettingsSnapshot settings) { settings_ = std::move(settings); }

    struct Counters {
        std::uint64_t refused = 0;  // all answers of our own but challenges and 2xx
        std::uint64_t challenged = 0;
        std::uint64_t forbidden = 0;
    };
    const Counters& counters() const { return counters_; }

 private:
    void serve(const stack::Arrival& arrival);
    const RouteRule* rule_for(const stack::Arrival& arrival, const RouteInformation& route) const;
    void proxy(const stack::Arrival& arrival, const RouteInformation& route);
    std::optional<NoTarget> play(const stack::Arrival& arrival, const RouteInformation& route,
                                 const LoopMark& mark, const RouteRule* rule);
    void relay(const stack::Arrival& arrival, const RouteInformation& route);
    bool refuse_unsupported(const stack::Arrival& arrival, sip::HeaderName required);

    std::optional<Caller> admit(const stack::Arrival& arrival, const RouteInformation& route,
                                Destination destination);
    std::optional<Caller> known_caller(const stack::Arrival& arrival, const RouteInformation& route) const;
    Caller unknown_caller(const sip::Message& request) const;
    bool may_call_as(const sip::Message& request, std::string_view identity) const;

    void challenge(const stack::Arrival& arrival, const Verdict& verdict);
    void forbid(const stack::Arrival& arrival, Caller caller, std::string_view why);
    void refuse(const stack::Arrival& arrival, sip::Status answer, std::string_view warning = {},
                Caller caller = Caller::stranger);
    void refuse_with(const stack::Arrival& arrival, sip::Status answer, std::string_view fields,
                     Caller caller = Caller::stranger);

    stack::Stack& stack_;
    const Domains& domains_;
    const RouteSigner& signer_;
    base::HashKey route_key_;
    Authenticator& authenticator_;
    Registrar& registrar_;
    Proxy& proxy_;
    Redirect& redirect_;
    SettingsSnapshot settings_;
    Counters counters_;
};

}  // namespace almon::server
