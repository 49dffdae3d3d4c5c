#include "almon/sim/scenario.hpp"

#include <algorithm>
#include <map>
#include <optional>

#include "almon/sim/promises.hpp"
#include "almon/sim/world.hpp"

namespace almon::sim {
namespace {

using namespace std::chrono_literals;
using State = Call::State;

// Longer than any transaction, any retransmission and the server's Timer C after the last message.
constexpr auto until_quiet = 400s;
constexpr auto asked_for = 60s;         // by the phones, for their bindings
constexpr auto longest_binding = 120s;  // that the servers grant, whatever their calendar says
constexpr auto longest_call_attempt = 250s;
constexpr auto longest_in_vain = 35s;

class Life {
 public:
    Life(std::uint64_t seed, Trace::Keep keep) : world_(seed, keep), promises_(world_.clock(), asked_for) {
        outcome_.seed = seed;
        is_cramped_ = seed % 4 == 0;
        const bool are_two = world_.random().chance(0.4);
        if (world_.random().chance(0.3)) nat_ = world_.nat();
        add_server("example.com");
        for (const auto* user : {"alice", "bob", "bob", "carol"}) add_phone(user);
        if (!are_two) return;
        add_server("example.net");
        for (const auto* user : {"dave", "erin"}) add_phone(user);
    }

    Outcome run() {
        const auto start = world_.clock().now();
        try {
            happens();
            if (!has_failed()) clear_up();
        } catch (const Livelock& livelock) {
            breaks(livelock.what());
        }
        for (const auto& sentence : world_.rules().broken()) breaks(sentence);
        for (const auto& sentence : world_.ceilings().broken()) breaks(sentence);
        outcome_.simulated = world_.clock().now() - start;
        outcome_.messages = world_.trace().messages();
        outcome_.fingerprint = world_.trace().fingerprint();
        outcome_.ladder = world_.trace().ladder();
        if (!outcome_.broken.empty()) outcome_.short_ladder = ladder_about(outcome_.broken.front());
        return std::move(outcome_);
    }

 private:
    // Something that may take an answer along.
    struct Trouble {
        Instant begin, end;
    };
    struct Cut {
        base::IpAddress host;
        Instant heals;
    };

    std::uint64_t below(std::uint64_t limit) { return world_.random().below(limit); }
    static Duration milliseconds(std::uint64_t count) {
        return std::chrono::milliseconds(static_cast<std::int64_t>(count));
    }
    void add_server(const std::string& domain) {
        // Who calls from the other domain is a stranger.
        ServerOptions options{
            .domain = domain,
            .shards = static_cast<std::uint16_t>(1 + below(3)),
            .commit_time = milliseconds(1 + below(20)),
            .policy = {.inbound = server::Inbound::local_users, .max_expires = longest_binding}};
        if (is_cramped_) cramp(options);
        servers_.push_back(&world_.server(std::move(options)));
    }
    // So little room that the ceilings are reached, and yet enough for what goes on in quiet times.
    void cramp(ServerOptions& options) {
        options.transactions = 40 + below(20);
        options.policy.max_branches = 2 + below(3);
        options.policy.bindings_per_aor = 1 + below(3);
        options.policy.pending_commits = options.shards * (1 + below(3));
        options.policy.aors = 2 + below(4);
        options.policy.nonce_windows = 2 + below(6);
    }
    void add_phone(const std::string& user) {
        auto& home = *servers_.back();
        auto& phone = nat_ && world_.random().chance(0.5) ? world_.phone(home, user, transport(), *nat_)
                                                          : world_.phone(home, user, transport());
        residents_.push_back({&phone, &home});
    }
    Server& some_server() { return *servers_[below(servers_.size())]; }
    // As others dial it: the domain of the other server is known by its address, as there is no DNS.
    static std::string number_of(const Resident& called, const Resident& caller) {
        if (called.home == caller.home) return called.phone->user();
        return "sip:" + called.phone->user() + "@" + base::printed(called.home->address().address);
    }
    // A NAT that has forgotten its ports lets nobody in until the phone has sent something again.
    bool can_be_called(const Phone& phone) const {
        const bool is_behind_nat = world_.network().nat_of(phone.address().address) != nullptr;
        return phone.is_registered() && (!is_behind_nat || phone.asked_for_binding_at() > nat_forgot_);
    }
    Phone& somebody() { return *residents_[below(residents_.size())].phone; }
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

