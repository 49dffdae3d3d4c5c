// A simulated phone: it registers with digest, calls, is called, and hangs up, as its script says. Its
// transactions are those of the stack, so it also proves that the stack carries a user agent.
#pragma once

#include <chrono>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "almon/sim/call.hpp"
#include "almon/sim/machine.hpp"
#include "almon/sim/outlet.hpp"
#include "almon/sip/digest/client.hpp"
#include "almon/stack/stack.hpp"

namespace almon::sim {

struct PhoneOptions {
    std::string user, password, domain;
    Endpoint address{};
    Endpoint server{};  // where all requests go that no route leads elsewhere
    sip::Transport transport = sip::Transport::udp;
};

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

    const std::string& user() const { return options_.user; }
    const Endpoint& address() const { return options_.address; }
    std::string contact() const;
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
    // Until when the server has promised to keep the binding; none: there is none, or nobody knows.
    std::optional<Instant> registered_until() const { return registered_until_; }
    bool is_registered() const { return registered_until_ && *registered_until_ > clock_.now(); }
    // A REGISTER is on its way, so what the server has bound is not known.
    bool is_registering() const { return register_is_under_way_; }
    bool wants_registration() const { return expires_.count() > 0; }
    std::uint16_t register_status() const { return register_status_; }
    std::size_t transactions() const { return stack_.client_transactions() + stack_.server_transactions(); }
    // How many of its streams have ended, and what was in them with them.
    std::size_t streams_lost() const { return streams_lost_; }
    // Breaks its streams, as a changed network does.
    void loses_its_streams();

    std::optional<Instant> deadline() const override { return stack_.deadline(); }
    void advance() override;

 private:
    enum class Kind : std::uint8_t { registration, invite, bye };
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

    // --- Registration.
    void send_register();
    void take_register_answer(const sip::Message& answer);
    void try_to_register_later();

    // --- Calls of our own.
    void send_invite(std::size_t number);
    void take_invite_answer(std::size_t number, const stack::Arrival& arrival);
    void take_accept(std::size_t number, const stack::Arrival& arrival);
    void acknowledge(const Call& call, std::uint32_t cseq);
    void give_up(std::size_t number);

    // --- Calls to us.
    void take_invite(const stack::Arrival& arrival);
    void answer(std::size_t number);
    void accept(std::size_t number);
    void repeat_accept(std::size_t number);
    void decline(Call& call, sip::Status status);
    void take_ack(const stack::Arrival& arrival);
    void take_bye(const stack::Arrival& arrival);

    // --- Both.
    void send_bye(std::size_t number);
    void send(std::uint64_t cookie, std::string_view text, const sip::Flow& flow);
    sip::Flow flow_to_server() const;
    sip::Flow flow_of(const Call& call) const;
    std::string request_in(const Call& call, std::string_view method, std::uint32_t cseq) const;
    bool answers_challenge(const sip::Message& answer, sip::digest::Tries& tries);
    std::string credentials(std::string_view field, std::string_view method, std::string_view uri);
    std::optional<std::size_t> find(const stack::Arrival& arrival) const;
    void set_alarm(std::size_t number, Duration after);

    const Clock& clock_;
    PhoneOptions options_;
    base::Random random_;
    stack::Outbox outbox_;
    stack::Stack stack_;
    Outlet outlet_;
    sip::digest::Client digest_;

    std::deque<Call> calls_;
    std::chrono::seconds expires_{0};  // wanted; 0: no registration
    std::string register_call_id_;
    std::uint32_t register_cseq_ = 0;
    std::uint16_t register_status_ = 0;
    bool register_is_under_way_ = false;
    bool register_again_ = false;  // the owner changed his mind meanwhile
    sip::digest::Tries register_tries_;
    std::optional<Instant> registered_until_;
    stack::Alarm register_alarm_{};
    std::size_t streams_lost_ = 0;
};

}  // namespace almon::sim
