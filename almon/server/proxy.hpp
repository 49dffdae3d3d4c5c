// The stateful proxy (RFC 3261 §16) of one shard: it takes requests that were found valid and allowed, finds
// their targets, forwards to them in parallel and in turn, and brings the answers back.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "almon/base/slab.hpp"
#include "almon/server/forwarding.hpp"
#include "almon/server/loop_detection.hpp"
#include "almon/server/response_context.hpp"
#include "almon/server/targets.hpp"

namespace almon::server {

// A request on its way, with what was found out about it. Valid during the call.
struct RoutedRequest {
    const sip::Message& message;
    const sip::Envelope& envelope;
    const RouteInformation& route;
    const LoopMark& mark;
};

class Proxy final : stack::ServerUser, stack::ClientUser, stack::AlarmUser {
 public:
    // Everything must outlive it.
    Proxy(stack::Stack& stack, const Domains& domains, const Targets& targets, const RouteSigner& signer,
          const base::HashKey& route_key, SettingsSnapshot settings);
    Proxy(const Proxy&) = delete;
    Proxy& operator=(const Proxy&) = delete;

    // Any request but ACK and CANCEL. The return value says why it cannot go anywhere; nullopt: it went, or
    // was answered.
    [[nodiscard]] std::optional<NoTarget> request(const stack::Arrival& arrival,
                                                  const RouteInformation& route, const LoopMark& mark,
                                                  const RouteRule* rule = nullptr);
    // An ACK to a 2xx, or a CANCEL that matches nothing, goes on without a transaction (§16.10, §16.11).
    // So does any request that a rule wants forwarded without state; then its responses come back the same
    // way. False when there is nowhere to send it.
    bool relay(const stack::Arrival& arrival, const RouteInformation& route, const RouteRule* rule = nullptr);
    // For what comes from now on.
    void apply(SettingsSnapshot settings) { settings_ = std::move(settings); }

    std::size_t contexts() const { return contexts_.size(); }
    std::size_t branches() const { return branches_.size(); }

 private:
    using ContextHandle = base::Handle<ResponseContext>;
    using BranchHandle = base::Handle<Branch>;

    // --- What the stack reports.
    void cancelled(std::uint64_t cookie) override;
    void server_ended(std::uint64_t) override {}
    void response(std::uint64_t cookie, const stack::Arrival& arrival) override;
    void failed(std::uint64_t cookie, stack::Failure why) override;
    void client_ended(std::uint64_t cookie) override;
    void alarm(std::uint64_t cookie) override;

    // --- Forwarding (§16.6).
    void forward(ContextHandle handle, const RoutedRequest& request);
    void start_branch(ContextHandle handle, const RoutedRequest& request, Branch begun);
    template <class Use>
    void with_request(ResponseContext& context, Use use);
    std::uint32_t breadth_left(const ResponseContext& context);

    // --- Responses (§16.7).
    void take_provisional(BranchHandle handle, const sip::Message& response);
    void take_success(BranchHandle handle, const sip::Message& response);
    void take_failure(BranchHandle handle, const sip::Message& response);
    bool follow(ResponseContext& context, const sip::Message& redirection);
    std::vector<Target> places_in(const sip::Message& redirection) const;
    void give_up(BranchHandle handle, sip::Status status);
    void proceed(ContextHandle handle);
    void finish(ResponseContext& context);
    void finish(ResponseContext& context, const sip::Message& response, const BestResponse* best);
    std::string_view without_our_via(const sip::Message& response, const BestResponse* best);

    // --- Ending branches (§16.7 step 10, §16.8).
    void end_branches(ResponseContext& context);
    void cancel(BranchHandle handle);
    void send_cancel(BranchHandle handle);
    void wait(BranchHandle handle, base::Duration patience);
    void complete(Branch& branch);
    void remove(BranchHandle handle);
    void release_if_over(ContextHandle handle);

    std::unique_ptr<sip::Message> copy(const sip::Message& message);
    void forget_request(ResponseContext& context);

    stack::Stack& stack_;
    const Domains& domains_;
    const Targets& targets_;
    const RouteSigner& signer_;
    base::HashKey route_key_;
    SettingsSnapshot settings_;
    base::Slab<ResponseContext> contexts_;
    base::Slab<Branch> branches_;
    std::vector<std::unique_ptr<sip::Message>> spare_messages_;
    sip::Edits edits_;
};

}  // namespace almon::server
