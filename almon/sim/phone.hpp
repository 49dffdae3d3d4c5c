// A simulated phone: it registers, calls, is called, and hangs up, as its script says. Its transactions are
// those of the stack, so it also proves that the stack carries a user agent.
#pragma once

#include <chrono>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "almon/sim/account.hpp"
#include "almon/sim/call.hpp"
#include "almon/sim/machine.hpp"
#include "almon/sim/outlet.hpp"
#include "almon/sim/registration.hpp"
#include "almon/stack/stack.hpp"

namespace almon::sim {

// What a phone does when it is called.
struct Behaviour {
    Duration ring_for = std::chrono::seconds(1);
    std::uint16_t answer = 200;  // 0: it rings until somebody gives up
};

class Phone final : public Machine,
                    Engine,
                    stack::Core,
                    stack::ServerUser,
                    stack::ClientUser,
                    stack::AlarmUser {
 public:
    Phone(std::uint64_t seed, Network& network, const Clock& clock, Trace& trace, PhoneOptions options);
    Phone(const Phone&) = delete;
    Phone& operator=(const Phone&) = delete;

    const std::string& user() const { return account_.options().user; }
    const Endpoint& address() const { return account_.options().address; }
    std::string contact() const { return account_.contact(); }
    Behaviour when_called;

    // --- What its owner does.
    // Binds the contact, again and again before it expires, until unregisters().
    void registers(std::chrono::seconds expires = std::chrono::seconds(60));
    void unregisters();
    // To a user of the own domain, or a whole URI. Gives the number of the call.
    std::size_t calls(std::string_view whom);
    // Cancels, declines or ends the call, whatever is right for its state; nothing when it is over.
    void hangs_up(std::size_t call);

    // --- What came of it.
    const Call& call(std::size_t number) const { return calls_[number]; }
    const std::deque<Call>& calls() const { return calls_; }
    bool is_registered() const {
        return registration_.bound_until() && *registration_.bound_until() > clock_.now();
    }
    // A REGISTER is on its way, so what the server has bound is not known.
    bool is_registering() const { return registration_.is_under_way(); }
    bool wants_registration() const { return registration_.is_wanted(); }
    Instant asked_for_binding_at() const { return registration_.asked_at(); }
    std::uint16_t register_status() const { return registration_.status(); }
    std::size_t transactions() const { return stack_.client_transactions() + stack_.server_transactions(); }
    // How many of its streams have ended; what was in them may have gone with them.
    std::size_t streams_lost() const { return streams_lost_; }
    Instant last_lost_a_stream() const { return last_lost_a_stream_; }
    // Breaks its streams, as a changed network does.
    void loses_its_streams();

    std::optional<Instant> deadline() const override { return stack_.deadline(); }
    void advance() override;

 private:
    enum class Kind : std::uint8_t { invite, bye };
    static std::uint64_t cookie(Kind kind, std::size_t number) {
        return static_cast<std::uint64_t>(kind) << 56 | number;
    }
    static Kind kind_of(std::uint64_t cookie) { return static_cast<Kind>(cookie >> 56); }
    static std::size_t number_of(std::uint64_t cookie) { return cookie & 0xFFFF'FFFF; }

    // --- Engine: from the network.
    void datagram(const sip::Flow& flow, std::string_view octets) override;
    void connected(const sip::Flow& flow) override;
    void received(sip::ConnectionId connection, std::string_view octets) override;
    void disconnected(sip::ConnectionId connection) override;
    void send_failed(stack::ClientHandle origin) override;
    stack::Outbox& outbox() override { return outbox_; }

    // --- From the stack.
    void request(const stack::Arrival& arrival) override;
    void cancelled(std::uint64_t cookie) override;
    void server_ended(std::uint64_t) override {}
    void response(std::uint64_t cookie, const stack::Arrival& arrival) override;
    void failed(std::uint64_t cookie, stack::Failure why) override;
    void client_ended(std::uint64_t) override {}
    void alarm(std::uint64_t cookie) override;

    // --- Calls of our own.
    void send_invite(std::size_t number);
    void take_invite_answer(std::size_t number, const stack::Arrival& arrival);
    void take_refusal(std::size_t number, const sip::Message& answer);
    void take_accept(std::size_t number, const stack::Arrival& arrival);
    std::size_t dialog_with(std::string_view remote_tag, std::size_t number);
    void confirm(Call& call, const stack::Arrival& accept);
    void acknowledge(const Call& call, std::uint32_t cseq);
    void give_up(std::size_t number);

    // --- Calls to us.
    void take_invite(const stack::Arrival& arrival);
    std::string write_answer(const Call& call, const sip::Message& invite, sip::Status status);
    void answer(std::size_t number);
    void accept(std::size_t number);
    void repeat_accept(std::size_t number);
    void decline(Call& call, sip::Status status);
    void take_ack(const stack::Arrival& arrival);
    void take_bye(const stack::Arrival& arrival);

    // --- Both.
    void send_bye(std::size_t number);
    sip::Flow flow_of(const Call& call) const;
    std::string request_in(const Call& call, std::string_view method, std::uint32_t cseq) const;
    std::optional<std::size_t> find(const stack::Arrival& arrival) const;
    void set_alarm(std::size_t number, Duration after);

    const Clock& clock_;
    Account account_;
    base::Random random_;
    stack::Outbox outbox_;
    stack::Stack stack_;
    Outlet outlet_;
    Registration registration_;
    std::deque<Call> calls_;
    std::size_t streams_lost_ = 0;
    Instant last_lost_a_stream_{};
};

}  // namespace almon::sim
