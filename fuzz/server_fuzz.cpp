// One shard of a server, whole. An input is a script of what phones of ours, a user far from home, strangers,
// the network, the store and time do to it. No request of a stranger is passed on to a foreign address; what
// a turn sends is bounded; in due time no transaction, call or pending registration is left.
#include <optional>
#include <vector>

#include "almon/server/node.hpp"
#include "almon/server/targets.hpp"
#include "almon/sip/digest/client.hpp"
#include "almon/sip/headers/route.hpp"
#include "fuzz/world.hpp"

using namespace almon;
using namespace almon::fuzz;

namespace {

const sip::Endpoint phone = *sip::Endpoint::parse("198.51.100.2:5060");
const sip::Endpoint roamer = *sip::Endpoint::parse("203.0.113.7:5060");
const sip::Endpoint stranger = *sip::Endpoint::parse("203.0.113.66:5060");

// --- Requests: templates whose parts the script chooses, bent by it afterwards.

template <std::size_t Count>
std::string_view choose(const std::array<std::string_view, Count>& parts, Script& script) {
    return parts[script.below(Count)];
}

constexpr std::array<std::string_view, 12> methods{"INVITE",  "ACK",    "BYE",       "CANCEL",
                                                   "OPTIONS", "INVITE", "REGISTER",  "REGISTER",
                                                   "MESSAGE", "REFER",  "SUBSCRIBE", "ODD"};
constexpr std::array<std::string_view, 12> uris{"sip:bob@example.com",
                                                "sip:bob@example.com",
                                                "sip:bob@198.51.100.2:5060",
                                                "sip:alice@example.com",
                                                "sip:example.com",
                                                "sip:192.0.2.1",
                                                "sip:x@203.0.113.99",
                                                "sip:x@203.0.113.99:5070",
                                                "sips:bob@example.com",
                                                "sip:bob@example.com;maddr=203.0.113.99",
                                                "tel:+15551234;phone-context=x",
                                                "sip:carol@elsewhere.org"};
constexpr std::array<std::string_view, 6> from{
    "<sip:alice@example.com>;tag=1",         "Bob <sip:bob@example.com>;tag=1", "<sip:x@elsewhere.org>;tag=1",
    "sip:anonymous@anonymous.invalid;tag=2", "<sip:alice@example.com>",         "<tel:+15551234>;tag=1"};
constexpr std::array<std::string_view, 6> to{"<sip:bob@example.com>",       "<sip:alice@example.com>",
                                             "<sip:bob@example.com>;tag=t", "sip:carol@example.com",
                                             "<sip:x@203.0.113.99>;tag=t",  "<sips:bob@example.com>"};
constexpr std::array<std::string_view, 8> hops{"70", "70", "70", "1", "0", "255", "256", "x"};
constexpr std::array<std::string_view, 22> extras{
    "",
    "",
    "Contact: <sip:bob@198.51.100.2:5060>\r\n",
    "Contact: <sip:bob@198.51.100.2:5060>;expires=0\r\n",
    "Contact: <sip:bob@198.51.100.3>;q=0.3, <sip:bob@198.51.100.4;transport=tcp>;expires=70\r\n",
    "Contact: <sip:b@198.51.100.5;ob>;reg-id=1;+sip.instance=\"<urn:uuid:1>\"\r\nSupported: outbound, "
    "path\r\n",
    "Contact: *\r\nExpires: 0\r\n",
    "Contact: sip:alice@203.0.113.7\r\n",
    "Expires: 0\r\n",
    "Expires: 59\r\n",
    "Path: <sip:203.0.113.80;lr>\r\nSupported: path\r\n",
    "Route: <sip:192.0.2.1;lr>\r\n",
    "Route: <sip:203.0.113.99;lr>\r\n",
    "Route: <sip:192.0.2.1:5060;lr>, <sip:203.0.113.99;lr>\r\n",
    "Route: <sip:192.0.2.1>, <sip:203.0.113.99>\r\n",
    "Record-Route: <sip:203.0.113.80;lr>\r\n",
    "Require: path\r\n",
    "Proxy-Require: odd\r\n",
    "Max-Breadth: 1\r\n",
    "Max-Breadth: 0\r\n",
    "Content-Type: text/plain\r\n",
    "Timestamp: 1\r\n"};

std::string request_text(Script& script, const sip::Endpoint& sender, std::string_view more = {}) {
    const auto method = choose(methods, script);
    const auto name = std::to_string(script.below(4));
    std::string text(method);
    text.append(" ").append(choose(uris, script)).append(" SIP/2.0\r\nVia: SIP/2.0/UDP ");
    text.append(base::printed(sender)).append(";branch=z9hG4bK").append(name);
    text.append("\r\nMax-Forwards: ").append(choose(hops, script));
    text.append("\r\nFrom: ").append(choose(from, script)).append("\r\nTo: ").append(choose(to, script));
    text.append("\r\nCall-ID: ").append(name).append("\r\nCSeq: ").append(std::to_string(script.below(4)));
    text.append(" ")
        .append(method)
        .append("\r\n")
        .append(choose(extras, script))
        .append(choose(extras, script));
    text.append(more).append("Content-Length: 0\r\n\r\n");
    return bent(std::move(text), script);
}

// What a phone says first of all.
constexpr std::string_view registration =
    "REGISTER sip:example.com SIP/2.0\r\nVia: SIP/2.0/UDP 198.51.100.2;branch=z9hG4bKr\r\n"
    "From: <sip:bob@example.com>;tag=r\r\nTo: <sip:bob@example.com>\r\nCall-ID: r\r\nCSeq: 1 REGISTER\r\n"
    "Contact: <sip:bob@198.51.100.2>, <sip:bob@198.51.100.3>;q=0.5\r\nContent-Length: 0\r\n\r\n";

// The values of Record-Route as a Route line; empty without any.
std::string route_back(std::string_view octets) {
    const auto message = sip::Message::parse(octets);
    std::string line;
    if (!message) return line;
    for (const auto& field : message->fields())
        if (sip::HeaderName("Record-Route").matches(message->name(field), field.name_hash))
            line.append("Route: ").append(message->value(field)).append("\r\n");
    return line;
}

// --- The server and its world.

const sip::digest::Login& alice() {
    static const sip::digest::Login login("alice", "example.com", "secret");
    return login;
}

server::SettingsSnapshot policy(server::Inbound inbound) {
    auto settings = std::make_shared<server::Settings>();
    settings->domains = {"example.com"};
    settings->trusted = {*base::Network::parse("198.51.100.0/24")};
    settings->inbound = inbound;
    settings->bindings_per_aor = 2;  // each costs Timer C when they are tried one after the other
    settings->pending_commits = 8;
    return settings;
}

class World {
 public:
    explicit World(Script script)
        : script_(script),
          node_(site_, settings(), policy(static_cast<server::Inbound>(script_.below(2))),
                server::Durability::commit, std::span<const std::byte, 32>(seed), clock_.moment().now, {}) {
        site_.subscribers.set(alice().username, alice().realm, alice().secret);
        site_.subscribers.set("bob", alice().realm, {});
    }

