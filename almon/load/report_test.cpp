#include "almon/load/report.hpp"

#include <doctest/doctest.h>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

using namespace almon;
using namespace almon::load;
using namespace std::chrono_literals;

namespace {

Plan plan(Kind kind) {
    return {.kind = kind, .target = Endpoint::parse("192.0.2.1:5060").value(), .rate = 100};
}

Report good_report() {
    Report report;
    report.tally.begun = report.tally.ok = 200;
    for (int i = 1; i <= 200; ++i) report.tally.answer.add(i * 10us);
    report.lasted = 2s;
    report.cpu = 1ms;
    return report;
}

}  // namespace

TEST_CASE("a good run is a short table") {
    const auto report = good_report();
    CHECK(report.is_good());
    CHECK(print_report(plan(Kind::registration), report) ==
          "register 192.0.2.1:5060, UDP, 100 a second\n"
          "  begun                      200\n"
          "  ok                         200  100.0 a second, in 2.0 s\n"
          "  failed                       0\n"
          "  retransmissions              0\n"
          "  milliseconds            50 %     90 %     99 %   99.9 %      max\n"
          "  request to 200         1.01     1.81     1.98     2.00     2.00\n"
          "  own CPU                     5.0  µs each\n");
}

TEST_CASE("all that went wrong has a line, and what did not has none") {
    auto report = good_report();
    report.tally.refused[486] = 3;
    report.tally.refused[503] = 2;
    report.tally.timeouts = 1;
    report.late = 7;
    report.largest_lag = 30ms;
    report.unsent = 4;
    report.interrupted = true;
    CHECK_FALSE(report.is_good());
    const auto text = print_report(plan(Kind::call), report);
    for (const auto* part :
         {", interrupted\n", "failed                       6", "486                        3  Busy Here",
          "503                        2  Service Unavailable", "time-outs                  1",
          "begun late                   7  by up to 30 ms", "not sent                     4", "BYE to 200"}) {
        CAPTURE(part);
        CHECK(text.find(part) != std::string::npos);
    }
    CHECK(text.find("connection lost") == std::string::npos);
}

TEST_CASE("callees that could not register are the whole story") {
    Report report;
    report.preparation.ok = 1;
    report.preparation.refused[403] = 2;
    CHECK_FALSE(report.is_good());
    const auto text = print_report(plan(Kind::call), report);
    CHECK(text.find("no call was made") != std::string::npos);
    CHECK(text.find("403                        2  Forbidden") != std::string::npos);
}

TEST_CASE("JSON has every figure, in microseconds") {
    auto report = good_report();
    report.tally.refused[404] = 1;
    report.tally.retransmissions = 5;
    report.preparation.ok = 100;
    const auto shown = to_json(plan(Kind::call), report);
    CHECK(shown.at("kind") == "call");
    CHECK(shown.at("target") == "192.0.2.1:5060");
    CHECK(shown.at("transport") == "udp");
    CHECK(shown.at("sent") == 200);
    CHECK(shown.at("ok") == 200);
    CHECK(shown.at("failed") == 1);
    CHECK(boost::json::serialize(shown.at("failed_by_status")) == R"({"404":1})");
    CHECK(shown.at("timeouts") == 0);
    CHECK(shown.at("retransmissions") == 5);
    CHECK(shown.at("rate") == 100.0);
    CHECK(shown.at("cpu_us").as_double() == doctest::Approx(1000.0 / 201));
    CHECK(shown.at("registration").at("ok") == 100);
    const auto& latency = shown.at("latency_us");
    CHECK(latency.at("answer").at("count") == 200);
    CHECK(latency.at("answer").at("max") == 2000);
    CHECK(latency.at("answer").at("p50").as_int64() >= 1000);
    CHECK(latency.at("bye").at("count") == 0);
    CHECK_FALSE(to_json(plan(Kind::options), report).contains("registration"));
}

TEST_CASE("a run of nothing divides by nothing") {
    const Report report;
    CHECK(report.is_good());
    CHECK(report.rate() == 0);
    CHECK(report.cpu_microseconds() == 0);
    CHECK(print_report(plan(Kind::options), report).find("milliseconds") == std::string::npos);
}

TEST_CASE("progress is a line with rate, outstanding and failed") {
    CHECK(
        print_progress({.since_start = 3s, .since_last = 1s, .ended = 812, .outstanding = 12, .failed = 4}) ==
        "      3 s        812 a second       12 outstanding        4 failed\n");
    CHECK(print_progress({.is_preparation = true}).ends_with("failed  (callees register or leave)\n"));
}
