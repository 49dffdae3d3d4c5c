// The stack as one state machine. An input is a script of what peers, the network, time and users do to it;
// users act from inside their callbacks too. Afterwards users let go of all they hold, and in due time
// nothing is left: no transaction, no timer.
#include <map>
#include <optional>
#include <vector>

#include "almon/stack/stack.hpp"
#include "fuzz/world.hpp"

using namespace almon;
using namespace almon::fuzz;
using stack::Arrival, stack::ClientHandle, stack::Failure;

namespace {

const sip::Endpoint peer = *sip::Endpoint::parse("192.0.2.9:5999");
constexpr std::array<std::string_view, 8> methods{"INVITE",  "ACK",    "BYE",     "CANCEL",
                                                  "OPTIONS", "INVITE", "MESSAGE", "ODD"};

std::string request_text(Script& script, std::string_view transport) {
    const auto method = methods[script.below(methods.size())];
    const auto name = std::to_string(script.below(4));
    const bool is_old = script.below(8) == 0;  // RFC 2543: no cookie, the whole message names it
    std::string text(method);
    text.append(" sip:b@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/").append(transport);
    text.append(" 192.0.2.9:5999;branch=").append(is_old ? "1" : "z9hG4bK").append(name);
    text.append(script.below(4) == 0 ? ";rport\r\n" : "\r\n");
    text.append("From: <sip:a@a>;tag=1\r\nTo: <sip:b@b>\r\nCall-ID: ").append(name);
    text.append("\r\nCSeq: 1 ").append(method).append("\r\nContent-Length: 0\r\n\r\n");
    return bent(std::move(text), script);
}

class World final : stack::Core, stack::ServerUser, stack::ClientUser, stack::AlarmUser {
 public:
    explicit World(Script script)
        : script_(script), stack_(settings(), *this, random_, outbox_, base::HashKey{1, 2}, {}) {}

    void run() {
        for (unsigned steps = 0; !script_.done() && steps < 64; ++steps) step();
        script_ = Script("");
        let_go();
        pass(10min);
        ALMON_ASSERT(stack_.server_transactions() == 0 && stack_.client_transactions() == 0);
        ALMON_ASSERT(stack_.invites_in_progress() == 0 && !stack_.deadline());
        ALMON_ASSERT(held_.empty() && calls_.empty());
    }

 private:
    struct Held {
        std::optional<stack::ServerTransaction> transaction;  // until the final answer
        std::optional<stack::AcceptedInvite> accepted;
        std::string request;
        bool is_invite;
    };

    static stack::Settings settings() {
        stack::Settings settings{.transaction_limit = 8, .udp_request_octets = 400};
        for (const auto transport : {sip::Transport::udp, sip::Transport::tcp})
            settings.listeners.push_back({transport, our_address, "192.0.2.1:5060"});
        return settings;
    }
    sip::Flow flow(sip::Transport transport) const { return {transport, our_address, peer, {}}; }
    sip::Flow stream() const { return {sip::Transport::tcp, our_address, peer, connection_}; }

    // --- The script.
    void step() {
        switch (script_.below(8)) {
            case 0: hear(request_text(script_, "UDP")); break;
            case 1: answer(); break;
            case 2: pass(duration(script_)); break;
            case 3: act(); break;
            case 4: use_stream(); break;
            case 5: fail_to_send(); break;
            case 6: hear(script_.take(script_.octet())); break;
            case 7: hear_again(); break;
        }
        look();
    }
    void hear(std::string_view octets) {
        stack_.datagram(flow(sip::Transport::udp), octets, clock_.moment());
    }
    // A response to one of the latest requests that we sent, or what else that packet calls for.
    void answer() {
        const auto* packet = sent_.pick(script_.octet());
        if (packet == nullptr) return;
        const auto code = fuzz::status(script_);
        hear(bent(answer_to(*packet, code, script_.below(2) == 0 ? "t" : "u"), script_));
    }
    // Our own packets come back.
    void hear_again() {
        if (const auto* packet = sent_.pick(script_.octet())) hear(std::string(packet->octets));
    }
    void fail_to_send() {
        const auto* packet = sent_.pick(script_.octet());
        if (packet != nullptr && packet->origin) stack_.send_failed(packet->origin, clock_.moment());
    }
    void use_stream() {
        switch (script_.below(4)) {
            case 0: ++connection_.generation; return stack_.connected(stream(), clock_.moment());
            case 1: return void(stack_.disconnected(connection_, clock_.moment()));
            case 2: return void(stack_.received(connection_, request_text(script_, "TCP"), clock_.moment()));
            case 3: return void(stack_.received(connection_, script_.take(script_.octet()), clock_.moment()));
        }
    }
    void pass(base::Duration time) {
        fuzz::pass(stack_, clock_, time, [this] { look(); });
    }
    void look() {
        sent_.take(outbox_);
        ALMON_ASSERT(stack_.server_transactions() <= 8);
        ALMON_ASSERT(stack_.invites_in_progress() <= stack_.server_transactions());
    }

