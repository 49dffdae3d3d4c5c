// Keeps the contact of a simulated phone bound (RFC 3261 §10.2): it answers the challenge, refreshes the
// binding before it expires, and tries again when that was refused or not heard of.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "almon/sim/account.hpp"
#include "almon/stack/stack.hpp"

namespace almon::sim {

class Registration final : stack::ClientUser, stack::AlarmUser {
 public:
    // Both must outlive it.
    Registration(Account& account, stack::Stack& stack);

    // How long the contact is to be bound, again and again; 0: not any more.
    void ask_for(std::chrono::seconds expires);

    // Until when the server has promised to keep the binding; none: there is none, or nobody knows.
    std::optional<base::Instant> bound_until() const { return bound_until_; }
    // A REGISTER is on its way, so what the server has bound is not known.
    bool is_under_way() const { return is_under_way_; }
    // When it last asked for a binding.
    base::Instant asked_at() const { return asked_at_; }
    bool is_wanted() const { return expires_.count() > 0; }
    // The final answer to the last REGISTER; 408 when there was none.
    std::uint16_t status() const { return status_; }

 private:
    void response(std::uint64_t, const stack::Arrival& arrival) override;
    void failed(std::uint64_t, stack::Failure) override;
    void client_ended(std::uint64_t) override {}
    void alarm(std::uint64_t) override;

    void send();
    void take_bindings(const sip::Message& answer);
    void try_later();
    void set_alarm(base::Duration after);

    Account& account_;
    stack::Stack& stack_;
    const std::string call_id_;
    std::uint32_t cseq_ = 0;
    std::chrono::seconds expires_{0};
    std::uint16_t status_ = 0;
    bool is_under_way_ = false;
    bool is_out_of_date_ = false;  // the owner has changed his mind since the REGISTER was sent
    sip::digest::Tries tries_;
    std::optional<base::Instant> bound_until_;
    base::Instant asked_at_{};
    stack::Alarm alarm_{};
};

}  // namespace almon::sim
