// A whole world in one thread: servers and phones on one network, under one clock, from one seed. The same
// seed gives the same run, octet for octet.
//
//     sim::World world{seed};
//     auto& server = world.server();
//     auto& alice = world.phone(server, "alice");
//     auto& bob = world.phone(server, "bob");
//     alice.registers(), bob.registers();
//     world.run_for(1s);
//     alice.calls("bob");
//     world.run_for(5s);
//     CHECK(bob.call(0).state == sim::Call::State::talking);
#pragma once

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "almon/sim/ceilings.hpp"
#include "almon/sim/network.hpp"
#include "almon/sim/phone.hpp"
#include "almon/sim/rules.hpp"
#include "almon/sim/server.hpp"

namespace almon::sim {

// So much happens in one second that the world would never end.
struct Livelock : std::runtime_error {
    using std::runtime_error::runtime_error;
};

class World : Observer {
 public:
    explicit World(std::uint64_t seed, Trace::Keep keep = Trace::Keep::messages);

    // Hosts get addresses in the order in which they are made. References hold as long as the world.
    Server& server(ServerOptions options = {});
    // A phone with an account at this server.
    Phone& phone(Server& server, const std::string& user, sip::Transport transport = sip::Transport::udp);

    // A phone behind a NAT; each call of nat() makes one.
    Phone& phone(Server& server, const std::string& user, sip::Transport transport,
                 const base::IpAddress& nat);
    base::IpAddress nat();

    Network& network() { return network_; }
    const Network& network() const { return network_; }
    const Trace& trace() const { return trace_; }
    const Rules& rules() const { return rules_; }
    const Ceilings& ceilings() const { return ceilings_; }
    const Clock& clock() const { return clock_; }
    // For scripts that leave something to chance.
    base::Random& random() { return random_; }

    void run_for(Duration time);
    // True as soon as it holds; false when it does not within `limit`.
    template <class Condition>
    bool run_until(Condition holds, Duration limit) {
        const auto end = clock_.now() + limit;
        while (!holds())
            if (!step(end)) return holds();
        return true;
    }
    // The power of its host fails; it stays down until start().
    void crash(Server& server);
    // The same after so many more of its packets, even between two of one turn; true: within this time.
    bool crash_after(Server& server, unsigned packets, Duration limit);
    // Network::cut_off() and reconnect(), with a remark in the trace.
    void cut_off(const base::IpAddress& host, Network::Way way = Network::Way::both);
    void reconnect(const base::IpAddress& host);

 private:
    struct Next {
        Instant when;
        Machine* machine;  // null: the network
    };
    Next next(Instant end) const;
    bool step(Instant end);
    void note(const Passage& passage) override;
    void arrived(const Passage& passage) override { rules_.arrived(passage); }
    void count_step(std::string_view what);
    Phone& make_phone(Server& server, const std::string& user, sip::Transport transport, Endpoint address);
    Endpoint next_address();

    base::Random random_;
    Clock clock_;
    Trace trace_;
    Rules rules_;
    Ceilings ceilings_;
    Network network_;
    Instant second_began_{};  // and how much has happened since then
    unsigned steps_ = 0;
    std::uint8_t hosts_ = 0, private_hosts_ = 0;
    std::vector<std::unique_ptr<Machine>> machines_;
    std::vector<const Server*> servers_;  // of these
};

}  // namespace almon::sim
