#include "almon/sim/scenario.hpp"

#include <algorithm>

#include "almon/sim/world.hpp"

namespace almon::sim {
namespace {

using namespace std::chrono_literals;
using State = Call::State;

// Longer than any transaction, any retransmission and the server's Timer C after the last message.
constexpr auto until_quiet = 400s;
constexpr auto longest_binding = 60s;

class Life {
 public:
    Life(std::uint64_t seed, Trace::Keep keep) : world_(seed, keep) {
        outcome_.seed = seed;
        exchange_ = &world_.server(
            {.shards = static_cast<std::uint16_t>(1 + below(3)), .commit_time = milliseconds(1 + below(20))});
        for (const auto* user : {"alice", "bob", "bob", "carol"})
            phones_.push_back(&world_.phone(*exchange_, user, transport()));
    }

    Outcome run() {
        const auto start = world_.clock().now();
        world_.network().quality = weather();
        for (auto* phone : phones_) phone->registers(longest_binding);
        for (auto turns = 10 + below(20); turns > 0; --turns) {
            something_happens();
            world_.run_for(milliseconds(below(6'000)));
            check_known_bindings();
        }
        clear_up();
        outcome_.simulated = world_.clock().now() - start;
        outcome_.messages = world_.trace().messages();
        outcome_.fingerprint = world_.trace().fingerprint();
        outcome_.ladder = world_.trace().ladder();
        return std::move(outcome_);
    }

 private:
    std::uint64_t below(std::uint64_t limit) { return world_.random().below(limit); }
    static Duration milliseconds(std::uint64_t count) {
        return std::chrono::milliseconds(static_cast<std::int64_t>(count));
    }
    Phone& somebody() { return *phones_[below(phones_.size())]; }
    sip::Transport transport() {
        return world_.random().chance(0.3) ? sip::Transport::tcp : sip::Transport::udp;
    }
    Quality weather() {
        return {.loss = 0.01 * static_cast<double>(below(31)),
                .duplication = 0.01 * static_cast<double>(below(21)),
                .least_delay = 1ms,
                .most_delay = milliseconds(1 + below(400)),
                .stream_break = world_.random().chance(0.3) ? 0.05 : 0};
    }

    void something_happens();
    void somebody_calls();
    void somebody_hangs_up();
    void the_server_crashes();
    void clear_up();
    void check_calls();
    void check_pair(const Call& call, bool is_caller);
    void check_bindings();
    void check_known_bindings();
    void check_that_calls_come_about();
    void breaks(std::string sentence) { outcome_.broken.push_back(std::move(sentence)); }

    World world_;
    Server* exchange_ = nullptr;
    std::vector<Phone*> phones_;
    Outcome outcome_;
    Instant last_crash_{};
};

void Life::something_happens() {
    switch (below(10)) {
        case 0: return the_server_crashes();
        case 1: world_.network().quality = weather(); return;
        case 2: return somebody().unregisters();
        case 3: return somebody().registers(longest_binding);
        case 4: return somebody().loses_its_streams();
        case 5:
        case 6:
        case 7: return somebody_hangs_up();
        default: return somebody_calls();
    }
}

void Life::somebody_calls() {
    static constexpr std::uint16_t answers[]{200, 200, 200, 200, 486, 603, 480, 0};
    for (auto* phone : phones_)
        phone->when_called = {.ring_for = milliseconds(below(8'000)),
                              .answer = answers[below(std::size(answers))]};
    const auto& called = somebody();
    somebody().calls(called.user());
    ++outcome_.calls;
}

void Life::somebody_hangs_up() {
    auto& phone = somebody();
    for (std::size_t i = 0; i < phone.calls().size(); ++i) phone.hangs_up(i);
}

void Life::the_server_crashes() {
    world_.crash(*exchange_);
    ++outcome_.crashes;
    world_.run_for(milliseconds(below(3'000)));
    last_crash_ = world_.clock().now();
    exchange_->start();
    check_known_bindings();
}

// Between two REGISTERs a phone knows what the server has bound, whatever the network and the disk do. A 200
// may have been on its way for 32 s, and by so much the phone's time is longer than the server's.
void Life::check_known_bindings() {
    for (const auto* phone : phones_) {
        if (phone->is_registering() || phone->register_status() != 200) continue;
        const bool is_bound = exchange_->bindings(phone->user()).contains(phone->contact());
        if (phone->is_registered() && !is_bound)
            breaks("the binding of " + phone->contact() + " is lost for a while");
        if (!phone->wants_registration() && is_bound)
            breaks("the removed binding of " + phone->contact() + " is there for a while");
    }
}

// In good weather whoever is registered can be called.
void Life::check_that_calls_come_about() {
    for (auto* phone : phones_) phone->when_called = {.ring_for = 1s, .answer = 200};
    for (auto* phone : phones_) {
        if (!phone->is_registered()) continue;
        auto& caller = *phones_[phone == phones_.front() ? 1 : 0];
        const auto call = caller.calls(phone->user());
        world_.run_for(5s);
        if (caller.call(call).state != State::talking) breaks("nobody answers a call to " + phone->user());
        caller.hangs_up(call);
        world_.run_for(5s);
    }
}

// The weather clears, everybody hangs up, and all that has a time limit reaches it.
void Life::clear_up() {
    world_.run_for(10s);
    for (const auto* phone : phones_)
        for (const auto& call : phone->calls())
            outcome_.talked += call.is_confirmed && call.side == Call::Side::caller;
    world_.network().quality = {};
    world_.run_for(until_quiet);
    check_calls();
    for (auto* phone : phones_)
        for (std::size_t i = 0; i < phone->calls().size(); ++i) phone->hangs_up(i);
    world_.run_for(until_quiet);
    check_that_calls_come_about();
    check_bindings();
    for (auto* phone : phones_) phone->unregisters();
    world_.run_for(until_quiet);
    check_bindings();
    if (!exchange_->load().is_zero()) breaks("the server has something left when all is over");
    for (const auto* phone : phones_)
        if (phone->transactions() > 0) breaks(phone->user() + " has a transaction left when all is over");
    for (const auto& sentence : world_.rules().broken()) breaks(sentence);
}

void Life::check_calls() {
    for (const auto* phone : phones_) {
        for (const auto& call : phone->calls()) {
            const bool is_caller = call.side == Call::Side::caller;
            const bool has_heard =
                call.state != State::ringing && (call.status != 0 || !call.requested.empty());
            // A crash takes the transactions with it, a broken stream the one final response that goes over
            // a stream (§17.2.1); the caller's patience has ended those.
            const bool may_be_lost = outcome_.crashes > 0 || phone->streams_lost() > 0;
            if (is_caller && !may_be_lost && (!has_heard || call.status == 0))
                breaks(phone->user() + " heard no final answer to call " + call.call_id);
            if (call.state == State::talking) check_pair(call, is_caller);
        }
    }
}

// Who talks talks to somebody, or to one whose BYE never arrived (§15.1.1).
void Life::check_pair(const Call& call, bool is_caller) {
    const auto wanted = is_caller ? Call::Side::callee : Call::Side::caller;
    for (const auto* phone : phones_)
        for (const auto& other : phone->calls())
            if (other.side == wanted && other.call_id == call.call_id &&
                (other.state == State::talking || other.is_bye_lost))
                return;
    breaks("one side only is in call " + call.call_id);
}

// What was acknowledged is bound, and what was acknowledged to be taken back is not.
void Life::check_bindings() {
    const auto is_registering = [](const Phone* phone) { return phone->is_registering(); };
    // A refresh may just be on its way; in good weather its answer is back at once.
    if (std::any_of(phones_.begin(), phones_.end(), is_registering)) world_.run_for(5s);
    for (const auto* phone : phones_) {
        if (phone->is_registering()) {
            breaks(phone->user() + " still waits for an answer to its REGISTER");
            continue;
        }
        const bool is_bound = exchange_->bindings(phone->user()).contains(phone->contact());
        if (phone->is_registered() && !is_bound) breaks("the binding of " + phone->contact() + " is lost");
        if (!phone->wants_registration() && phone->register_status() == 200 && is_bound)
            breaks("the removed binding of " + phone->contact() + " came back");
    }
}

}  // namespace

Outcome live(std::uint64_t seed, Trace::Keep keep) {
    return Life(seed, keep).run();
}

}  // namespace almon::sim
