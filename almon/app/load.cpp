// `almon load`: traffic for a SIP server, and how it fared.
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cmath>
#include <cstdio>

#include "almon/app/commands.hpp"
#include "almon/app/remote.hpp"
#include "almon/load/runner.hpp"
#include "almon/net/fd.hpp"
#include "almon/sip/uri.hpp"

namespace almon::app {
namespace {

constexpr double usual_rate = 10;
constexpr double most_seconds = 1e8;
constexpr std::uint32_t usual_users = 100;

std::optional<load::Kind> kind_named(std::string_view name) {
    for (const auto kind : {load::Kind::registration, load::Kind::call, load::Kind::options})
        if (name == load::name_of(kind)) return kind;
    return {};
}

// OPTIONS are for the server itself, unless users are named.
std::uint32_t users_of(const LoadOptions& options, load::Kind kind) {
    return options.users.value_or(kind == load::Kind::options ? 0 : usual_users);
}

std::optional<std::string> trouble_with(const LoadOptions& options, const load::Plan& plan) {
    const auto wrong = [](double value, double most) { return !(value > 0 && value <= most); };
    if (options.rate && options.window)
        return "--rate and --window exclude each other: either so many a second, or so many at once";
    if (options.rate && wrong(*options.rate, 1e6)) return "--rate takes a number up to 1000000";
    if (options.window && wrong(*options.window, load::most_outstanding))
        return "--window takes a number from 1 to " + std::to_string(load::most_outstanding);
    if (options.seconds && wrong(*options.seconds, most_seconds)) return "--seconds takes a positive number";
    if (options.count && *options.count == 0) return "--count takes a number from 1";
    if (plan.users > load::most_users || (plan.users == 0 && plan.kind != load::Kind::options))
        return "--users takes a number from 1 to " + std::to_string(load::most_users);
    if (wrong(options.source_ports, load::most_source_ports))
        return "--source-ports takes a number from 1 to " + std::to_string(load::most_source_ports);
    if (options.port > 0 && options.port + options.source_ports > 65'535)
        return "--port leaves no room for that many ports";
    if (wrong(options.t1_ms, 60'000)) return "--t1 takes milliseconds, from 1 to 60000";
    if (!sip::Uri::parse("sip:" + plan.domain)) return "--domain: `" + plan.domain + "` is no domain";
    return {};
}

base::Outcome<load::Plan> plan_of(const LoadOptions& options) {
    const auto kind = kind_named(options.kind);
    if (!kind)
        return base::trouble("`" + options.kind + "` cannot be sent; choose register, call or options");
    const auto target = load::parse_target(options.target);
    if (!target) return tl::unexpected(target.error());
    const auto transport = sip::transport_named(options.transport);
    if (!transport || (*transport != sip::Transport::udp && *transport != sip::Transport::tcp))
        return base::trouble("--transport: `" + options.transport + "` is not supported; choose udp or tcp");
    const auto names = load::UserPattern::parse(options.user_pattern);
    if (!names) return base::trouble("--user-pattern: " + names.error());

    using std::chrono::milliseconds;
    load::Plan plan{.kind = *kind,
                    .target = *target,
                    .transport = *transport,
                    .domain = options.domain.empty() ? load::uri_host(target->address) : options.domain,
                    .rate = options.window ? 0 : options.rate.value_or(usual_rate),
                    .window = options.window.value_or(0),
                    .count = options.count,
                    .users = users_of(options, *kind),
                    .names = *names,
                    .password = options.password,
                    .in_random_order = options.random_order,
                    .source_ports = options.source_ports,
                    .first_port = static_cast<std::uint16_t>(options.port),
                    .expires = std::chrono::seconds(options.expires),
                    .ring = milliseconds(options.ring_ms),
                    .hold = milliseconds(options.hold_ms),
                    .timers = {.t1 = milliseconds(options.t1_ms)}};
    if (const auto trouble = trouble_with(options, plan)) return base::trouble(*trouble);
    if (options.seconds) plan.lasts = base::Duration(std::llround(*options.seconds * 1e9));
    return plan;
}

struct Screen final : load::ProgressReader {
    void progress(const load::Progress& progress) override {
        std::fputs(load::print_progress(progress).c_str(), stderr);
    }
};

}  // namespace

int load(const LoadOptions& options) {
    const auto plan = plan_of(options);
    if (!plan) return complain(plan.error());
    net::allow_all_descriptors();
    net::Loop loop;
    Screen screen;
    load::Runner runner(loop, *plan, screen);
    const auto report = runner.run();
    if (!report) return complain(report.error());
    const auto text = options.json ? boost::json::serialize(load::to_json(*plan, *report)) + "\n"
                                   : load::print_report(*plan, *report);
    std::fputs(text.c_str(), stdout);
    return report->is_good() ? 0 : 1;
}

}  // namespace almon::app
