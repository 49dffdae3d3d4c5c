#include "almon/load/runner.hpp"

#include <doctest/doctest.h>

#include "almon/load/test_world.hpp"
#include "almon/net/udp_socket.hpp"

using namespace almon;
using namespace almon::load;

namespace {

// A registrar that says yes, or nothing, on the run's own loop.
struct Registrar final : net::UdpReader {
    Registrar(net::Loop& loop, bool it_answers)
        : answers(it_answers),
          socket(net::UdpSocket::bind(loop, Endpoint::parse("127.0.0.1:0").value(),
                                      net::PortSharing::exclusive, *this)
                     .value()) {}
    void received(net::UdpSocket&, std::span<const net::Datagram> datagrams) override {
        asked += datagrams.size();
        for (const auto& [from, bytes] : datagrams) {
            if (!answers) continue;
            const auto text = reply_to(bytes, {});
            const net::Outgoing reply{from, text};
            socket->send({&reply, 1});
        }
    }

    bool answers;
    std::size_t asked = 0;
    std::unique_ptr<net::UdpSocket> socket;
};

struct Shown final : ProgressReader {
    void progress(const Progress& progress) override {
        last = progress;
        ++times;
        if (runner != nullptr) runner->interrupt();
    }
    Runner* runner = nullptr;
    Progress last;
    int times = 0;
};

Plan plan_to(const Endpoint& target, std::uint64_t count) {
    return {.kind = Kind::registration,
            .target = target,
            .domain = "example.com",
            .window = 10,
            .count = count,
            .source_ports = 4};
}

}  // namespace

TEST_CASE("a run over real sockets sends all, hears all and says what it cost") {
    net::Loop loop;
    Registrar registrar(loop, true);
    Shown shown;
    Runner runner(loop, plan_to(registrar.socket->local(), 500), shown);
    const auto report = runner.run().value();
    CHECK(report.tally.ok == 500);
    CHECK(report.tally.answer.count() == 500);
    CHECK(report.is_good());
    CHECK(registrar.asked == 500 + report.tally.retransmissions);
    CHECK(report.lasted > 0s);
    CHECK(report.unsent == 0);
    CHECK_FALSE(report.interrupted);
}

TEST_CASE("whoever does not answer is reported with time-outs") {
    net::Loop loop;
    Registrar registrar(loop, false);
    Shown shown;
    auto plan = plan_to(registrar.socket->local(), 5);
    plan.timers.t1 = 2ms;
    Runner runner(loop, plan, shown);
    const auto report = runner.run().value();
    CHECK(report.tally.timeouts == 5);
    CHECK(report.tally.retransmissions > 5);
    CHECK_FALSE(report.is_good());
}

TEST_CASE("progress is shown every second, and who interrupts twice gets the report at once") {
    net::Loop loop;
    Registrar registrar(loop, false);
    Shown shown;
    Runner runner(loop, plan_to(registrar.socket->local(), 1'000), shown);
    shown.runner = &runner;
    const auto report = runner.run().value();
    CHECK(shown.times == 2);
    CHECK(shown.last.outstanding == 10);
    CHECK(report.interrupted);
    CHECK(report.tally.begun == 10);
    CHECK(report.tally.ok == 0);
}

TEST_CASE("what cannot begin is a sentence") {
    net::Loop loop;
    Shown shown;
    const auto nobody = Registrar(loop, false).socket->local();
    auto plan = plan_to(nobody, 1);
    plan.transport = sip::Transport::tcp;
    Runner runner(loop, plan, shown);
    const auto report = runner.run();
    REQUIRE_FALSE(report);
    CHECK(report.error().starts_with("cannot connect to TCP " + base::printed(nobody)));
}
