// What a stateful proxy remembers of one request between forwarding it and the end of its last branch (RFC
// 3261 §16.2, §16.7): who waits for the answer, where the request has gone, where it may still go, and the
// best answer so far. Plain facts; the Proxy acts on them.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <vector>

#include "almon/base/slab.hpp"
#include "almon/server/best_response.hpp"
#include "almon/server/targets.hpp"
#include "almon/stack/stack.hpp"

namespace almon::server {

struct ResponseContext;

// One target that the request was sent to, as one client transaction.
struct Branch {
    enum class State : std::uint8_t {
        calling,     // no response yet: a CANCEL would have to wait (§9.1)
        proceeding,  // a provisional response came
        completed,   // a final one came; after a 2xx to an INVITE more of them may follow
    };

    base::Handle<ResponseContext> context;
    base::Handle<Branch> next = {};  // of the same context
    stack::ClientHandle transaction = {};
    stack::Alarm alarm = {};
    base::Instant patience = {};  // Timer C; after a CANCEL, how long its answer may take
    std::uint32_t breadth = 0;    // its share of Max-Breadth (RFC 5393 §5.3.3.1)
    std::uint16_t target = 0;
    State state = State::calling;
    bool is_second_try = false;  // by the other flow of its target (fail-over)
    bool is_cancelled = false;   // a CANCEL was sent, or will be with the first provisional response
};

struct ResponseContext {
    // The final answer is owed as long as this is here.
    std::optional<stack::ServerTransaction> transaction = {};
    // After a 2xx to an INVITE: those of other forks follow this way (RFC 6026 §7.1).
    std::optional<stack::AcceptedInvite> accepted = {};
    // Until the final answer: what it answers, and what further targets get.
    std::unique_ptr<sip::Message> request = {};
    std::vector<Target> targets = {};
    std::uint16_t next_target = 0;  // those before it have a branch
    std::unique_ptr<BestResponse> best = {};
    base::Handle<Branch> branches = {};
    const stack::Listener* came_by = nullptr;
    std::string caller_flow = {};  // FlowTokens; empty: the caller is reached by its Contact
    std::uint32_t max_breadth = 0;
    std::chrono::seconds timer_c{};  // as it was set when the request came
    bool is_invite = false;
    bool may_ring_on = true;    // a provisional response sets Timer C anew
    bool is_cancelled = false;  // by the caller

    bool is_answered() const { return !transaction.has_value(); }
    bool has_waiting_targets() const { return next_target < targets.size(); }
    // The waiting targets that come next, all at once: those of the highest q.
    std::size_t group_size() const {
        std::size_t size = 0;
        while (next_target + size < targets.size() && targets[next_target + size].q == targets[next_target].q)
            ++size;
        return size;
    }
    // Those of a group that had to wait for Max-Breadth follow as soon as a branch ends; the next group
    // follows when the last branch has ended.
    bool may_start_next_target() const {
        if (!has_waiting_targets()) return false;
        return !branches || targets[next_target].q == targets[next_target - 1U].q;
    }
    // After a final answer, a CANCEL or a 6xx nothing new begins (§16.7 steps 5 and 10).
    void drop_waiting_targets() { next_target = static_cast<std::uint16_t>(targets.size()); }
    // After the final answer: what only a further branch would have needed goes; the request is handed back.
    std::unique_ptr<sip::Message> forget() {
        next_target = 0;
        std::vector<Target>().swap(targets);
        best.reset();
        std::string().swap(caller_flow);
        return std::move(request);
    }
    BestResponse& best_response() {
        if (!best) best = std::make_unique<BestResponse>();
        return *best;
    }
};

// How much of Max-Breadth the next of `starting` branches gets when `left` is not yet given away: an even
// share (RFC 5393 §5.3.3.1). 0: it has to wait until another branch ends.
constexpr std::uint32_t breadth_share(std::uint32_t left, std::size_t starting) {
    if (left == 0 || starting == 0) return 0;
    const auto share = left / static_cast<std::uint32_t>(starting);
    return share > 0 ? share : 1;
}

}  // namespace almon::server