    // --- What users do, from outside and from inside a callback.
    void act() {
        switch (script_.below(8)) {
            case 0: return call();
            case 1: return stack_.cancel(handle());
            case 2: return abandon();
            case 3: return ring();
            case 4: return finish(pick_held(), fuzz::status(script_));
            case 5: return accept_again();
            case 6: return void(stack_.arm(clock_.moment().now + duration(script_), *this, 0));
            case 7: return forward_stateless();
        }
    }
    // One action at most, so that callbacks do not nest for ever.
    void react() {
        if (reacting_ || script_.below(2) == 0) return;
        reacting_ = true;
        act();
        reacting_ = false;
    }
    void call() {
        if (calls_.size() == 8) return;
        const auto transport = script_.below(4) == 0 ? sip::Transport::tcp : sip::Transport::udp;
        const auto message = sip::Message::parse(request_text(script_, "UDP"));
        if (!message || !message->is_request() || !sip::read_envelope(*message)) return;
        sip::Edits edits;
        if (script_.below(4) == 0) edits.append(sip::HeaderName("Subject"), std::string(400, 'x'));
        const auto handle = stack_.send({*message, edits, flow(transport)}, *this, ++cookie_);
        calls_[cookie_] = handle;
    }
    void forward_stateless() {
        const auto message = sip::Message::parse(request_text(script_, "UDP"));
        sip::Edits edits;
        if (message) stack_.send_stateless({*message, edits, flow(sip::Transport::udp)});
    }
    ClientHandle handle() {
        if (calls_.empty()) return {};
        return std::next(calls_.begin(), script_.below(static_cast<unsigned>(calls_.size())))->second;
    }
    Held* pick_held() {
        if (held_.empty()) return nullptr;
        return &std::next(held_.begin(), script_.below(static_cast<unsigned>(held_.size())))->second;
    }
    std::string reply(const Held& held, sip::Status code) const {
        return answer_to({.octets = held.request}, code, "local");
    }
    void ring() {
        const auto* held = pick_held();
        if (held == nullptr || !held->transaction) return;
        stack_.provisional(*held->transaction, sip::status::ringing, reply(*held, sip::status::ringing));
    }
    void finish(Held* held, sip::Status code) {
        if (held == nullptr || !held->transaction || code.is_provisional()) return;
        const auto octets = reply(*held, code);
        auto transaction = std::move(*held->transaction);
        held->transaction.reset();
        if (held->is_invite && code.is_success()) {
            held->accepted.emplace(stack_.accept(std::move(transaction), octets));
        } else {
            stack_.finish(std::move(transaction), code, octets);
        }
    }
    void accept_again() {
        const auto* held = pick_held();
        if (held != nullptr && held->accepted)
            stack_.accept_again(*held->accepted, reply(*held, sip::status::ok));
    }
    // What is told of an abandoned call is told to nobody.
    void abandon() {
        if (calls_.empty()) return;
        const auto call = std::next(calls_.begin(), script_.below(static_cast<unsigned>(calls_.size())));
        const auto handle = call->second;
        calls_.erase(call);
        stack_.abandon(handle);
    }
    void let_go() {
        while (!calls_.empty()) abandon();
        std::vector<std::uint64_t> cookies;
        for (const auto& [cookie, held] : held_) cookies.push_back(cookie);
        for (const auto cookie : cookies) finish(&held_[cookie], sip::status::server_internal_error);
        look();
    }

    // --- What users are told.
    void request(const Arrival& arrival) override {
        const auto way = script_.below(4);
        if (arrival.message.method() == sip::method::ack) return react();
        if (way == 0) return stack_.reply(arrival, {.status = sip::status::not_found});
        if (way == 1) return stack_.answer(arrival, {.status = sip::status::ok});
        auto opened = stack_.open(arrival, *this, ++cookie_);
        if (!opened) return;
        held_[cookie_] = {.transaction = std::move(opened),
                          .request = std::string(arrival.message.octets()),
                          .is_invite = arrival.message.method() == sip::method::invite};
        react();
    }
    void cancelled(std::uint64_t cookie) override {
        ALMON_ASSERT(held_.contains(cookie));
        if (script_.below(2) == 0) return finish(&held_[cookie], sip::status::request_terminated);
        react();
    }
    void server_ended(std::uint64_t cookie) override { ALMON_ASSERT(held_.erase(cookie) == 1); }
    void response(std::uint64_t cookie, const Arrival& arrival) override {
        ALMON_ASSERT(calls_.contains(cookie) && arrival.message.is_response());
        react();
    }
    void failed(std::uint64_t cookie, Failure) override {
        ALMON_ASSERT(calls_.contains(cookie));
        react();
    }
    void client_ended(std::uint64_t cookie) override { ALMON_ASSERT(calls_.erase(cookie) == 1); }
    void alarm(std::uint64_t) override { react(); }

    Script script_;
    Clock clock_;
    base::Random random_{std::uint64_t{7}};
    stack::Outbox outbox_;
    stack::Stack stack_;
    Sent sent_;
    sip::ConnectionId connection_{.slot = 0, .generation = 1};
    std::map<std::uint64_t, Held> held_;
    std::map<std::uint64_t, ClientHandle> calls_;
    std::uint64_t cookie_ = 0;
    bool reacting_ = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    World(Script(text_of(data, size))).run();
    return 0;
}