    void run() {
        hear(phone, registration);
        decide(1, true);
        for (unsigned steps = 0; !script_.done() && steps < 48; ++steps) step();
        script_ = Script("");
        while (!waiting_.empty()) decide(1, true);
        pass(15min);
        ALMON_ASSERT(node_.is_idle() && node_.proxy().contexts() == 0);
        ALMON_ASSERT(node_.stack().server_transactions() == 0 && node_.stack().client_transactions() == 0);
    }

 private:
    struct Datagram {
        sip::Endpoint from;
        std::string_view bytes;
    };
    static constexpr std::array<std::byte, 32> seed{};

    static stack::Settings settings() {
        stack::Settings settings{.transaction_limit = 16, .udp_request_octets = 600};
        for (const auto transport : {sip::Transport::udp, sip::Transport::tcp})
            settings.listeners.push_back({transport, our_address, "192.0.2.1:5060"});
        return settings;
    }
    sip::Flow stream() const { return {sip::Transport::tcp, our_address, stranger, connection_}; }

    void step() {
        switch (script_.below(12)) {
            case 0: return hear(phone, request_text(script_, phone));
            case 1: return hear(phone, request_text(script_, phone, route()));
            case 2: return hear_stranger(request_text(script_, stranger));
            case 3: return hear_stranger(request_text(script_, stranger, route()));
            case 4: return roam();
            case 5: return answer();
            case 6: return decide(script_.below(4), script_.below(3) > 0);
            case 7: return pass(duration(script_));
            case 8: return use_stream();
            case 9: return fail_to_send();
            case 10: return hear_again();
            case 11: return command();
        }
    }