    void happens();
    void something_happens();
    void somebody_calls();
    void somebody_hangs_up();
    void a_host_is_cut_off();
    void heal(Instant until);
    void a_calendar_jumps();
    void the_nat_forgets();
    std::chrono::milliseconds some_jump();
    void a_server_crashes();
    void clear_up();
    void check_calls();
    void check_answer(const Phone& phone, const Call& call);
    void check_pair(const Call& call);
    void check_ringing();
    const Call* call_of_caller(const Call& call) const;
    bool is_troubled(Instant from, Instant until) const;
    void check_bindings();
    void check_promises(const std::string& when);
    void check_that_calls_come_about();
    // A sentence about a call ends with its Call-ID.
    std::string ladder_about(const std::string& sentence) const {
        const auto at = sentence.rfind("call ");
        const auto call_id = at == sentence.npos ? std::string() : sentence.substr(at + 5);
        return call_id.contains('@') ? world_.trace().ladder(call_id)
                                     : world_.trace().ladder_of_method("REGISTER");
    }
    bool has_failed() const {
        return !outcome_.broken.empty() || !world_.rules().broken().empty() ||
               !world_.ceilings().broken().empty();
    }
    void breaks(std::string sentence) { outcome_.broken.push_back(std::move(sentence)); }

    World world_;
    bool is_cramped_ = false;
    Promises promises_;
    std::optional<base::IpAddress> nat_;
    Instant nat_forgot_{};
    std::vector<Server*> servers_;
    std::vector<Resident> residents_;
    Outcome outcome_;
    std::vector<Cut> cuts_;
    std::vector<Trouble> troubles_;
    std::map<const Call*, Instant> in_vain_;  // who rings though the caller has his answer, and since when
};

void Life::happens() {
    world_.network().quality = weather();
    for (const auto& [phone, home] : residents_) phone->registers(asked_for);
    for (auto turns = 10 + below(20); turns > 0 && !has_failed(); --turns) {
        something_happens();
        world_.run_for(milliseconds(below(6'000)));
        heal(world_.clock().now());
        check_promises("for a while");
        check_ringing();
    }
}

void Life::something_happens() {
    switch (below(nat_ ? 13 : 12)) {
        case 0: return a_server_crashes();
        case 1: world_.network().quality = weather(); return;
        case 2: return somebody().unregisters();
        case 3: return somebody().registers(asked_for);
        case 4: return somebody().loses_its_streams();
        case 5: return a_host_is_cut_off();
        case 6: return a_calendar_jumps();
        case 12: return the_nat_forgets();
        case 7:
        case 8:
        case 9: return somebody_hangs_up();
        default: return somebody_calls();
    }
}

void Life::somebody_calls() {
    static constexpr std::uint16_t answers[]{200, 200, 200, 200, 486, 603, 480, 0};
    for (const auto& [phone, home] : residents_)
        phone->when_called = {.ring_for = milliseconds(below(8'000)),
                              .answer = answers[below(std::size(answers))]};
    const auto& called = residents_[below(residents_.size())];
    const auto& caller = residents_[below(residents_.size())];
    caller.phone->calls(number_of(called, caller));
    ++outcome_.calls;
}

void Life::somebody_hangs_up() {
    auto& phone = somebody();
    for (std::size_t i = 0; i < phone.calls().size(); ++i) phone.hangs_up(i);
}

void Life::a_host_is_cut_off() {
    static constexpr Network::Way ways[]{Network::Way::both, Network::Way::from, Network::Way::to};
    const bool is_server = world_.random().chance(0.3);
    const auto host = is_server ? some_server().address().address : somebody().address().address;
    const auto now = world_.clock().now();
    const auto heals = now + milliseconds(below(world_.random().chance(0.3) ? 90'000 : 10'000));
    world_.cut_off(host, ways[below(std::size(ways))]);
    cuts_.push_back({host, heals});
    troubles_.push_back({now, heals});
    ++outcome_.cuts;
}

// Cuts that should have healed by then.
void Life::heal(Instant until) {
    std::erase_if(cuts_, [&](const Cut& cut) {
        if (cut.heals <= until) world_.reconnect(cut.host);
        return cut.heals <= until;
    });
}

// By a second, or up to a day, forward or back.
std::chrono::milliseconds Life::some_jump() {
    static constexpr std::uint64_t longest[]{1'000, 10'000, 60'000, 3'600'000, 86'400'000};
    const std::chrono::milliseconds by(1 + below(longest[below(std::size(longest))]));
    return world_.random().chance(0.5) ? by : -by;
}

// It has a moment to notice and to write down that all it has written has another date.
void Life::a_calendar_jumps() {
    const auto by = some_jump();
    auto& server = some_server();
    server.calendar_jumps(by);
    promises_.calendar_jumps(server, by);
    server.advance();
    world_.run_for(200ms);
    ++outcome_.jumps;
}

void Life::the_nat_forgets() {
    world_.network().forget_ports(*nat_);
    nat_forgot_ = world_.clock().now();
    troubles_.push_back({nat_forgot_, nat_forgot_});
}

void Life::a_server_crashes() {
    const auto begin = world_.clock().now();
    auto& server = some_server();
    if (world_.random().chance(0.5))
        (void)world_.crash_after(server, static_cast<unsigned>(1 + below(10)), 3s);
    else
        world_.crash(server);
    ++outcome_.crashes;
    world_.run_for(milliseconds(below(3'000)));
    if (world_.random().chance(0.15)) {
        const auto by = some_jump();
        server.calendar_jumps(by);
        promises_.calendar_jumps(server, by);
    }
    server.start();
    promises_.has_started(server);
    troubles_.push_back({begin, world_.clock().now()});
    check_promises("after a crash");
}

void Life::check_promises(const std::string& when) {
    for (auto& sentence : promises_.broken(residents_, when)) breaks(std::move(sentence));
}

// In good weather whoever is registered can be called.
void Life::check_that_calls_come_about() {
    for (const auto& [phone, home] : residents_) phone->when_called = {.ring_for = 1s, .answer = 200};
    for (const auto& called : residents_) {
        if (!can_be_called(*called.phone)) continue;
        const auto& caller = residents_[called.phone == residents_.front().phone ? 1 : 0];
        const auto call = caller.phone->calls(number_of(called, caller));
        world_.run_for(5s);
        if (caller.phone->call(call).state != State::talking)
            breaks("nobody answers a call to " + called.phone->user());
        caller.phone->hangs_up(call);
        world_.run_for(5s);
    }
}

// The weather clears, everybody hangs up, and all that has a time limit reaches it.
void Life::clear_up() {
    world_.run_for(10s);
    for (const auto& [phone, home] : residents_)
        for (const auto& call : phone->calls())
            outcome_.talked += call.is_confirmed && call.side == Call::Side::caller;
    world_.network().quality = {};
    heal(Instant::max());
    world_.run_for(until_quiet / 2);
    check_ringing();
    world_.run_for(until_quiet / 2);
    check_ringing();
    check_calls();
    for (const auto& [phone, home] : residents_)
        for (std::size_t i = 0; i < phone->calls().size(); ++i) phone->hangs_up(i);
    world_.run_for(until_quiet);
    check_that_calls_come_about();
    check_bindings();
    for (const auto& [phone, home] : residents_) phone->unregisters();
    world_.run_for(until_quiet);
    check_bindings();
    for (const auto& [phone, home] : residents_) phone->loses_its_streams();
    world_.run_for(5s);
    for (const auto* server : servers_)
        for (auto& sentence : left_in(server->domain(), tables_of(*server))) breaks(std::move(sentence));
    for (const auto& [phone, home] : residents_)
        if (phone->transactions() > 0) breaks(phone->user() + " has a transaction left when all is over");
}

void Life::check_calls() {
    for (const auto& [phone, home] : residents_) {
        for (const auto& call : phone->calls()) {
            if (call.side == Call::Side::caller) check_answer(*phone, call);
            if (call.state == State::talking) check_pair(call);
        }
    }
}

// A crash takes the transactions with it, a host that is cut off hears nothing, and a broken stream takes
// along the one final response that goes over a stream (§17.2.1); the caller's patience has ended those.
void Life::check_answer(const Phone& phone, const Call& call) {
    const bool is_over = call.state != State::ringing;
    if (is_over && call.status != 0) return;
    const bool may_be_lost = is_troubled(call.began - 1s, call.began + longest_call_attempt) ||
                             (phone.streams_lost() > 0 && phone.last_lost_a_stream() >= call.began);
    if (!may_be_lost) breaks(phone.user() + " heard no final answer to call " + call.call_id);
}

bool Life::is_troubled(Instant from, Instant until) const {
    return std::ranges::any_of(
        troubles_, [&](const Trouble& trouble) { return trouble.end >= from && trouble.begin <= until; });
}

// Nobody rings for long when the caller has his answer: a CANCEL is repeated for 32 s (§9.1).
void Life::check_ringing() {
    const auto now = world_.clock().now();
    for (const auto& [phone, home] : residents_) {
        for (const auto& call : phone->calls()) {
            const auto* asked_by = call.asked ? call_of_caller(call) : nullptr;
            if (asked_by == nullptr || asked_by->status == 0 || phone->streams_lost() > 0) {
                in_vain_.erase(&call);
                continue;
            }
            const auto since = in_vain_.try_emplace(&call, now).first->second;
            if (now - since > longest_in_vain && !is_troubled(call.began - 1s, now))
                breaks(phone->user() + " rings though the caller has got his answer, call " + call.call_id);
        }
    }
}

const Call* Life::call_of_caller(const Call& call) const {
    for (const auto& [phone, home] : residents_)
        for (const auto& other : phone->calls())
            if (other.side == Call::Side::caller && other.call_id == call.call_id && !other.requested.empty())
                return &other;
    return nullptr;
}

// Who talks talks to somebody, or to one whose BYE never arrived (§15.1.1).
void Life::check_pair(const Call& call) {
    const auto wanted = call.side == Call::Side::caller ? Call::Side::callee : Call::Side::caller;
    for (const auto& [phone, home] : residents_)
        for (const auto& other : phone->calls())
            if (other.side == wanted && other.call_id == call.call_id &&
                (other.state == State::talking || other.is_bye_lost))
                return;
    breaks("one side only is in call " + call.call_id);
}

// What was acknowledged is bound, and what was acknowledged to be taken back is not.
void Life::check_bindings() {
    const auto is_registering = [](const Resident& one) { return one.phone->is_registering(); };
    // A refresh may just be on its way; in good weather its answer is back at once.
    if (std::ranges::any_of(residents_, is_registering)) world_.run_for(5s);
    for (const auto& [phone, home] : residents_)
        if (phone->is_registering()) breaks(phone->user() + " still waits for an answer to its REGISTER");
    check_promises("when all is quiet");
}

}  // namespace

Outcome live(std::uint64_t seed, Trace::Keep keep) {
    return Life(seed, keep).run();
}

}  // namespace almon::sim
