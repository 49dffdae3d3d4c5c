// What went over a simulated network, for a ladder of the messages when something went wrong.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "almon/base/address.hpp"
#include "almon/sim/clock.hpp"

namespace almon::sim {

enum class Fate : std::uint8_t { sent, lost, broken };

struct Passage {
    Instant when;
    base::Endpoint from, to;
    Fate fate;
    std::string_view octets;
};

// "3600.000250": an instant in seconds.
std::string printed(Instant when);

// Sees every message at the moment when it is sent.
class Observer {
 public:
    virtual ~Observer() = default;
    virtual void note(const Passage& passage) = 0;
    // A datagram, or what was written to a stream at once, that has come to where it was sent.
    virtual void arrived(const Passage&) {}
};

class Trace final : public Observer {
 public:
    // Whether messages are kept; a run that is only to be counted needs none.
    enum class Keep : std::uint8_t { nothing, messages };
    explicit Trace(Keep keep = Keep::nothing) : keep_(keep) {}

    void name(const base::IpAddress& host, std::string name) { names_[host] = std::move(name); }
    std::string name_of(const base::IpAddress& host) const;
    void note(const Passage& passage) override;
    // Something that is no message: a crash, say.
    void remark(Instant when, std::string_view what);

    struct Line {
        Instant when;
        std::string from, to;  // names; both empty: a remark
        Fate fate;
        std::string first_line, call_id, cseq;  // no Call-ID: no SIP message
        std::size_t octets;

        bool is_remark() const { return from.empty(); }
    };
    const std::vector<Line>& lines() const { return lines_; }
    // Counts all messages, kept or not, with their order, times and octets: equal for equal runs.
    std::uint64_t fingerprint() const { return fingerprint_; }
    std::uint64_t messages() const { return messages_; }

    // A line a message; of one call, or of all. Remarks belong to every call.
    std::string ladder(std::string_view call_id = {}) const;
    // Of all requests with this method and their responses.
    std::string ladder_of_method(std::string_view method) const;

 private:
    std::string name_of(const base::Endpoint& endpoint) const;

    Keep keep_;
    std::map<base::IpAddress, std::string> names_;
    std::vector<Line> lines_;
    std::uint64_t fingerprint_ = 0;
    std::uint64_t messages_ = 0;
};

}  // namespace almon::sim