    // --- What arrives.
    void hear(const sip::Endpoint& sender, std::string_view octets) {
        const Datagram one{sender, octets};
        node_.datagrams({sip::Transport::udp, our_address, {}, {}}, std::span(&one, 1), clock_.moment());
        look();
    }
    // Unless they were given a signed route, strangers reach our users at most.
    void hear_stranger(const std::string& octets) {
        watching_ = octets.find(server::RouteSigner::parameter) == octets.npos;
        hear(stranger, octets);
        watching_ = false;
    }
    // Alice, from elsewhere, answers the challenge that she got last.
    void roam() {
        const auto text = request_text(script_, roamer);
        hear(roamer, text);
        const auto* packet = sent_.pick(0);
        const auto challenged = packet ? sip::Message::parse(packet->octets) : sip::Result<sip::Message>();
        if (!packet || !challenged || packet->flow.peer != roamer) return;
        if (challenged->get<sip::WwwAuthenticate>())
            return prove<sip::WwwAuthenticate>(*challenged, text, "");
        prove<sip::ProxyAuthenticate>(*challenged, text, "Proxy-");
    }
    template <class Header>
    void prove(const sip::Message& challenged, std::string text, const char* prefix) {
        const auto request = sip::Message::parse(text);
        const auto challenge = challenged.get<Header>();
        if (!request || !request->is_request() || !challenge) return;
        sip::digest::Client client(alice());
        sip::digest::Tries tries;
        const std::array<sip::Challenge, 1> heard{*challenge};
        if (client.hear(heard, tries, random_) != sip::digest::Advice::retry) return;
        std::array<char, 8192> buffer;
        base::Printer out{buffer};
        client.print({.method = request->method().value(), .uri = request->request_uri()}, out);
        const auto line = std::string(prefix) + "Authorization: " + std::string(out.view()) + "\r\n";
        hear(roamer, bent(text.insert(text.find("\r\n") + 2, line), script_));
    }
    // Whoever got one of the latest packets answers it.
    void answer() {
        const auto* packet = sent_.pick(script_.octet());
        if (packet == nullptr) return;
        const auto whoever = packet->flow.peer;
        const auto code = status(script_);
        const auto tag = script_.below(2) == 0 ? "t" : "u";
        hear(whoever, bent(answer_to(*packet, code, tag, choose(extras, script_)), script_));
    }
    // One of the latest packets comes back to us: a loop, or a repeat of another network's making.
    void hear_again() {
        if (const auto* packet = sent_.pick(script_.octet()))
            hear(script_.below(2) == 0 ? phone : packet->flow.peer, bent(packet->octets, script_));
    }
    void fail_to_send() {
        const auto* packet = sent_.pick(script_.octet());
        if (packet == nullptr || !packet->origin) return;
        node_.send_failed(packet->origin, clock_.moment());
        look();
    }
    void use_stream() {
        watching_ = true;
        switch (script_.below(4)) {
            case 0:
                node_.disconnected(connection_, clock_.moment());
                ++connection_.generation;
                node_.connected(stream(), clock_.moment());
                break;
            case 1: node_.disconnected(connection_, clock_.moment()); break;
            case 2: node_.received(connection_, request_text(script_, stranger), clock_.moment()); break;
            case 3: node_.received(connection_, script_.take(script_.octet()), clock_.moment()); break;
        }
        look();
        watching_ = false;
    }
    void command() {
        switch (script_.below(4)) {
            case 0: node_.unbind("sip:bob@example.com", "", clock_.moment()); break;
            case 1: node_.apply(policy(static_cast<server::Inbound>(script_.below(2)))); break;
            case 2: hear(stranger, script_.take(script_.octet())); break;
            case 3: (void)node_.restore("sip:alice@example.com", script_.take(64), clock_.moment()); break;
        }
        look();
    }
    std::string route() {
        const auto* packet = sent_.pick(script_.octet());
        return packet ? route_back(packet->octets) : std::string();
    }

