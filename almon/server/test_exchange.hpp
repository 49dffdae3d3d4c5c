// For tests: one shard of a server in virtual time. Phones are addresses that datagrams come from; what the
// server sends lies in an outbox that can be looked through.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "almon/server/router.hpp"
#include "almon/server/site.hpp"
#include "almon/sip/digest/nonce_ledger.hpp"
#include "almon/sip/digest/response.hpp"
#include "almon/sip/headers/challenge.hpp"

namespace almon::server {

inline sip::Endpoint endpoint(std::string_view text) {
    return *sip::Endpoint::parse(text);
}

// Where the phones of the tests are.
inline const sip::Endpoint alice = endpoint("198.51.100.1:5060");
inline const sip::Endpoint bob = endpoint("198.51.100.2:5060");
inline const sip::Endpoint bobs_desk = endpoint("198.51.100.3:5060");
inline const sip::Endpoint bobs_car = endpoint("198.51.100.4:5060");
inline const sip::Endpoint mallory = endpoint("203.0.113.66:5060");

struct Sent {
    sip::Endpoint to;
    sip::Transport transport;
    sip::Message message;

    std::string start() const {
        const auto octets = message.octets();
        return std::string(octets.substr(0, octets.find("\r\n")));
    }
    // All fields of that name, in order, joined by " | ".
    std::string field(std::string_view name) const {
        const sip::HeaderName wanted{name};
        std::string values;
        for (const auto& field : message.fields())
            if (wanted.matches(message.name(field)))
                values.append(values.empty() ? "" : " | ").append(message.value(field));
        return values;
    }
    bool is(std::string_view method) const {
        return message.is_request() && message.method().value() == method;
    }
    bool is(int status) const { return message.is_response() && message.status().code() == status; }
};

// The text of a request; every part can be changed before it is sent.
struct Request {
    std::string method = "INVITE";
    std::string uri = "sip:bob@example.com";
    std::string from = "<sip:alice@example.com>;tag=a1";
    std::string to = "<sip:bob@example.com>";
    std::string call_id = "call-1@alice";
    std::string branch = "z9hG4bK-alice-1";
    std::string cseq = "1";
    std::string sent_by = "198.51.100.1:5060";
    std::string more = "Max-Forwards: 70\r\n";  // further fields, whole lines
    std::string body;

    std::string text() const {
        return method + " " + uri + " SIP/2.0\r\nVia: SIP/2.0/UDP " + sent_by + ";branch=" + branch +
               "\r\nFrom: " + from + "\r\nTo: " + to + "\r\nCall-ID: " + call_id + "\r\nCSeq: " + cseq + " " +
               method + "\r\n" + more + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    }
};

// The Proxy-Authorization line of a request whose sender knows that password; `count`: "00000001" first.
inline std::string credentials(const Request& request, std::string_view user, std::string_view password,
                               const std::string& realm, const std::string& nonce,
                               const std::string& count = "00000001") {
    using namespace sip::digest;
    const Secret secret(user, realm, password);
    const auto proof = response({Algorithm::md5}, *secret.ha1(Algorithm::md5),
                                {.nonce = nonce, .nc = count, .cnonce = "c", .qop = Qop::auth},
                                {.method = request.method, .uri = request.uri, .body = request.body});
    return "Proxy-Authorization: Digest username=\"" + std::string(user) + "\", realm=\"" + realm +
           "\", nonce=\"" + nonce + "\", uri=\"" + request.uri + "\", qop=auth, nc=" + count +
           ", cnonce=\"c\", response=\"" + std::string(proof.text()) + "\"\r\n";
}

class TestExchange : stack::Core {
 public:
    static std::shared_ptr<Settings> usual_settings() {
        auto settings = std::make_shared<Settings>();
        settings->domains = {"example.com", "p2.example.com"};
        settings->trusted = {*base::Network::parse("198.51.100.0/24")};
        return settings;
    }
    explicit TestExchange(SettingsSnapshot settings = usual_settings(),
                          std::string_view address = "192.0.2.1:5060")
        : site({.tables = {1, 2}, .routes = {3, 4}}, 1),
          stack({.listeners = {{sip::Transport::udp, endpoint(address), std::string(address)},
                               {sip::Transport::tcp, endpoint(address), std::string(address)}}},
                *this, random, outbox, site.keys.tables, {}),
          nonces(site.keys.nonces, 0, {}),
          authenticator(site.subscribers, nonces, random, stack.settings().listeners, settings),
          domains(settings, stack.settings().listeners),
          targets(domains, site.location, site.subscribers, site.connections, stack.flows()),
          registrar(stack, domains, site.location, authenticator, settings, Durability::memory,
                    site.keys.tables, commits),
          proxy(stack, domains, targets, site.signer, site.keys.routes, settings),
          redirect(stack, targets),
          router(stack, domains, site.signer, site.keys.routes, authenticator, registrar, proxy, redirect,
                 settings) {}

