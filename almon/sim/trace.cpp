#include "almon/sim/trace.hpp"

#include <cinttypes>
#include <cstdio>

#include "almon/base/crypto/siphash.hpp"
#include "almon/sip/headers/call_id.hpp"
#include "almon/sip/headers/cseq.hpp"
#include "almon/sip/message.hpp"

namespace almon::sim {
namespace {

std::string value_of(const sip::Message& message, sip::HeaderName name) {
    const auto* field = message.find_field(name);
    return field ? std::string(message.value(*field)) : std::string();
}

std::string print_arrow(Fate fate) {
    switch (fate) {
        case Fate::sent: return " -> ";
        case Fate::lost: return " -x ";
        case Fate::broken: return " -| ";
    }
    return {};
}

std::string print_line(const Trace::Line& line) {
    const auto start = printed(line.when) + "  ";
    if (line.is_remark()) return start + "-- " + line.first_line + " --\n";
    const auto way = start + line.from + print_arrow(line.fate) + line.to + "  ";
    if (line.call_id.empty()) return way + std::to_string(line.octets) + " octets\n";
    return way + line.first_line + "  [" + line.cseq + "; " + line.call_id + "]\n";
}

}  // namespace

std::string printed(Instant when) {
    char text[32];
    const auto micros =
        std::chrono::duration_cast<std::chrono::microseconds>(when.time_since_epoch()).count();
    std::snprintf(text, sizeof text, "%" PRId64 ".%06" PRId64, static_cast<std::int64_t>(micros / 1'000'000),
                  static_cast<std::int64_t>(micros % 1'000'000));
    return text;
}

void Trace::note(const Passage& passage) {
    ++messages_;
    const std::uint64_t facts[]{fingerprint_,
                                static_cast<std::uint64_t>(passage.when.time_since_epoch().count()),
                                static_cast<std::uint64_t>(passage.fate)};
    const std::string_view before(reinterpret_cast<const char*>(facts), sizeof facts);
    fingerprint_ = base::siphash64({}, {before, passage.octets});
    if (keep_ == Keep::nothing) return;
    Line line{.when = passage.when,
              .from = name_of(passage.from),
              .to = name_of(passage.to),
              .fate = passage.fate,
              .first_line = std::string(passage.octets.substr(0, passage.octets.find("\r\n"))),
              .octets = passage.octets.size()};
    if (const auto message = sip::Message::parse(passage.octets)) {
        line.call_id = value_of(*message, sip::CallId::name);
        line.cseq = value_of(*message, sip::CSeq::name);
    }
    lines_.push_back(std::move(line));
}

void Trace::remark(Instant when, std::string_view what) {
    if (keep_ == Keep::messages)
        lines_.push_back({.when = when, .fate = Fate::sent, .first_line = std::string(what), .octets = 0});
}

std::string Trace::ladder(std::string_view call_id) const {
    std::string text;
    for (const auto& line : lines_)
        if (call_id.empty() || line.is_remark() || line.call_id == call_id) text += print_line(line);
    return text;
}

std::string Trace::ladder_of_method(std::string_view method) const {
    std::string text;
    for (const auto& line : lines_)
        if (line.is_remark() || line.cseq.ends_with(" " + std::string(method))) text += print_line(line);
    return text;
}

std::string Trace::name_of(const base::IpAddress& host) const {
    const auto found = names_.find(host);
    return found == names_.end() ? base::printed(host) : found->second;
}

std::string Trace::name_of(const base::Endpoint& endpoint) const {
    const auto found = names_.find(endpoint.address);
    return found == names_.end() ? base::printed(endpoint) : found->second;
}

}  // namespace almon::sim
