// The shell around Traffic: sockets, clocks, signals and the progress that people see.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "almon/load/lanes.hpp"
#include "almon/load/report.hpp"
#include "almon/load/traffic.hpp"
#include "almon/net/alarm.hpp"
#include "almon/net/loop.hpp"
#include "almon/net/signals.hpp"

namespace almon::load {

class ProgressReader {
 public:
    virtual void progress(const Progress& progress) = 0;

 protected:
    ~ProgressReader() = default;
};

class Runner final : LaneReader, net::TurnEnd, net::Sleeper, net::SignalReader {
 public:
    // How long units under way may take to end after an interruption.
    static constexpr std::chrono::seconds farewell{5};

    // The loop is the run's own: it stops when the run is over. `reader` is told every second.
    Runner(net::Loop& loop, Plan plan, ProgressReader& reader);
    ~Runner();

    [[nodiscard]] base::Outcome<Report> run();
    // As SIGINT does: units under way still end; the second time at once.
    void interrupt();

 private:
    void received(std::uint32_t lane, std::span<const net::Datagram> messages) override;
    void lost(std::uint32_t lane) override;
    void failed(const std::string& sentence) override;
    void turn_ended() override;
    void woken(base::Moment) override {}  // the turn's end does it all
    void signalled(net::Signal signal) override;

    bool has_begun(Instant now);
    void follow_phase(Instant now);
    void begin_to_count(Instant now);
    void take_figures(const Tally& tally, const Pace& pace, Instant now);
    void end(Instant now);
    void show_progress(Instant now);
    std::optional<Instant> deadline(Instant now) const;

    net::Loop& loop_;
    const Plan plan_;
    ProgressReader& reader_;
    net::Alarm alarm_;
    net::Signals signals_;
    base::Random random_;
    std::unique_ptr<Lanes> lanes_;
    std::unique_ptr<Traffic> traffic_;
    std::string trouble_;
    Report report_;
    Phase phase_ = Phase::over;
    Instant start_{}, shown_{};       // of this phase, of the last progress
    std::uint64_t ended_ = 0;         // when it was shown
    Duration cpu_{};                  // at the start of this phase
    std::optional<Instant> ends_by_;  // after an interruption
};

}  // namespace almon::load
