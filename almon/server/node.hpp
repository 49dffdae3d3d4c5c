// One shard of a server, whole and pure: the stack, and above it the router with its registrar and proxy. The
// real host and the simulated one both drive a Node: octets, time and the store's answers in; packets and
// commits out.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "almon/server/authenticator.hpp"
#include "almon/server/domains.hpp"
#include "almon/server/proxy.hpp"
#include "almon/server/registrar.hpp"
#include "almon/server/router.hpp"
#include "almon/server/site.hpp"
#include "almon/stack/stack.hpp"

namespace almon::server {

class Node final : stack::Core {
 public:
    // `site` must outlive it. `seed`: 32 octets that nobody can foresee (or, in a simulator, can).
    Node(Site& site, stack::Settings settings, const SettingsSnapshot& policy, Durability durability,
         std::span<const std::byte, 32> seed, base::Instant start, base::Log log);

    // --- What a host tells; each call is a turn of this shard.
    // `flow`: transport and local address; the peer is each datagram's. Datagram: anything with `from` and
    // `bytes`.
    template <class Datagram>
    void datagrams(sip::Flow flow, std::span<const Datagram> datagrams, base::Moment moment) {
        const base::Epochs::Turn turn(site_.epochs, shard());
        for (const auto& datagram : datagrams) {
            flow.peer = datagram.from;
            stack_.datagram(flow, datagram.bytes, moment);
        }
    }
    void connected(const sip::Flow& flow, base::Moment moment);
    // True when these octets made a whole message.
    bool received(sip::ConnectionId connection, std::string_view octets, base::Moment moment);
    void disconnected(sip::ConnectionId connection, base::Moment moment);
    // A connection to the flow's peer that some shard has open.
    std::optional<sip::ConnectionId> connection_to(const sip::Flow& flow) const;
    void handed_over(const sip::Flow& flow, std::string_view octets, base::Moment moment);
    void send_failed(stack::ClientHandle origin, base::Moment moment);
    void committed(std::uint64_t ticket, bool durable, base::Moment moment);
    void advance(base::Moment moment);
    std::optional<base::Instant> deadline() const { return stack_.deadline(); }

    // New policy; what runs keeps the one that it started with.
    void apply(const SettingsSnapshot& policy);
    // From now on new requests get 503: the server is about to stop. What is under way goes on.
    void drain() { draining_ = true; }
    // Nothing is under way that stopping would break: no INVITE without an answer, no REGISTER without its
    // commit.
    bool is_idle() const { return stack_.invites_in_progress() == 0 && registrar_.pending() == 0; }
    // A record that the store has kept; before the first request.
    [[nodiscard]] base::Result<void> restore(std::string_view aor, std::string_view record,
                                             base::Moment moment);
    // An operator removes a binding (Registrar::unbind).
    bool unbind(std::string_view aor, std::string_view contact, base::Moment moment);

    // --- What the host is to do; it empties both.
    stack::Outbox& outbox() { return outbox_; }
    const stack::Outbox& outbox() const { return outbox_; }
    std::vector<Commit>& commits() { return commits_; }

    const stack::Stack& stack() const { return stack_; }
    const Registrar& registrar() const { return registrar_; }
    const Proxy& proxy() const { return proxy_; }
    const Router& router() const { return router_; }
    const sip::digest::NonceLedger& nonces() const { return nonces_; }

 private:
    std::uint16_t shard() const { return stack_.settings().shard; }
    void request(const stack::Arrival& arrival) override;

    Site& site_;
    base::Random random_;
    stack::Outbox outbox_;
    std::vector<Commit> commits_;
    stack::Stack stack_;
    sip::digest::NonceLedger nonces_;
    Authenticator authenticator_;
    Domains domains_;
    Targets targets_;
    Registrar registrar_;
    Proxy proxy_;
    Redirect redirect_;
    Router router_;
    bool draining_ = false;
};

}  // namespace almon::server
