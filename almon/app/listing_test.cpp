#include "almon/app/listing.hpp"

#include <doctest/doctest.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

using namespace almon::app;

namespace {

boost::json::object figures() {
    return boost::json::parse(
               R"({"uptime_seconds": 93784, "invites_in_progress": 1, "bindings": 2, "users": 3,
        "server_transactions": 4, "client_transactions": 5, "connections": 6, "messages_per_second": 7.25,
        "malformed": 0, "memory_octets": 8912896, "datagrams_dropped": 0, "connections_refused": 0,
        "accept_pauses": 0, "letters_shed": 0})")
        .as_object();
}

}  // namespace

TEST_CASE("bindings stand in columns under a heading") {
    const auto rows = boost::json::parse(R"([
        {"aor": "sip:bob@example.com", "contact": "sip:bob@192.0.2.4", "expires": 55,
         "received_from": "192.0.2.4:5060"},
        {"aor": "sip:al@example.com", "contact": "sip:\u001b[2J", "expires": 3600,
         "received_from": "192.0.2.5:5060"}])");
    CHECK(print_bindings(rows.as_array()) ==
          "ADDRESS              CONTACT            EXPIRES  FROM\n"
          "sip:bob@example.com  sip:bob@192.0.2.4  55 s     192.0.2.4:5060\n"
          "sip:al@example.com   sip:?[2J           3600 s   192.0.2.5:5060\n");
    CHECK(print_bindings({}) == "Nobody is registered.\n");
}

TEST_CASE("the status is a line a figure, with losses only when there are any") {
    auto status = figures();
    CHECK(print_status(status) ==
          "running for             1 d 2 h 3 min 4 s\n"
          "calls being set up      1\n"
          "bindings                2\n"
          "accounts                3\n"
          "transactions            4 in, 5 out\n"
          "TCP connections         6\n"
          "messages a second       7.2\n"
          "malformed messages      0\n"
          "memory                  8.5 MiB\n");
    status["datagrams_dropped"] = 9;
    CHECK(print_status(status).ends_with("datagrams dropped       9\n"));
}