    // --- The store: it has this many of the waiting commits now, or failed to keep them.
    void decide(std::size_t count, bool durable) {
        for (; count > 0 && !waiting_.empty(); --count) {
            const auto ticket = waiting_.front();
            waiting_.pop_front();
            if (ticket != 0) node_.committed(ticket, durable, clock_.moment());
            look();
        }
    }
    void pass(base::Duration time) {
        fuzz::pass(node_, clock_, time, [this] { look(); });
    }

    // --- What the server wants done.
    void look() {
        for (const auto& commit : node_.commits()) waiting_.push_back(commit.ticket);
        node_.commits().clear();
        ALMON_ASSERT(node_.registrar().pending() <= 8 && node_.stack().server_transactions() <= 16);
        if (watching_) check_destinations();
        const auto closed = node_.outbox().closed();
        const std::vector<sip::ConnectionId> closing(closed.begin(), closed.end());
        sent_.take(node_.outbox());
        for (const auto id : closing) node_.disconnected(id, clock_.moment());
    }
    // What is passed on bears the Via of its sender below ours.
    void check_destinations() {
        const auto& outbox = node_.outbox();
        for (const auto& packet : outbox.packets()) {
            const auto message = sip::Message::parse(outbox.octets(packet));
            if (!message || !message->is_request() || message->count(sip::Via::name) < 2) continue;
            ALMON_ASSERT(is_bound(packet.flow.peer));  // a phone of ours, wherever it says that it is
        }
    }
    bool is_bound(const sip::Endpoint& place) {
        const base::Epochs::Turn turn(site_.epochs, 0);
        bool bound = false;
        site_.location.for_each(0, [&](const server::AorRecord& record) {
            for (const auto& binding : record.bindings()) bound |= leads_to(binding, place);
        });
        return bound;
    }
    static bool leads_to(const server::Binding& binding, const sip::Endpoint& place) {
        const auto contact = "<" + std::string(binding.contact) + ">";
        sip::Scanner in(binding.path.empty() ? contact : binding.path);
        const auto hop = sip::Route::parse(in);
        const auto flow =
            hop ? server::flow_to(hop->address.uri) : tl::unexpected(server::NoTarget{sip::status::ok, ""});
        return binding.flow.peer == place || (flow && flow->peer == place);
    }

    Script script_;
    Clock clock_;
    base::Random random_{std::uint64_t{9}};
    server::Site site_{{.tables = {1, 2}, .routes = {3, 4}}, 1};
    server::Node node_;
    Sent sent_;
    std::deque<std::uint64_t> waiting_;  // tickets, in the order in which the store got them
    sip::ConnectionId connection_{.slot = 0, .generation = 1};
    bool watching_ = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    World(Script(text_of(data, size))).run();
    return 0;
}
