#include "almon/load/report.hpp"

#include <algorithm>
#include <boost/json/object.hpp>
#include <cstdio>

#include "almon/sip/status.hpp"

namespace almon::load {
namespace {

namespace json = boost::json;
using std::chrono::microseconds;

double seconds(Duration duration) {
    return std::chrono::duration<double>(duration).count();
}

template <class... Values>
std::string text(const char* format, Values... values) {
    char line[256];
    const auto size = std::snprintf(line, sizeof line, format, values...);
    return {line, std::min(static_cast<std::size_t>(std::max(size, 0)), sizeof line - 1)};
}

std::string print_count(const char* name, std::uint64_t count, const std::string& remark = {}) {
    return text("  %-18s%12llu", name, static_cast<unsigned long long>(count)) +
           (remark.empty() ? "" : "  " + remark) + "\n";
}

// What an operator should know of, if there is any.
std::string print_if_any(const char* name, std::uint64_t count, const std::string& remark = {}) {
    return count == 0 ? std::string{} : print_count(name, count, remark);
}

std::string print_time(microseconds time) {
    return text("%9.2f", static_cast<double>(time.count()) / 1'000);
}

std::string print_latency(const char* name, const Histogram& times) {
    auto line = text("  %-18s", name);
    for (const auto share : {0.5, 0.9, 0.99, 0.999}) line += print_time(times.percentile(share));
    return line + print_time(times.max()) + "\n";
}

std::string print_refusals(const Tally& tally) {
    std::string lines;
    for (std::size_t code = 300; code < tally.refused.size(); ++code)
        if (tally.refused[code] > 0)
            lines += print_count(("  " + std::to_string(code)).c_str(), tally.refused[code],
                                 std::string(sip::Status(static_cast<std::uint16_t>(code)).reason()));
    return lines;
}

std::string print_failures(const Tally& tally) {
    return print_count("failed", tally.failed()) + print_refusals(tally) +
           print_if_any("  time-outs", tally.timeouts) + print_if_any("  connection lost", tally.lost) +
           print_if_any("  unusable 2xx", tally.broken);
}

std::string print_title(const Plan& plan) {
    return std::string(name_of(plan.kind)) + " " + base::printed(plan.target) + ", " +
           std::string(sip::via_name(plan.transport)) + ", " +
           (plan.rate > 0 ? text("%g a second", plan.rate) : text("%u at once", plan.window));
}

std::string print_latencies(const Plan& plan, const Tally& tally) {
    auto lines = "  milliseconds            50 %     90 %     99 %   99.9 %      max\n" +
                 print_latency(plan.kind == Kind::call ? "INVITE to 200" : "request to 200", tally.answer);
    if (plan.kind == Kind::call) lines += print_latency("BYE to 200", tally.ending);
    return lines;
}

json::object describe(const Histogram& times) {
    const auto at = [&](double share) { return times.percentile(share).count(); };
    return {{"count", times.count()},
            {"mean", times.mean().count()},
            {"p50", at(0.5)},
            {"p90", at(0.9)},
            {"p99", at(0.99)},
            {"p99_9", at(0.999)},
            {"max", times.max().count()}};
}

json::object describe_refusals(const Tally& tally) {
    json::object refusals;
    for (std::size_t code = 300; code < tally.refused.size(); ++code)
        if (tally.refused[code] > 0) refusals[std::to_string(code)] = tally.refused[code];
    return refusals;
}

json::object describe(const Tally& tally) {
    return {{"sent", tally.begun},           {"ok", tally.ok},
            {"failed", tally.failed()},      {"failed_by_status", describe_refusals(tally)},
            {"timeouts", tally.timeouts},    {"connection_lost", tally.lost},
            {"unusable", tally.broken},      {"retransmissions", tally.retransmissions},
            {"unexpected", tally.unexpected}};
}

}  // namespace

bool Report::is_good() const {
    return tally.failed() == 0 && preparation.failed() == 0;
}

double Report::rate() const {
    return lasted > Duration::zero() ? static_cast<double>(tally.ok) / seconds(lasted) : 0;
}

double Report::cpu_microseconds() const {
    const auto ended = tally.ok + tally.failed();
    return ended == 0 ? 0 : seconds(cpu) * 1e6 / static_cast<double>(ended);
}

std::string print_report(const Plan& plan, const Report& report) {
    if (report.preparation.failed() > 0)
        return print_title(plan) + ": no call was made, as not all callees could register\n" +
               print_count("registered", report.preparation.ok) + print_failures(report.preparation);
    const auto& tally = report.tally;
    auto lines =
        print_title(plan) + (report.interrupted ? ", interrupted" : "") + "\n" +
        print_if_any("registered first", report.preparation.ok) + print_count("begun", tally.begun) +
        print_count("ok", tally.ok, text("%.1f a second, in %.1f s", report.rate(), seconds(report.lasted))) +
        print_failures(tally) + print_count("retransmissions", tally.retransmissions) +
        print_if_any("unexpected", tally.unexpected, "late, repeated or not ours") +
        print_if_any("not sent", report.unsent, "the system did not take them");
    if (plan.rate > 0)
        lines += print_if_any(
            "begun late", report.late,
            text("by up to %.0f ms: almon load did not keep up", seconds(report.largest_lag) * 1'000));
    if (tally.answer.count() > 0) lines += print_latencies(plan, tally);
    return lines + text("  own CPU            %12.1f  µs each\n", report.cpu_microseconds());
}

json::object to_json(const Plan& plan, const Report& report) {
    auto shown = describe(report.tally);
    shown["kind"] = std::string(name_of(plan.kind));
    shown["target"] = base::printed(plan.target);
    shown["transport"] = std::string(sip::uri_name(plan.transport));
    shown["seconds"] = seconds(report.lasted);
    shown["rate"] = report.rate();
    shown["unsent"] = report.unsent;
    shown["begun_late"] = report.late;
    shown["largest_lag_us"] = std::chrono::ceil<microseconds>(report.largest_lag).count();
    shown["cpu_us"] = report.cpu_microseconds();
    shown["interrupted"] = report.interrupted;
    json::object latencies{{"answer", describe(report.tally.answer)}};
    if (plan.kind == Kind::call) {
        latencies["bye"] = describe(report.tally.ending);
        shown["registration"] = describe(report.preparation);
    }
    shown["latency_us"] = std::move(latencies);
    return shown;
}

std::string print_progress(const Progress& progress) {
    const auto rate = static_cast<double>(progress.ended) / std::max(seconds(progress.since_last), 1e-3);
    return text("  %5.0f s %10.0f a second %8zu outstanding %8llu failed%s\n", seconds(progress.since_start),
                rate, progress.outstanding, static_cast<unsigned long long>(progress.failed),
                progress.is_preparation ? "  (callees register or leave)" : "");
}

}  // namespace almon::load
