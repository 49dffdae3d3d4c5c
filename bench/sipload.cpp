// A phone that registers, or a caller and his callee, on UDP at 127.0.0.1: fast enough to keep a server busy
// from one core. Nothing is sent again; a unit that has not ended after 4 s has failed.
//
//     sipload register|call TARGET CALLER CALLEE COUNT USERS STRIDE WINDOW RATE
//
// TARGET, CALLER and CALLEE are ports. The users u0000000, u0000001, … are taken in steps of STRIDE, modulo
// USERS: a large prime goes through all of them, far apart. Their contact is the callee, so `register`
// prepares `call`. RATE is a second; 0: as fast as WINDOW at once allows. One line of JSON tells what came of
// it.
#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "almon/net/clock.hpp"
#include "almon/net/socket.hpp"
#include "almon/net/udp_calls.hpp"

using namespace almon;
using namespace std::chrono_literals;

namespace {

constexpr auto patience = 4s;
constexpr std::size_t longest = 4'096;  // octets of a message that comes
constexpr std::string_view sdp =
    "v=0\r\no=alice 53655765 2353687637 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=audio 30000 RTP/AVP 0 8 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\n"
    "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\na=ptime:20\r\na=sendrecv\r\n";
constexpr std::string_view no_body = "Content-Length: 0\r\n\r\n";
constexpr std::string_view allow = "Allow: INVITE, ACK, CANCEL, OPTIONS, BYE, UPDATE, INFO\r\n";

// --- Texts.

void append(std::string& text, std::string_view piece) {
    text.append(piece);
}
void append(std::string& text, std::size_t number) {
    char digits[20];
    text.append(digits, std::to_chars(digits, std::end(digits), number).ptr);
}

template <class... Pieces>
void add(std::string& text, const Pieces&... pieces) {
    (append(text, pieces), ...);
}

// The lines of a message behind the first, one after the other.
class Lines {
 public:
    explicit Lines(std::string_view message) : rest_(message) { next(); }

    // Empty behind the last field.
    std::string_view next() {
        const auto end = std::min(rest_.find("\r\n"), rest_.size());
        const auto line = rest_.substr(0, end);
        rest_.remove_prefix(std::min(end + 2, rest_.size()));
        return line;
    }

