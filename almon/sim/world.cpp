#include "almon/sim/world.hpp"

#include <algorithm>

namespace almon::sim {
namespace {

// The liveliest second of a thousand lives has a few hundred.
constexpr unsigned most_steps_a_second = 20'000;

}  // namespace

World::World(std::uint64_t seed, Trace::Keep keep)
    : random_(seed), trace_(keep), network_(random_.next(), clock_, *this) {}

Server& World::server(ServerOptions options) {
    if (options.address.port == 0) options.address = next_address();
    auto made = std::make_unique<Server>(random_.next(), network_, clock_, trace_, std::move(options));
    auto& server = *made;
    machines_.push_back(std::move(made));
    servers_.push_back(&server);
    return server;
}

Phone& World::phone(Server& server, const std::string& user, sip::Transport transport) {
    return make_phone(server, user, transport, next_address());
}

// 10.0.0.0/8 is for networks that nobody outside knows (RFC 1918).
Phone& World::phone(Server& server, const std::string& user, sip::Transport transport,
                    const base::IpAddress& nat) {
    const std::array<std::uint8_t, 4> octets{10, 0, 0, ++private_hosts_};
    const Endpoint address{base::IpAddress::v4(octets), 5060};
    network_.put_behind(address.address, nat);
    return make_phone(server, user, transport, address);
}

base::IpAddress World::nat() {
    const auto address = next_address().address;
    trace_.name(address, "nat");
    network_.add_nat(address);
    return address;
}

Phone& World::make_phone(Server& server, const std::string& user, sip::Transport transport,
                         Endpoint address) {
    const auto password = "secret of " + user;
    server.add_user(user, password);
    auto made = std::make_unique<Phone>(random_.next(), network_, clock_, trace_,
                                        PhoneOptions{.user = user,
                                                     .password = password,
                                                     .domain = server.domain(),
                                                     .address = address,
                                                     .server = server.address(),
                                                     .transport = transport});
    auto& phone = *made;
    machines_.push_back(std::move(made));
    return phone;
}

void World::run_for(Duration time) {
    const auto end = clock_.now() + time;
    while (step(end)) {
    }
    clock_.turn_to(end);
}

void World::crash(Server& server) {
    if (server.is_up()) server.crash();
    rules_.forget(server.address().address);
}

bool World::crash_after(Server& server, unsigned packets, Duration limit) {
    server.crash_after(packets);
    const bool has_crashed = run_until([&] { return !server.is_up(); }, limit);
    crash(server);
    return has_crashed;
}

void World::cut_off(const base::IpAddress& host, Network::Way way) {
    static constexpr std::string_view what[]{" is cut off", " is not heard", " hears nothing"};
    trace_.remark(clock_.now(), trace_.name_of(host) + std::string(what[static_cast<std::size_t>(way)]));
    network_.cut_off(host, way);
}

void World::reconnect(const base::IpAddress& host) {
    trace_.remark(clock_.now(), trace_.name_of(host) + " is back");
    network_.reconnect(host);
}

// One thing happens: what is due first, the network before a host. False when nothing is due until `end`.
bool World::step(Instant end) {
    const auto [when, machine] = next(end);
    if (when > end) return false;
    clock_.turn_to(std::max(when, clock_.now()));
    count_step("steps");
    if (machine != nullptr)
        machine->advance();
    else
        network_.step();
    for (const auto* server : servers_) ceilings_.look_at(*server);
    return true;
}

World::Next World::next(Instant end) const {
    Next next{network_.next().value_or(end + Duration(1)), nullptr};
    for (const auto& machine : machines_)
        if (const auto wanted = machine->deadline(); wanted && *wanted < next.when)
            next = {*wanted, machine.get()};
    return next;
}

void World::count_step(std::string_view what) {
    if (clock_.now() - second_began_ >= std::chrono::seconds(1)) {
        second_began_ = clock_.now();
        steps_ = 0;
    }
    if (++steps_ > most_steps_a_second)
        throw Livelock("more than " + std::to_string(most_steps_a_second) + " " + std::string(what) +
                       " in one second, the last at " + printed(clock_.now()));
}

void World::note(const Passage& passage) {
    count_step("messages");
    trace_.note(passage);
    rules_.note(passage);
}

// 192.0.2.0/24 is for documentation (RFC 5737).
Endpoint World::next_address() {
    const std::array<std::uint8_t, 4> octets{192, 0, 2, ++hosts_};
    return {base::IpAddress::v4(octets), 5060};
}

}  // namespace almon::sim
