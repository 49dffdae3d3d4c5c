#include "almon/server/proxy.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "almon/server/reach.hpp"
#include "almon/sip/headers/contact.hpp"
#include "almon/sip/headers/max_breadth.hpp"

namespace almon::server {
namespace {

// Copies of requests whose memory is kept for the next ones: enough for a busy second, and no giants.
constexpr std::size_t spare_limit = 1'024;
constexpr std::size_t spare_octets = 4'096;

std::uint32_t max_breadth_of(const sip::Message& request) {
    const auto breadth = request.find<sip::MaxBreadth>();
    return breadth && *breadth ? static_cast<std::uint32_t>((*breadth)->number) : base::limits::max_breadth;
}

std::string word_of(const stack::FlowTokens& flows, const sip::Flow& flow) {
    char buffer[96];
    base::Printer out{buffer};
    flows.print(flow, out);
    return std::string(out.view());
}

bool by_flow(const Branch& branch, const Target& target) {
    return target.is_behind_flow && !branch.is_second_try;
}

// What a branch counts as that brought no final response (§16.7 step 6, §16.9; a caller who hung up gets
// 487).
sip::Status status_without_response(const ResponseContext& context) {
    return context.is_cancelled ? sip::status::request_terminated : sip::status::request_timeout;
}

}  // namespace

Proxy::Proxy(stack::Stack& stack, const Domains& domains, const Targets& targets, const RouteSigner& signer,
             const base::HashKey& route_key, SettingsSnapshot settings)
    : stack_(stack),
      domains_(domains),
      targets_(targets),
      signer_(signer),
      route_key_(route_key),
      settings_(std::move(settings)) {}

// --- Requests.

std::optional<NoTarget> Proxy::request(const stack::Arrival& arrival, const RouteInformation& route,
                                       const LoopMark& mark, const RouteRule* rule) {
    auto targets = targets_.find(route, stack_.moment().now, rule);
    if (!targets) return targets.error();
    const auto breadth = max_breadth_of(arrival.message);
    if (breadth == 0) return NoTarget{sip::status::max_breadth_exceeded, ""};
    if (targets->size() > settings_->max_branches) targets->resize(settings_->max_branches);

    const auto handle = contexts_.emplace();
    auto& context = *contexts_.get(handle);
    context.transaction = stack_.open(arrival, *this, handle.bits());
    if (!context.transaction) {
        contexts_.erase(handle);
        return {};
    }
    context.request = copy(arrival.message);
    context.targets = std::move(*targets);
    context.came_by = stack_.listener_for(arrival.flow);
    if (is_only_reached_back(arrival)) context.caller_flow = word_of(stack_.flows(), arrival.flow);
    context.max_breadth = breadth;
    context.is_invite = arrival.message.method() == sip::method::invite;
    context.timer_c = settings_->timer_c;
    context.may_ring_on = rule == nullptr || rule->ring.count() == 0;
    if (!context.may_ring_on) context.timer_c = rule->ring;
    forward(handle, {arrival.message, arrival.envelope, route, mark});
    return {};
}

bool Proxy::relay(const stack::Arrival& arrival, const RouteInformation& route, const RouteRule* rule) {
    const auto targets = targets_.find(route, stack_.moment().now, rule);
    if (!targets) return false;
    const auto& target = targets->front();
    edit_for_target({arrival.message, arrival.envelope, route, target, 0, nullptr, nullptr}, domains_,
                    signer_, edits_);
    const bool has_responses = arrival.message.method() != sip::method::ack;
    stack_.send_stateless({arrival.message, edits_, target.flow}, has_responses ? &arrival.flow : nullptr);
    return true;
}

// --- Forwarding (§16.6).

// Begins with all targets of the next group, those of one q, as far as Max-Breadth reaches.
void Proxy::forward(ContextHandle handle, const RoutedRequest& request) {
    auto& context = *contexts_.get(handle);
    auto left = breadth_left(context);
    for (auto starting = context.group_size(); starting > 0; --starting) {
        const auto share = breadth_share(left, starting);
        if (share == 0) return;
        start_branch(handle, request, {.context = handle, .breadth = share, .target = context.next_target++});
        left -= share;
    }
}

// A later group: what was found out about the request is found out again, from the copy.
template <class Use>
void Proxy::with_request(ResponseContext& context, Use use) {
    const auto& message = *context.request;
    const auto envelope = sip::read_envelope(message);
    ALMON_ASSERT(envelope.has_value());
    const auto route = read_route(message, *envelope, domains_, signer_);
    if (!route) return;
    const LoopMark mark(route_key_, message, *envelope);
    use(RoutedRequest{message, *envelope, *route, mark});
}

void Proxy::start_branch(ContextHandle handle, const RoutedRequest& request, Branch begun) {
    auto& context = *contexts_.get(handle);
    begun.next = context.branches;
    context.branches = branches_.emplace(begun);
    auto& branch = *branches_.get(context.branches);
    const auto& target = context.targets[branch.target];
    const auto& flow = branch.is_second_try ? *target.else_by : target.flow;
    const auto called_flow = by_flow(branch, target) ? word_of(stack_.flows(), flow) : std::string();
    edit_for_target({request.message,
                     request.envelope,
                     request.route,
                     target,
                     branch.breadth,
                     context.came_by,
                     stack_.listener_for(flow),
                     {context.caller_flow, called_flow}},
                    domains_, signer_, edits_);
    branch.transaction =
        stack_.send({request.message, edits_, flow, request.mark.text()}, *this, context.branches.bits());
    if (context.is_invite) wait(context.branches, context.timer_c);
}

std::uint32_t Proxy::breadth_left(const ResponseContext& context) {
    auto left = context.max_breadth;
    for (auto at = context.branches; at; at = branches_.get(at)->next) left -= branches_.get(at)->breadth;
    return left;
}

// --- What the stack reports.

void Proxy::cancelled(std::uint64_t cookie) {
    auto* context = contexts_.get(ContextHandle::from_bits(cookie));
    if (context == nullptr) return;
    context->is_cancelled = true;
    context->drop_waiting_targets();
    end_branches(*context);
}

void Proxy::response(std::uint64_t cookie, const stack::Arrival& arrival) {
    const auto handle = BranchHandle::from_bits(cookie);
    if (branches_.get(handle) == nullptr) return;
    const auto status = arrival.message.status();
    // Step 3: without another Via it was meant for us, and goes nowhere.
    if (!has_another_via(arrival)) {
        if (status.is_final()) give_up(handle, sip::status::bad_gateway);
        return;
    }
    if (status.is_provisional()) return take_provisional(handle, arrival.message);
    if (status.is_success()) return take_success(handle, arrival.message);
    take_failure(handle, arrival.message);
}

void Proxy::failed(std::uint64_t cookie, stack::Failure why) {
    const auto handle = BranchHandle::from_bits(cookie);
    const auto* branch = branches_.get(handle);
    if (branch == nullptr) return;
    auto& context = *contexts_.get(branch->context);
    if (why == stack::Failure::timed_out) return give_up(handle, status_without_response(context));
    const bool has_another_way =
        context.targets.size() > branch->target && context.targets[branch->target].else_by;
    if (!has_another_way || branch->is_second_try || branch->is_cancelled)
        return give_up(handle, sip::status::service_unavailable);
    const Branch second{.context = branch->context,
                        .breadth = branch->breadth,
                        .target = branch->target,
                        .is_second_try = true};
    remove(handle);
    with_request(context,
                 [&](const RoutedRequest& request) { start_branch(second.context, request, second); });
    proceed(second.context);
}

void Proxy::client_ended(std::uint64_t cookie) {
    const auto handle = BranchHandle::from_bits(cookie);
    const auto* branch = branches_.get(handle);
    if (branch == nullptr) return;
    if (branch->state != Branch::State::completed) return give_up(handle, sip::status::request_timeout);
    const auto context = branch->context;
    remove(handle);
    release_if_over(context);
}

// Timer C (§16.8), or a CANCEL that brought no final response in time (§9.1).
void Proxy::alarm(std::uint64_t cookie) {
    const auto handle = BranchHandle::from_bits(cookie);
    auto* branch = branches_.get(handle);
    if (branch == nullptr) return;
    branch->alarm = {};
    if (stack_.moment().now < branch->patience) {
        branch->alarm = stack_.arm(branch->patience, *this, cookie);
        return;
    }
    if (branch->state == Branch::State::proceeding && !branch->is_cancelled) return cancel(handle);
    stack_.abandon(branch->transaction);
    give_up(handle, status_without_response(*contexts_.get(branch->context)));
}

// --- Responses (§16.7).

void Proxy::take_provisional(BranchHandle handle, const sip::Message& response) {
    auto& branch = *branches_.get(handle);
    auto& context = *contexts_.get(branch.context);
    const bool is_first = branch.state == Branch::State::calling;
    if (is_first) branch.state = Branch::State::proceeding;
    if (is_first && branch.is_cancelled) send_cancel(handle);
    if (response.status() == sip::status::trying) return;
    // Step 2. The alarm finds out when it fires.
    if (context.is_invite && context.may_ring_on && !branch.is_cancelled)
        branch.patience = stack_.moment().now + context.timer_c;
    if (context.is_answered()) return;
    stack_.provisional(*context.transaction, response.status(), without_our_via(response, nullptr));
}

// Steps 5 and 10: a 2xx goes on at once, and the other branches are no longer wanted.
void Proxy::take_success(BranchHandle handle, const sip::Message& response) {
    auto& branch = *branches_.get(handle);
    const auto context_handle = branch.context;
    auto& context = *contexts_.get(context_handle);
    const auto octets = without_our_via(response, nullptr);
    if (context.accepted) {
        stack_.accept_again(*context.accepted, octets);
    } else if (context.transaction) {
        auto transaction = std::move(*std::exchange(context.transaction, std::nullopt));
        if (context.is_invite) {
            context.accepted = stack_.accept(std::move(transaction), octets);
        } else {
            stack_.finish(std::move(transaction), response.status(), octets);
        }
        forget_request(context);
    }
    // More 2xx may come to an INVITE, as long as its transaction lasts (RFC 6026 §7.2).
    context.is_invite ? complete(branch) : remove(handle);
    end_branches(context);
    release_if_over(context_handle);
}

void Proxy::take_failure(BranchHandle handle, const sip::Message& response) {
    const auto context_handle = branches_.get(handle)->context;
    auto& context = *contexts_.get(context_handle);
    // Whom we cancelled ourselves has refused nothing: nobody answered in time.
    const bool is_our_doing = branches_.get(handle)->is_cancelled && !context.is_cancelled;
    if (is_our_doing && response.status() == sip::status::request_terminated)
        return give_up(handle, sip::status::request_timeout);
    remove(handle);
    if (context.is_answered()) return release_if_over(context_handle);
    if (response.status().is_redirection() && follow(context, response)) return proceed(context_handle);
    // The usual case needs no copy of the response.
    const bool is_only_one = !context.best && !context.branches && !context.has_waiting_targets();
    if (is_only_one && response.status() != sip::status::service_unavailable) {
        finish(context, response, nullptr);
        return release_if_over(context_handle);
    }
    context.best_response().offer(response);
    if (response.status().is_global_failure()) {
        context.drop_waiting_targets();
        end_branches(context);
    }
    proceed(context_handle);
}

// Step 4. What has been a target already is none again, and there are never more than max_branches.
bool Proxy::follow(ResponseContext& context, const sip::Message& redirection) {
    if (settings_->recursion == Recursion::never || context.is_cancelled) return false;
    auto found = places_in(redirection);
    const auto is_known = [&](const Target& target) {
        return std::ranges::find(context.targets, target.request_uri, &Target::request_uri) !=
               context.targets.end();
    };
    std::erase_if(found, is_known);
    const auto room = settings_->max_branches - std::min(settings_->max_branches, context.targets.size());
    if (found.size() > room) found.resize(room);
    context.targets.insert(context.targets.begin() + context.next_target, std::move_iterator(found.begin()),
                           std::move_iterator(found.end()));
    return !found.empty();
}

// The targets that the Contacts of a 3xx lead to, each once.
std::vector<Target> Proxy::places_in(const sip::Message& redirection) const {
    std::vector<Target> places;
    for (const auto& contact : redirection.all<sip::Contact>()) {
        if (!contact || contact->is_wildcard || !contact->address.uri.is_sip()) continue;
        RouteInformation place;
        place.target = contact->address.uri;
        if (settings_->recursion == Recursion::own && !domains_.own(place.target)) continue;
        auto targets = targets_.find(place, stack_.moment().now);
        if (!targets) continue;
        for (auto& target : *targets) {
            if (std::ranges::find(places, target.request_uri, &Target::request_uri) != places.end()) continue;
            target.q = contact->q.value_or(target.q);
            insert_by_q(places, std::move(target));
        }
    }
    return places;
}

void Proxy::give_up(BranchHandle handle, sip::Status status) {
    const auto context_handle = branches_.get(handle)->context;
    auto& context = *contexts_.get(context_handle);
    remove(handle);
    if (!context.is_answered()) context.best_response().offer(status);
    proceed(context_handle);
}

// A branch has ended without success: the next targets, or step 6.
void Proxy::proceed(ContextHandle handle) {
    auto& context = *contexts_.get(handle);
    if (!context.is_answered()) {
        if (context.may_start_next_target())
            with_request(context, [&](const RoutedRequest& request) { forward(handle, request); });
        if (!context.branches) finish(context);
    }
    release_if_over(handle);
}

void Proxy::finish(ResponseContext& context) {
    const auto best = context.best.get();
    if (const auto* response = best ? best->response() : nullptr) return finish(context, *response, best);
    auto transaction = std::move(*std::exchange(context.transaction, std::nullopt));
    const auto status = best ? best->status() : std::nullopt;
    stack_.finish(std::move(transaction), *context.request,
                  {.status = status.value_or(sip::status::request_timeout)});
    forget_request(context);
}

void Proxy::finish(ResponseContext& context, const sip::Message& response, const BestResponse* best) {
    auto transaction = std::move(*std::exchange(context.transaction, std::nullopt));
    const auto octets = without_our_via(response, best);
    if (octets.empty()) {
        stack_.finish(std::move(transaction), *context.request, {.status = sip::status::bad_gateway});
    } else {
        stack_.finish(std::move(transaction), response.status(), octets);
    }
    forget_request(context);
}

// Step 3, and step 7 for the best of several. Empty: without another Via it was meant for us, and goes
// nowhere.
std::string_view Proxy::without_our_via(const sip::Message& response, const BestResponse* best) {
    edits_.clear();
    edits_.remove_first_value(sip::Via::name);
    if (best) best->add_challenges(edits_);
    auto out = stack_.scratch();
    edits_.write(response, out);
    return out.overflowed() ? std::string_view{} : out.view();
}

// --- Ending branches.

// Step 10: an INVITE is cancelled; the answers to anything else are no longer listened to.
void Proxy::end_branches(ResponseContext& context) {
    for (auto at = context.branches; at;) {
        const auto handle = std::exchange(at, branches_.get(at)->next);
        const auto& branch = *branches_.get(handle);
        if (branch.state == Branch::State::completed) continue;
        if (context.is_invite) {
            cancel(handle);
        } else {
            stack_.abandon(branch.transaction);
            remove(handle);
        }
    }
}

void Proxy::cancel(BranchHandle handle) {
    auto& branch = *branches_.get(handle);
    if (branch.is_cancelled) return;
    branch.is_cancelled = true;
    if (branch.state == Branch::State::proceeding) send_cancel(handle);
}

// §9.1: what has had no answer 64*T1 after its CANCEL gets none.
void Proxy::send_cancel(BranchHandle handle) {
    stack_.cancel(branches_.get(handle)->transaction);
    wait(handle, 64 * stack_.settings().timers.t1);
}

void Proxy::wait(BranchHandle handle, base::Duration patience) {
    auto& branch = *branches_.get(handle);
    stack_.disarm(branch.alarm);
    branch.patience = stack_.moment().now + patience;
    branch.alarm = stack_.arm(branch.patience, *this, handle.bits());
}

void Proxy::complete(Branch& branch) {
    branch.state = Branch::State::completed;
    branch.breadth = 0;
    stack_.disarm(std::exchange(branch.alarm, {}));
}

void Proxy::remove(BranchHandle handle) {
    const auto& doomed = *branches_.get(handle);
    auto* link = &contexts_.get(doomed.context)->branches;
    while (*link != handle) link = &branches_.get(*link)->next;
    *link = doomed.next;
    stack_.disarm(doomed.alarm);
    branches_.erase(handle);
}

void Proxy::release_if_over(ContextHandle handle) {
    const auto& context = *contexts_.get(handle);
    if (context.is_answered() && !context.branches) contexts_.erase(handle);
}

// --- Copies of requests.

std::unique_ptr<sip::Message> Proxy::copy(const sip::Message& message) {
    if (spare_messages_.empty()) return std::make_unique<sip::Message>(message);
    auto copy = std::move(spare_messages_.back());
    spare_messages_.pop_back();
    *copy = message;
    return copy;
}

void Proxy::forget_request(ResponseContext& context) {
    auto request = context.forget();
    if (spare_messages_.size() < spare_limit && request->octets().size() <= spare_octets)
        spare_messages_.push_back(std::move(request));
}

}  // namespace almon::server
