#include "almon/sip/status.hpp"

#include <doctest/doctest.h>

#include <utility>

using namespace almon::sip;

namespace {

std::string_view reason(std::uint16_t code) {
    return Status(code).reason();
}

}  // namespace

TEST_CASE("the class of a code tells what it means") {
    CHECK(status::trying.is_provisional());
    CHECK(Status(199).is_provisional());
    CHECK_FALSE(Status(199).is_final());
    CHECK(status::ok.is_final());
    CHECK(status::ok.is_success());
    CHECK(Status(299).is_success());
    CHECK_FALSE(Status(199).is_success());
    CHECK_FALSE(Status(300).is_success());
    CHECK(Status(300).is_redirection());
    CHECK(Status(399).is_redirection());
    CHECK_FALSE(Status(400).is_redirection());
    CHECK_FALSE(Status(299).is_redirection());
    CHECK(status::busy_everywhere.is_global_failure());
    CHECK(Status(699).is_global_failure());
    CHECK_FALSE(Status(599).is_global_failure());
    CHECK(Status(487).response_class() == 4);
    CHECK(Status(699).response_class() == 6);
}

TEST_CASE("codes are compared as numbers") {
    CHECK(status::ok == Status(200));
    CHECK(status::ok != status::accepted);
    CHECK(status::busy_here < status::busy_everywhere);
    CHECK(Status(404).code() == 404);
}

TEST_CASE("the phrases are those of RFC 3261 §21") {
    static constexpr std::pair<std::uint16_t, std::string_view> phrases[] = {
        {100, "Trying"},
        {180, "Ringing"},
        {181, "Call Is Being Forwarded"},
        {182, "Queued"},
        {183, "Session Progress"},
        {200, "OK"},
        {300, "Multiple Choices"},
        {301, "Moved Permanently"},
        {302, "Moved Temporarily"},
        {305, "Use Proxy"},
        {380, "Alternative Service"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {402, "Payment Required"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {406, "Not Acceptable"},
        {407, "Proxy Authentication Required"},
        {408, "Request Timeout"},
        {410, "Gone"},
        {413, "Request Entity Too Large"},
        {414, "Request-URI Too Long"},
        {415, "Unsupported Media Type"},
        {416, "Unsupported URI Scheme"},
        {420, "Bad Extension"},
        {421, "Extension Required"},
        {423, "Interval Too Brief"},
        {480, "Temporarily Unavailable"},
        {481, "Call/Transaction Does Not Exist"},
        {482, "Loop Detected"},
        {483, "Too Many Hops"},
        {484, "Address Incomplete"},
        {485, "Ambiguous"},
        {486, "Busy Here"},
        {487, "Request Terminated"},
        {488, "Not Acceptable Here"},
        {491, "Request Pending"},
        {493, "Undecipherable"},
        {500, "Server Internal Error"},
        {501, "Not Implemented"},
        {502, "Bad Gateway"},
        {503, "Service Unavailable"},
        {504, "Server Time-out"},
        {505, "Version Not Supported"},
        {513, "Message Too Large"},
        {600, "Busy Everywhere"},
        {603, "Decline"},
        {604, "Does Not Exist Anywhere"},
        {606, "Not Acceptable"},
    };
    for (const auto& [code, phrase] : phrases) CHECK(reason(code) == phrase);
}

TEST_CASE("the phrases of later standards are those of the IANA registry") {
    CHECK(reason(199) == "Early Dialog Terminated");                  // RFC 6228
    CHECK(reason(202) == "Accepted");                                 // RFC 6665
    CHECK(reason(204) == "No Notification");                          // RFC 5839
    CHECK(reason(412) == "Conditional Request Failed");               // RFC 3903
    CHECK(reason(417) == "Unknown Resource-Priority");                // RFC 4412
    CHECK(reason(422) == "Session Interval Too Small");               // RFC 4028
    CHECK(reason(424) == "Bad Location Information");                 // RFC 6442
    CHECK(reason(425) == "Bad Alert Message");                        // RFC 8876
    CHECK(reason(428) == "Use Identity Header");                      // RFC 8224
    CHECK(reason(429) == "Provide Referrer Identity");                // RFC 3892
    CHECK(reason(430) == "Flow Failed");                              // RFC 5626
    CHECK(reason(433) == "Anonymity Disallowed");                     // RFC 5079
    CHECK(reason(436) == "Bad Identity Info");                        // RFC 8224
    CHECK(reason(437) == "Unsupported Credential");                   // RFC 8224
    CHECK(reason(438) == "Invalid Identity Header");                  // RFC 8224
    CHECK(reason(439) == "First Hop Lacks Outbound Support");         // RFC 5626
    CHECK(reason(440) == "Max-Breadth Exceeded");                     // RFC 5393
    CHECK(reason(469) == "Bad Info Package");                         // RFC 6086
    CHECK(reason(470) == "Consent Needed");                           // RFC 5360
    CHECK(reason(489) == "Bad Event");                                // RFC 6665
    CHECK(reason(494) == "Security Agreement Required");              // RFC 3329
    CHECK(reason(555) == "Push Notification Service Not Supported");  // RFC 8599
    CHECK(reason(580) == "Precondition Failure");                     // RFC 3312
    CHECK(reason(607) == "Unwanted");                                 // RFC 8197
    CHECK(reason(608) == "Rejected");                                 // RFC 8688
}

TEST_CASE("a code that no standard names has the phrase of its class") {
    CHECK(reason(101) == "Trying");
    CHECK(reason(299) == "OK");
    CHECK(reason(399) == "Multiple Choices");
    CHECK(reason(499) == "Bad Request");
    CHECK(reason(599) == "Server Internal Error");
    CHECK(reason(699) == "Busy Everywhere");
    CHECK(reason(700) == "Unknown");
    CHECK(reason(99) == "Unknown");
    CHECK(reason(0) == "Unknown");
}

TEST_CASE("every code has a phrase") {
    for (std::uint16_t code = 100; code < 700; ++code) CHECK_FALSE(reason(code).empty());
}