 private:
    std::string_view rest_;
};

// The first line with this name, a colon at its end.
std::string_view line_of(std::string_view message, std::string_view name) {
    Lines lines(message);
    for (auto line = lines.next(); !line.empty(); line = lines.next())
        if (line.starts_with(name)) return line;
    return {};
}

std::size_t number_in(std::string_view text) {
    std::size_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

// A Call-ID is the number of its unit, a dash, and the number of this run.
std::size_t unit_of(std::string_view message) {
    constexpr std::string_view name = "Call-ID: ";
    const auto line = line_of(message, name);
    return line.empty() ? SIZE_MAX : number_in(line.substr(name.size()));
}

// --- A socket, written in batches.

class Wire {
 public:
    Wire(std::uint16_t port, const base::Endpoint& target)
        : socket_(opened(port)), target_(target), messages_(base::limits::datagrams_per_turn) {
        net::enlarge_buffers(socket_);
        ::fcntl(fd(), F_SETFL, O_NONBLOCK);
    }

    int fd() const { return socket_.number(); }
    std::span<const net::Datagram> read() { return calls_.read(fd(), counters_); }
    // An empty message to write, which leaves with the batch.
    std::string& next() {
        if (waiting_ == messages_.size()) flush();
        auto& message = messages_[waiting_++];
        message.clear();
        return message;
    }
    void flush() {
        outgoing_.clear();
        for (std::size_t i = 0; i < waiting_; ++i) outgoing_.push_back({target_, messages_[i]});
        calls_.write(fd(), outgoing_, counters_);
        waiting_ = 0;
    }

 private:
    static net::Fd opened(std::uint16_t port) {
        const auto local = base::Endpoint::parse("127.0.0.1:" + std::to_string(port));
        auto socket = net::bind_socket(net::SocketType::datagram, *local, net::PortSharing::exclusive);
        if (socket) return std::move(*socket);
        std::fprintf(stderr, "sipload: %s\n", socket.error().c_str());
        std::exit(1);
    }

    net::Fd socket_;
    base::Endpoint target_;
    net::BatchedUdpCalls calls_{longest};
    net::UdpCounters counters_;
    std::vector<std::string> messages_;
    std::size_t waiting_ = 0;
    std::vector<net::Outgoing> outgoing_;
};

// --- The parts that are played.

struct Plan {
    bool calls;
    std::uint16_t target, caller, callee;
    std::size_t count, users, stride, window;
    double rate;
};

class Callee {
 public:
    explicit Callee(Wire& wire, std::uint16_t port) : wire_(wire), port_(port) {}

    void hear(std::string_view request) {
        const bool is_invite = request.starts_with("INVITE ");
        if (is_invite) answer(request, "SIP/2.0 180 Ringing\r\n", no_body, true);
        if (is_invite) answer(request, "SIP/2.0 200 OK\r\n", described(), true);
        if (request.starts_with("BYE ")) answer(request, "SIP/2.0 200 OK\r\n", no_body, false);
    }

 private:
    static std::string_view described() {
        static const std::string text = std::string(allow) +
                                        "User-Agent: bench/1.0\r\nContent-Type: application/sdp\r\n"
                                        "Content-Length: " +
                                        std::to_string(sdp.size()) + "\r\n\r\n" + std::string(sdp);
        return text;
    }
    void answer(std::string_view request, std::string_view start, std::string_view end, bool is_first) {
        auto& out = wire_.next();
        add(out, start);
        Lines lines(request);
        for (auto line = lines.next(); !line.empty(); line = lines.next()) {
            const bool is_to = line.starts_with("To:");
            if (is_to && is_first)
                add(out, line, ";tag=s\r\n");
            else if (is_to || line.starts_with("Via:") || line.starts_with("From:") ||
                     line.starts_with("CSeq:") || line.starts_with("Call-ID:") ||
                     (is_first && line.starts_with("Record-Route:")))
                add(out, line, "\r\n");
        }
        add(out, "Contact: <sip:bob@127.0.0.1:", port_, ">\r\n", end);
    }

    Wire& wire_;
    std::size_t port_;
};

class Caller {
 public:
    Caller(Wire& wire, const Plan& plan)
        : wire_(wire), plan_(plan), run_(static_cast<std::size_t>(::getpid())), units_(plan.count) {
        latencies_.reserve(plan.count);
    }

    std::size_t begun() const { return begun_; }
    std::size_t over() const { return ok_ + failed_; }
    std::size_t ok() const { return ok_; }
    std::size_t failed() const { return failed_; }
    std::size_t last_refusal() const { return last_refusal_; }

    void begin(base::Instant now) {
        const auto unit = begun_++;
        units_[unit] = {State::asking, now};
        user_ = "u" + std::to_string(10'000'000 + unit * plan_.stride % plan_.users).substr(1);
        plan_.calls ? write_invite(unit) : write_register(unit);
    }
    void hear(std::string_view response, base::Instant now) {
        if (!response.starts_with("SIP/2.0 ")) return;
        const auto status = number_in(response.substr(8, 3));
        const auto number = unit_of(response);
        if (status < 200 || number >= begun_) return;
        auto& unit = units_[number];
        if (unit.state == State::over) return;
        if (status >= 300) {
            last_refusal_ = status;
            return end(unit, failed_);
        }
        if (unit.state == State::asking) latencies_.push_back(now - unit.began);
        if (!plan_.calls || unit.state == State::leaving) return end(unit, ok_);
        if (!line_of(response, "CSeq:").ends_with("INVITE")) return;
        unit.state = State::leaving;
        acknowledge_and_leave(number, response);
    }
    void give_up_what_is_late(base::Instant now) {
        for (; oldest_ < begun_; ++oldest_) {
            auto& unit = units_[oldest_];
            if (unit.state != State::over && now - unit.began < patience) return;
            if (unit.state != State::over) end(unit, failed_);
        }
    }
    // In microseconds.
    long latency(double share) {
        if (latencies_.empty()) return 0;
        const auto at = static_cast<std::ptrdiff_t>(share * static_cast<double>(latencies_.size() - 1));
        std::nth_element(latencies_.begin(), latencies_.begin() + at, latencies_.end());
        return std::chrono::duration_cast<std::chrono::microseconds>(latencies_[static_cast<std::size_t>(at)])
            .count();
    }

 private:
    enum class State : std::uint8_t { asking, leaving, over };
    struct Unit {
        State state;
        base::Instant began;
    };

    void end(Unit& unit, std::size_t& counter) {
        unit.state = State::over;
        ++counter;
    }
    // Via and Max-Forwards of a unit's first, second or third request.
    void add_way(std::string& out, std::size_t unit, std::size_t step) const {
        add(out, " SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:", std::size_t{plan_.caller},
            ";rport;branch=z9hG4bK-", run_, "-", unit, "-", step, "\r\nMax-Forwards: 70\r\n");
    }
    void add_call(std::string& out, std::size_t unit, std::size_t cseq, std::string_view method) const {
        add(out, "Call-ID: ", unit, "-", run_, "@127.0.0.1\r\nCSeq: ", cseq, " ", method, "\r\n");
    }
    void write_register(std::size_t unit) {
        auto& out = wire_.next();
        add(out, "REGISTER sip:127.0.0.1:", std::size_t{plan_.target});
        add_way(out, unit, 1);
        add(out, "From: <sip:", user_, "@127.0.0.1>;tag=r", unit, "\r\nTo: <sip:", user_, "@127.0.0.1>\r\n");
        add_call(out, unit, 1, "REGISTER");
        add(out, "Contact: <sip:", user_, "@127.0.0.1:", std::size_t{plan_.callee},
            ">\r\nExpires: 3600\r\nUser-Agent: bench/1.0\r\n", no_body);
    }
    void write_invite(std::size_t unit) {
        auto& out = wire_.next();
        add(out, "INVITE sip:", user_, "@127.0.0.1:", std::size_t{plan_.target});
        add_way(out, unit, 1);
        add(out, "From: \"Alice\" <sip:alice@127.0.0.1>;tag=c", unit, "\r\nTo: <sip:", user_,
            "@127.0.0.1>\r\n");
        add_call(out, unit, 1, "INVITE");
        add(out, "Contact: <sip:alice@127.0.0.1:", std::size_t{plan_.caller}, ">\r\n", allow,
            "Supported: timer, replaces\r\nUser-Agent: bench/1.0\r\nContent-Type: "
            "application/sdp\r\nContent-Length: ",
            sdp.size(), "\r\n\r\n", sdp);
    }
    // Along the Record-Routes, the last of which is nearest to us.
    void acknowledge_and_leave(std::size_t unit, std::string_view ok) {
        const auto to = line_of(ok, "To:");
        const auto contact = line_of(ok, "Contact:");
        const auto from = contact.find('<') + 1;
        const auto target = contact.substr(from, contact.find('>') - from);
        routes_.clear();
        Lines lines(ok);
        for (auto line = lines.next(); !line.empty(); line = lines.next())
            if (line.starts_with("Record-Route:"))
                routes_.insert(0, "Route:" + std::string(line.substr(13)) + "\r\n");
        for (const std::size_t cseq : {1, 2}) {
            const std::string_view method = cseq == 1 ? "ACK" : "BYE";
            auto& out = wire_.next();
            add(out, method, " ", target);
            add_way(out, unit, cseq + 1);
            add(out, routes_, "From: \"Alice\" <sip:alice@127.0.0.1>;tag=c", unit, "\r\n", to, "\r\n");
            add_call(out, unit, cseq, method);
            add(out, "Contact: <sip:alice@127.0.0.1:", std::size_t{plan_.caller}, ">\r\n", no_body);
        }
    }

    Wire& wire_;
    const Plan plan_;
    const std::size_t run_;
    std::vector<Unit> units_;
    std::vector<base::Duration> latencies_;
    std::string user_, routes_;
    std::size_t begun_ = 0, oldest_ = 0, ok_ = 0, failed_ = 0, last_refusal_ = 0;
};

base::Instant now() {
    return net::read_clocks().now;
}

double seconds(base::Duration duration) {
    return std::chrono::duration<double>(duration).count();
}

// What has come is answered first, then the next begin: so answers and requests leave in batches.
void run(const Plan& plan, Caller& caller, Callee& callee, Wire& near, Wire& far) {
    const auto start = now();
    while (caller.over() < plan.count) {
        const auto moment = now();
        const auto due =
            plan.rate == 0 ? plan.count : static_cast<std::size_t>(seconds(moment - start) * plan.rate);
        while (caller.begun() < std::min(due, plan.count) && caller.begun() - caller.over() < plan.window)
            caller.begin(moment);
        near.flush();
        std::size_t heard = 0;
        for (const auto& [from, request] : far.read()) callee.hear(request), ++heard;
        far.flush();
        for (const auto& [from, response] : near.read()) caller.hear(response, now()), ++heard;
        near.flush();
        caller.give_up_what_is_late(moment);
        pollfd waits[] = {{near.fd(), POLLIN, 0}, {far.fd(), POLLIN, 0}};
        if (heard == 0) ::poll(waits, 2, 1);
    }
}

double own_cpu_us() {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    return 1e6 * static_cast<double>(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
           static_cast<double>(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
}

void report(Caller& caller, double lasted) {
    std::printf(R"({"ok":%zu,"failed":%zu,"last_refusal":%zu,"per_s":%.0f,)", caller.ok(), caller.failed(),
                caller.last_refusal(), static_cast<double>(caller.ok()) / lasted);
    std::printf(R"("p50_us":%ld,"p99_us":%ld,"own_cpu_us":%.2f})", caller.latency(0.5), caller.latency(0.99),
                own_cpu_us() / static_cast<double>(caller.over()));
    std::puts("");
}

Plan plan_of(char** words) {
    const auto number = [&](int at) {
        return static_cast<std::size_t>(std::strtoull(words[at], nullptr, 10));
    };
    const auto port = [&](int at) { return static_cast<std::uint16_t>(number(at)); };
    return {.calls = std::string_view(words[0]) == "call",
            .target = port(1),
            .caller = port(2),
            .callee = port(3),
            .count = number(4),
            .users = number(5),
            .stride = number(6),
            .window = number(7),
            .rate = std::atof(words[8])};
}

}  // namespace

int main(int argc, char** argv) {
    constexpr auto usage =
        "usage: sipload register|call TARGET CALLER CALLEE COUNT USERS STRIDE WINDOW RATE\n";
    if (argc != 10) return std::fputs(usage, stderr), 2;
    const auto plan = plan_of(argv + 1);
    const auto target = base::Endpoint::parse("127.0.0.1:" + std::to_string(plan.target));
    Wire near(plan.caller, *target), far(plan.callee, *target);
    Caller caller(near, plan);
    Callee callee(far, plan.callee);
    const auto start = now();
    run(plan, caller, callee, near, far);
    report(caller, seconds(now() - start));
}
