// Test kit: a run in virtual time between our own ports and a tiny server. The server takes registrations,
// answers OPTIONS and carries calls to the callee as a stateless proxy with Record-Route; a script may answer
// in its place, and the network may lose what a test says.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "almon/load/traffic.hpp"
#include "almon/sip/edits.hpp"
#include "almon/sip/headers/record_route.hpp"
#include "almon/sip/headers/route.hpp"
#include "almon/sip/headers/via.hpp"
#include "almon/sip/message.hpp"
#include "almon/sip/reply.hpp"

namespace almon::load {

using namespace std::chrono_literals;

inline const Endpoint server_at = Endpoint::parse("192.0.2.1:5060").value();
inline const Endpoint callee_at = Endpoint::parse("192.0.2.9:7000").value();
inline const Endpoint caller_at = Endpoint::parse("192.0.2.9:6000").value();

inline Plan plan_for(Kind kind, std::uint64_t count = 1) {
    return {.kind = kind, .target = server_at, .domain = "example.com", .count = count, .users = 2};
}

inline std::string start_line(std::string_view octets) {
    return std::string(octets.substr(0, octets.find('\r')));
}

template <class Print>
std::string print_text(Print print) {
    std::vector<char> room(16'384);
    base::Printer out{room};
    print(out);
    REQUIRE_FALSE(out.overflowed());
    return std::string(out.view());
}

inline std::string reply_to(std::string_view request, sip::Reply reply) {
    const auto message = sip::Message::parse(request).value();
    return print_text([&](base::Printer& out) { sip::write_reply(message, reply, out); });
}

class World {
 public:
    static constexpr auto delay = 1ms;  // of the network, one way
    struct Message {
        std::uint32_t lane;  // ours
        Endpoint from, to;
        std::string octets;
        bool is(std::string_view beginning) const { return octets.starts_with(beginning); }
    };

    // What a test puts in its place.
    template <class Result>
    class Hook {
     public:
        template <class Work>
        Hook& operator=(Work work) {
            work_ = std::make_unique<Held<Work>>(std::move(work));
            return *this;
        }
        explicit operator bool() const { return work_ != nullptr; }
        Result operator()(const Message& message) { return work_->run(message); }

     private:
        struct Any {
            virtual ~Any() = default;
            virtual Result run(const Message& message) = 0;
        };
        template <class Work>
        struct Held final : Any {
            explicit Held(Work given) : work(std::move(given)) {}
            Result run(const Message& message) override { return work(message); }
            Work work;
        };
        std::unique_ptr<Any> work_;
    };

    explicit World(Plan its_plan) : plan(std::move(its_plan)), traffic(plan, locals(plan), random) {}

    // What the server answers to a request: a message, "" for none, or nothing for what it does by itself.
    Hook<std::optional<std::string>> script;
    Hook<bool> loses;
    bool records_route = true;

    // True when the run is over before that much time has passed.
    bool run(Duration patience = 300s) {
        const auto end = now + patience;
        traffic.start(now);
        carry();
        while (traffic.phase() != Phase::over && now < end) step(end);
        return traffic.phase() == Phase::over;
    }
    void step(Instant latest) {
        auto next = std::min(latest, traffic.deadline(now).value_or(latest));
        if (!under_way.empty()) next = std::min(next, under_way.begin()->first);
        now = std::max(now, next);
        while (!under_way.empty() && under_way.begin()->first <= now) {
            const auto message = std::move(under_way.extract(under_way.begin()).mapped());
            arrive(message);
        }
        traffic.advance(now);
        carry();
    }
    // What we have sent, by the beginning of its start line.
    std::size_t sent(std::string_view beginning) const {
        return std::ranges::count_if(log, [&](const auto& one) { return one.is(beginning); });
    }
    std::vector<long> sent_at_ms(std::string_view beginning) const {
        std::vector<long> times;
        for (std::size_t i = 0; i < log.size(); ++i)
            if (log[i].is(beginning)) times.push_back((log_times[i] - start) / 1ms);
        return times;
    }
    const Message& find(std::string_view beginning) const {
        const auto found = std::ranges::find_if(log, [&](const auto& one) { return one.is(beginning); });
        REQUIRE(found != log.end());
        return *found;
    }
    const std::string& first(std::string_view beginning) const { return find(beginning).octets; }
    // To one of our lanes, after the network's delay.
    void deliver(std::uint32_t lane, const Endpoint& to, std::string octets) {
        send({lane, server_at, to, std::move(octets)});
    }

    static constexpr Instant start{1000s};
    Plan plan;
    base::Random random{1};
    Traffic traffic;
    Instant now = start;
    std::vector<Message> log;
    std::vector<Instant> log_times;

 private:
    static Locals locals(const Plan& plan) {
        Locals locals{.lanes = {}, .callee = callee_at};
        for (unsigned i = 0; i < plan.source_ports; ++i) {
            locals.lanes.push_back(caller_at);
            locals.lanes.back().port = static_cast<std::uint16_t>(caller_at.port + i);
        }
        return locals;
    }
    void carry() {
        auto& outbox = traffic.outbox();
        for (const auto& packet : outbox.packets()) {
            const auto lanes = traffic_locals().of(packet.lane);
            log.push_back({packet.lane, lanes, packet.to, std::string(outbox.octets(packet))});
            log_times.push_back(now);
            send(log.back());
        }
        outbox.clear();
    }
    Locals traffic_locals() const { return locals(plan); }
    void send(Message message) {
        if (loses && loses(message)) return;
        under_way.emplace(now + delay, std::move(message));
    }
    void arrive(const Message& message) {
        if (message.to == server_at) return serve(message);
        const auto lane = message.to == callee_at
                              ? traffic_locals().callee_lane()
                              : static_cast<std::uint32_t>(message.to.port - caller_at.port);
        traffic.receive({lane, message.from}, message.octets, now);
    }
    // --- The server.
    void serve(const Message& message) {
        const auto parsed = sip::Message::parse(message.octets);
        REQUIRE(parsed);
        if (parsed->is_response()) return pass_back(*parsed);
        if (const auto scripted = script ? script(message) : std::nullopt) {
            if (!scripted->empty()) deliver(message.lane, message.from, *scripted);
            return;
        }
        const auto method = parsed->method();
        if (method == sip::method::register_ || method == sip::method::options)
            return deliver(message.lane, message.from, reply_to(message.octets, {}));
        // §16.11: who repeats nothing must not stop the caller from repeating.
        if (method == sip::method::invite && !loses)
            deliver(message.lane, message.from, reply_to(message.octets, {.status = sip::status::trying}));
        pass_on(*parsed);
    }
    void pass_on(const sip::Message& request) {
        const auto branch = request.get<sip::Via>().value().branch;
        sip::Edits edits;
        edits.prepend(sip::Via::name, "SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKproxy" + std::string(branch));
        if (request.method() == sip::method::invite && records_route)
            edits.prepend(sip::RecordRoute::name, "<sip:192.0.2.1;lr;n=2>, <sip:192.0.2.1;lr;n=1>");
        edits.remove(sip::Route::name);
        forward(request, edits, callee_at);
    }
    void pass_back(const sip::Message& response) {
        auto vias = response.all<sip::Via>();
        const auto asked = std::next(vias.begin());
        REQUIRE(asked != vias.end());
        sip::Edits edits;
        edits.remove_first_value(sip::Via::name);
        forward(response, edits, {*base::IpAddress::parse((*asked)->host.text), *(*asked)->port});
    }
    void forward(const sip::Message& message, const sip::Edits& edits, const Endpoint& to) {
        deliver(0, to, print_text([&](base::Printer& out) { edits.write(message, out); }));
    }

    std::multimap<Instant, Message> under_way;
};

}  // namespace almon::load
