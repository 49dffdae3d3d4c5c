// A whole run without its sockets: whoever begins, asks, is asked and counts. Octets and time in, octets out.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "almon/base/random.hpp"
#include "almon/load/callee.hpp"
#include "almon/load/caller.hpp"
#include "almon/load/pace.hpp"

namespace almon::load {

enum class Phase : std::uint8_t {
    registering,  // the callees of a run of calls
    running,
    unregistering,  // they leave nothing behind
    over,
};

class Traffic {
 public:
    // `plan` must outlive it.
    Traffic(const Plan& plan, Locals locals, base::Random& random);
    Traffic(const Traffic&) = delete;
    Traffic& operator=(const Traffic&) = delete;

    void start(Instant now);
    // One message, whole.
    void receive(const Source& source, std::string_view octets, Instant now);
    // The connection of a lane is gone.
    void lose(std::uint32_t lane);
    // Serves what is due, begins what is to begin. To be called after receive() too, once a batch.
    void advance(Instant now);
    std::optional<Instant> deadline(Instant now) const;
    // No more units begin, and calls are hung up.
    void stop(Instant now);

    Outbox& outbox() { return outbox_; }
    Phase phase() const { return phase_; }
    // Of this phase.
    const Pace& pace() const { return pace_; }
    const Tally& tally() const { return tally_; }
    // Of a phase that is over: all zero before.
    const Tally& preparation() const { return preparation_; }
    const Tally& result() const { return result_; }
    const Pace& result_pace() const { return result_pace_; }
    std::size_t outstanding() const { return caller_.outstanding(); }

 private:
    void begin_due(Instant now);
    void begin(Instant now);
    void end_phase(Instant now);
    void enter(Phase phase, Instant now);
    Phase after_registering() const;
    std::uint32_t pick_user(std::uint64_t number);

    const Plan& plan_;
    const Locals locals_;
    base::Random& random_;
    const std::string salt_;
    Phase phase_ = Phase::over;
    Outbox outbox_;
    base::TimerWheel<Due> wheel_;
    Tally tally_, preparation_, result_;
    Pace pace_, result_pace_;
    Caller caller_;
    Callee callee_;
    bool stopped_ = false;
};

}  // namespace almon::load
