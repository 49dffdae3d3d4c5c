// What a proxied call and a REGISTER cost a shard, without kernel and sockets: run it under callgrind and
// read the instructions for each unit of work (bench/instructions.py does both).
//
//     node_cost call|register COUNT
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "almon/server/node.hpp"

using namespace almon;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t users = 1'000;

sip::Endpoint endpoint(const char* text) {
    return *sip::Endpoint::parse(text);
}

struct Datagram {
    sip::Endpoint from;
    std::string_view bytes;
};

std::string user_of(std::size_t number) {
    return "u" + std::to_string(1'000'000 + number % users);
}

class Bench {
 public:
    Bench() : node_(site_, stack_settings(), policy(), server::Durability::memory, seed_, {}, {}) {
        for (std::size_t i = 0; i < users; ++i) register_user(i, "setup-" + std::to_string(i));
    }

    void register_user(std::size_t number, const std::string& call_id) {
        const auto user = user_of(number);
        hear(
            caller_,
            "REGISTER sip:192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 198.51.100.1:5060;rport;branch=z9hG4bK-" +
                call_id + "\r\nMax-Forwards: 70\r\nFrom: <sip:" + user +
                "@192.0.2.1>;tag=r1\r\nTo: <sip:" + user + "@192.0.2.1>\r\nCall-ID: " + call_id +
                "@198.51.100.1\r\nCSeq: 1 REGISTER\r\nContact: <sip:" + user +
                "@198.51.100.2:5060>\r\nExpires: 3600\r\nUser-Agent: bench/1.0\r\nContent-Length: 0\r\n\r\n");
        taken("SIP/2.0 200");
        step();
    }

    // INVITE, 180, 200, ACK, BYE, 200: six datagrams come in, seven go out.
    void call(std::size_t number) {
        const auto user = user_of(number), id = std::to_string(number);
        const auto same = "Max-Forwards: 70\r\nFrom: \"Alice\" <sip:alice@192.0.2.1>;tag=c" + id +
                          "\r\nTo: <sip:" + user + "@192.0.2.1>";
        const auto rest = "\r\nCall-ID: " + id + "-7@198.51.100.1\r\n";
        const auto contact = std::string("Contact: <sip:alice@198.51.100.1:5060>\r\n");
        hear(caller_,
             "INVITE sip:" + user + "@192.0.2.1 SIP/2.0\r\n" + via(id, 1) + same + rest +
                 "CSeq: 1 INVITE\r\n" + contact +
                 "Allow: INVITE, ACK, CANCEL, OPTIONS, BYE, UPDATE, INFO\r\nSupported: timer, replaces\r\n"
                 "User-Agent: bench/1.0\r\nContent-Type: application/sdp\r\nContent-Length: " +
                 std::to_string(std::strlen(sdp)) + "\r\n\r\n" + sdp);
        const auto invite = taken("INVITE ");
        answer(invite, id, "180 Ringing");
        const auto ok = answer(invite, id, "200 OK");
        std::string route = lines(ok, "Record-Route:");
        route = route.empty() ? route : "Route:" + route.substr(13);
        const auto target = "sip:" + user + "@198.51.100.2:5060 SIP/2.0\r\n";
        const auto tagged = same + ";tag=s" + id + rest;
        hear(caller_, "ACK " + target + via(id, 2) + route + tagged + "CSeq: 1 ACK\r\n" + contact +
                          "Content-Length: 0\r\n\r\n");
        node_.outbox().clear();
        hear(caller_, "BYE " + target + via(id, 3) + route + tagged + "CSeq: 2 BYE\r\n" + contact +
                          "Content-Length: 0\r\n\r\n");
        answer(taken("BYE "), id, "200 OK");
        step();
    }

 private:
    static constexpr const char* sdp =
        "v=0\r\no=alice 53655765 2353687637 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 "
        "0\r\nm=audio 30000 RTP/AVP 0 8 "
        "101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 "
        "telephone-event/8000\r\na=fmtp:101 "
        "0-16\r\na=ptime:20\r\na=sendrecv\r\n";

    static stack::Settings stack_settings() {
        return {.listeners = {{sip::Transport::udp, endpoint("192.0.2.1:5060"), "192.0.2.1:5060"}}};
    }
    static server::SettingsSnapshot policy() {
        auto settings = std::make_shared<server::Settings>();
        settings->domains = {"192.0.2.1"};
        settings->trusted = {*base::Network::parse("198.51.100.0/24")};
        return settings;
    }
    static std::string via(const std::string& id, int request) {
        return "Via: SIP/2.0/UDP 198.51.100.1:5060;rport;branch=z9hG4bK-" + id + "-" +
               std::to_string(request) + "\r\n";
    }
    void hear(const sip::Endpoint& from, const std::string& octets) {
        const Datagram one{from, octets};
        node_.datagrams({sip::Transport::udp, endpoint("192.0.2.1:5060"), {}, {}}, std::span(&one, 1),
                        moment_);
    }
    // What was sent with that start; the outbox is empty afterwards.
    std::string taken(std::string_view start) {
        std::string found;
        for (const auto& packet : node_.outbox().packets())
            if (node_.outbox().octets(packet).starts_with(start)) found = node_.outbox().octets(packet);
        if (!found.empty()) {
            node_.outbox().clear();
            return found;
        }
        for (const auto& p : node_.outbox().packets())
            std::fputs(std::string(node_.outbox().octets(p)).c_str(), stderr);
        std::fprintf(stderr, "node_cost: no %s was sent\n", std::string(start).c_str());
        std::exit(1);
    }
    static std::string lines(const std::string& message, std::string_view name) {
        std::string all;
        for (std::size_t at = 0, end; (end = message.find("\r\n", at)) != at && end != message.npos;
             at = end + 2)
            if (message.compare(at, name.size(), name) == 0) all += message.substr(at, end + 2 - at);
        return all;
    }
    // The callee answers; what the caller then gets.
    std::string answer(const std::string& request, const std::string& id, const char* status) {
        auto to = lines(request, "To:");
        if (to.find("tag=") == to.npos) to.insert(to.size() - 2, ";tag=s" + id);
        hear(callee_, std::string("SIP/2.0 ") + status + "\r\n" + lines(request, "Via:") +
                          lines(request, "Record-Route:") + lines(request, "From:") + to +
                          lines(request, "Call-ID:") + lines(request, "CSeq:") +
                          "Contact: <sip:bob@198.51.100.2:5060>\r\nContent-Length: 0\r\n\r\n");
        return taken("SIP/2.0 ");
    }
    // A call each 0.1 ms, with timers.
    void step() {
        moment_.now += 100us;
        node_.advance(moment_);
    }

    const std::array<std::byte, 32> seed_{};
    server::Site site_{{.tables = {1, 2}, .routes = {3, 4}}, 1};
    server::Node node_;
    base::Moment moment_{base::Instant{1h}, {}};
    const sip::Endpoint caller_ = endpoint("198.51.100.1:5060"), callee_ = endpoint("198.51.100.2:5060");
};

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) return std::fputs("usage: node_cost call|register COUNT\n", stderr), 2;
    const std::string work = argv[1];
    const auto count = std::strtoul(argv[2], nullptr, 10);
    Bench bench;
    for (std::size_t i = 0; i < count; ++i)
        work == "call" ? bench.call(i) : bench.register_user(i, "work-" + std::to_string(i));
    std::printf("%lu\n", count);
}