    // --- Users.
    void add_user(std::string_view user, std::string_view password) {
        site.subscribers.set(user, "example.com", sip::digest::Secret(user, "example.com", password));
    }
    // Binds the contact, beside those that the user has.
    void bind(const std::string& user, const std::string& contact, std::uint16_t q = 1000,
              sip::Flow flow = udp(bob), const std::string& path = {}) {
        auto& bound = contacts[user];
        bound.push_back({contact, path, flow, q});
        std::vector<Binding> bindings;
        for (const auto& one : bound)
            bindings.push_back({.contact = one.contact,
                                .parameters = {},
                                .call_id = "r",
                                .path = one.path,
                                .expires = moment.now + std::chrono::hours(1),
                                .flow = one.flow,
                                .q = one.q});
        site.location.publish(AorRecord::pack("sip:" + user + "@example.com", bindings));
    }

    // --- What arrives.
    static sip::Flow udp(const sip::Endpoint& peer) { return udp(peer, endpoint("192.0.2.1:5060")); }
    static sip::Flow udp(const sip::Endpoint& peer, const sip::Endpoint& local) {
        return {sip::Transport::udp, local, peer, {}};
    }
    sip::Endpoint address() const { return stack.settings().listeners.front().local; }
    void hear(const sip::Endpoint& from, std::string_view text) {
        const base::Epochs::Turn turn(site.epochs, 0);
        stack.datagram(udp(from, address()), text, moment);
        collect();
    }
    void hear(const sip::Endpoint& from, const Request& request) { hear(from, request.text()); }
    // The phone that this request went to answers it, with these further fields.
    void answer(const Sent& request, std::uint16_t code, std::string_view fields = {},
                std::string_view tag = "b1") {
        char buffer[8192];
        base::Printer out{buffer};
        sip::write_reply(request.message,
                         {.status = sip::Status(code),
                          .to_tag = sip::Tag(tag),
                          .fields = fields,
                          .keep_record_route = true},
                         out);
        hear(request.to, out.view());
    }
    void pass(base::Duration time) {
        const auto end = moment.now + time;
        const base::Epochs::Turn turn(site.epochs, 0);
        while (const auto next = stack.deadline()) {
            if (*next > end) break;
            advance(*next);
        }
        advance(end);
    }
    // The host could not deliver what was sent last to that place.
    void refuse_packets_to(const sip::Endpoint& unreachable) { unreachable_ = unreachable; }

    // --- What was sent: taken out in order.
    std::vector<Sent> all() {
        const auto taken = std::exchange(sent_, {});
        return {taken.begin(), taken.end()};
    }
    // The next packet to that place of that kind; those before it are dropped. Fails the test without one.
    template <class Kind>
    Sent next(const sip::Endpoint& to, Kind kind) {
        for (auto at = sent_.begin(); at != sent_.end(); ++at) {
            if (at->to != to || !at->is(kind)) continue;
            auto found = std::move(*at);
            sent_.erase(at);
            return found;
        }
        FAIL("nothing of that kind was sent there");
        return {};
    }
    template <class Kind>
    std::size_t count(const sip::Endpoint& to, Kind kind) const {
        return static_cast<std::size_t>(std::count_if(
            sent_.begin(), sent_.end(), [&](const Sent& one) { return one.to == to && one.is(kind); }));
    }
    std::size_t count_to(const sip::Endpoint& to) const {
        return static_cast<std::size_t>(
            std::count_if(sent_.begin(), sent_.end(), [&](const Sent& one) { return one.to == to; }));
    }
    void forget_sent() { sent_.clear(); }

    base::Moment moment{base::Instant(std::chrono::hours(1)), base::WallTime(std::chrono::hours(1))};
    base::Random random{std::uint64_t{7}};
    stack::Outbox outbox;
    std::vector<Commit> commits;
    Site site;
    stack::Stack stack;
    sip::digest::NonceLedger nonces;
    Authenticator authenticator;
    Domains domains;
    Targets targets;
    Registrar registrar;
    Proxy proxy;
    Redirect redirect;
    Router router;

 private:
    struct Bound {
        std::string contact, path;
        sip::Flow flow;
        std::uint16_t q;
    };
    void request(const stack::Arrival& arrival) override { router.request(arrival); }
    void advance(base::Instant now) {
        moment.wall += std::chrono::duration_cast<std::chrono::milliseconds>(now - moment.now);
        moment.now = now;
        stack.advance(moment);
        collect();
    }
    void collect() {
        std::vector<stack::ClientHandle> undelivered;
        for (const auto& packet : outbox.packets()) {
            if (unreachable_ == packet.flow.peer) {
                undelivered.push_back(packet.origin);
                continue;
            }
            auto message = sip::Message::parse(outbox.octets(packet));
            REQUIRE(message.has_value());
            sent_.push_back({packet.flow.peer, packet.flow.transport, std::move(*message)});
        }
        outbox.clear();
        for (const auto origin : undelivered)
            if (origin) stack.send_failed(origin, moment);
        if (!undelivered.empty()) collect();
    }

    std::map<std::string, std::vector<Bound>> contacts;
    std::deque<Sent> sent_;
    sip::Endpoint unreachable_;
};

}  // namespace almon::server
