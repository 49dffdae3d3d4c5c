#include "almon/load/runner.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <utility>

#include "almon/load/own_address.hpp"
#include "almon/load/tcp_lanes.hpp"
#include "almon/load/udp_lanes.hpp"
#include "almon/net/clock.hpp"
#include "almon/net/entropy.hpp"

namespace almon::load {
namespace {

constexpr std::chrono::seconds progress_interval{1};

Duration cpu_so_far() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto length = [](const timeval& time) {
        return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
    };
    return length(usage.ru_utime) + length(usage.ru_stime);
}

base::Outcome<std::unique_ptr<Lanes>> open_lanes(net::Loop& loop, const Plan& plan, LaneReader& reader) {
    const auto own = address_towards(plan.target);
    if (!own) return tl::unexpected(own.error());
    if (plan.transport == sip::Transport::tcp) return TcpLanes::open(loop, plan, *own, reader);
    return UdpLanes::open(loop, plan, *own, reader);
}

Instant now() {
    return net::read_clocks().now;
}

}  // namespace

Runner::Runner(net::Loop& loop, Plan plan, ProgressReader& reader)
    : loop_(loop),
      plan_(std::move(plan)),
      reader_(reader),
      alarm_(loop, *this),
      signals_(loop, *this),
      random_(net::os_seed()) {
    loop_.at_every_turn_end(this);
}

Runner::~Runner() {
    loop_.at_every_turn_end(nullptr);
}

base::Outcome<Report> Runner::run() {
    auto lanes = open_lanes(loop_, plan_, *this);
    if (!lanes) return tl::unexpected(lanes.error());
    lanes_ = std::move(*lanes);
    turn_ended();
    loop_.run();
    if (!trouble_.empty()) return base::trouble(trouble_);
    return report_;
}

// --- From the network, and from whom watches.

// The clock is read once a batch.
void Runner::received(std::uint32_t lane, std::span<const net::Datagram> messages) {
    if (!traffic_) return;
    const auto arrived = now();
    for (const auto& [from, bytes] : messages) traffic_->receive({lane, from}, bytes, arrived);
}

void Runner::lost(std::uint32_t lane) {
    if (traffic_) traffic_->lose(lane);
}

void Runner::failed(const std::string& sentence) {
    trouble_ = sentence;
    loop_.stop();
}

void Runner::signalled(net::Signal signal) {
    if (signal == net::Signal::stop) interrupt();
}

void Runner::interrupt() {
    const auto moment = now();
    report_.interrupted = true;
    if (!traffic_ || ends_by_) return end(moment);
    ends_by_ = moment + farewell;
    traffic_->stop(moment);
}

// --- What a turn leaves, in one go.

void Runner::turn_ended() {
    const auto moment = now();
    if (!has_begun(moment)) return;
    traffic_->advance(moment);
    lanes_->send(traffic_->outbox());
    traffic_->outbox().clear();
    if (traffic_->phase() != phase_) follow_phase(moment);
    if (ends_by_ && moment >= *ends_by_) end(moment);
    if (moment >= shown_ + progress_interval) show_progress(moment);
    alarm_.wake_at(deadline(moment));
}

bool Runner::has_begun(Instant moment) {
    if (traffic_) return true;
    auto locals = lanes_ ? lanes_->locals() : std::nullopt;
    if (!locals) return false;
    traffic_ = std::make_unique<Traffic>(plan_, std::move(*locals), random_);
    traffic_->start(moment);
    phase_ = traffic_->phase();
    begin_to_count(moment);
    return true;
}

void Runner::follow_phase(Instant moment) {
    const auto before = std::exchange(phase_, traffic_->phase());
    if (before == Phase::running) take_figures(traffic_->result(), traffic_->result_pace(), moment);
    if (phase_ == Phase::over) return end(moment);
    begin_to_count(moment);
}

void Runner::begin_to_count(Instant moment) {
    start_ = shown_ = moment;
    ended_ = 0;
    cpu_ = cpu_so_far();
}

void Runner::take_figures(const Tally& tally, const Pace& pace, Instant moment) {
    report_.tally = tally;
    report_.lasted = moment - start_;
    report_.late = pace.late();
    report_.largest_lag = pace.largest_lag();
    report_.cpu = cpu_so_far() - cpu_;
}

void Runner::end(Instant moment) {
    loop_.stop();
    if (!traffic_) return;
    if (phase_ == Phase::running) take_figures(traffic_->tally(), traffic_->pace(), moment);
    report_.preparation = phase_ == Phase::registering ? traffic_->tally() : traffic_->preparation();
    report_.unsent = lanes_->unsent();
}

void Runner::show_progress(Instant moment) {
    const auto& tally = traffic_->tally();
    const auto ended = tally.ok + tally.failed();
    reader_.progress({.since_start = moment - start_,
                      .since_last = moment - shown_,
                      .ended = ended - ended_,
                      .outstanding = traffic_->outstanding(),
                      .failed = tally.failed(),
                      .is_preparation = phase_ != Phase::running});
    shown_ = moment;
    ended_ = ended;
}

std::optional<Instant> Runner::deadline(Instant moment) const {
    auto earliest = shown_ + progress_interval;
    if (const auto due = traffic_->deadline(moment)) earliest = std::min(earliest, *due);
    return ends_by_ ? std::min(earliest, *ends_by_) : earliest;
}

}  // namespace almon::load
