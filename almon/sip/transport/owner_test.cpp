#include "almon/sip/transport/owner.hpp"

#include <doctest/doctest.h>

#include <map>
#include <string>

#include "almon/sip/uri.hpp"

namespace almon::sip {
namespace {

constexpr base::HashKey secret{3, 4};

std::optional<std::uint64_t> owner(std::string_view octets) {
    return owner_hash(secret, octets);
}

std::string message(std::string_view start_line, std::string_view fields) {
    return std::string(start_line) + "\r\n" + std::string(fields) + "\r\n";
}

const auto call = owner_of_call(secret, "843817637684230@998sdasdh09");
constexpr auto call_id = "Call-ID: 843817637684230@998sdasdh09\r\n";

std::uint64_t aor(std::string_view uri) {
    return owner_of_aor(secret, address_of_record(Uri::parse(uri).value()));
}

}  // namespace

TEST_CASE("owner: requests and responses of a dialog have the owner of their Call-ID") {
    CHECK(owner(message("INVITE sip:a SIP/2.0",
                        std::string("To: <sip:b@c>\r\nCSeq: 1 INVITE\r\n") + call_id)) == call);
    CHECK(owner(message("SIP/2.0 200 OK",
                        std::string(call_id) + "To: <sip:b@c>;tag=1\r\nCSeq: 1 INVITE\r\n")) == call);
    CHECK(owner(message("BYE sip:a SIP/2.0", call_id)) == call);
    CHECK(owner(message("UNHEARDOF sip:a SIP/2.0", call_id)) == call);
}

TEST_CASE("owner: Call-ID is found in compact form, without case, behind blanks and folds") {
    for (const auto* line :
         {"i: 843817637684230@998sdasdh09", "I:843817637684230@998sdasdh09",
          "CALL-ID \t:  843817637684230@998sdasdh09  ", "Call-ID:\r\n 843817637684230@998sdasdh09"}) {
        CAPTURE(line);
        CHECK(owner(message("BYE sip:a SIP/2.0", std::string(line) + "\r\n")) == call);
    }
}

TEST_CASE("owner: Call-IDs are compared with case, and the first one counts") {
    CHECK(owner(message("BYE sip:a SIP/2.0", "i: A\r\n")) != owner(message("BYE sip:a SIP/2.0", "i: a\r\n")));
    CHECK(owner(message("BYE sip:a SIP/2.0", "i: A\r\ni: b\r\n")) == owner_of_call(secret, "A"));
}

TEST_CASE("owner: a message without Call-ID has none, nor has a Call-ID in the body") {
    CHECK_FALSE(owner(message("BYE sip:a SIP/2.0", "To: <sip:b@c>\r\n")));
    CHECK_FALSE(owner(message("BYE sip:a SIP/2.0", "To: <sip:b@c>\r\n") + call_id));
    CHECK_FALSE(owner(""));
}

TEST_CASE("owner: REGISTER goes by the address-of-record in To, however it is written") {
    const auto bob = aor("sip:bob@biloxi.com");
    for (const auto* to : {"To: Bob <sip:bob@biloxi.com>", "t: sip:bob@BILOXI.com;tag=5",
                           "To: \"Bob, \\\"the\\\" <x>\" <sip:%62ob@biloxi.com;transport=tcp>",
                           "TO :\r\n <sip:bob:secret@biloxi.com>", "To: <sip:bob@biloxi.com:5070>"}) {
        CAPTURE(to);
        CHECK(owner(message("REGISTER sip:biloxi.com SIP/2.0", std::string(call_id) + to + "\r\n")) == bob);
    }
    CHECK(owner(message("REGISTER sip:biloxi.com SIP/2.0",
                        std::string(call_id) + "To: <sip:carol@biloxi.com>\r\n")) != bob);
}

TEST_CASE("owner: the response to a REGISTER has the owner of the request") {
    const auto fields = std::string(call_id) + "To: <sip:bob@biloxi.com>;tag=2\r\n";
    CHECK(owner(message("SIP/2.0 200 OK", fields + "CSeq: 1826 REGISTER\r\n")) == aor("sip:bob@biloxi.com"));
    CHECK(owner(message("SIP/2.0 200 OK", "CSeq:\r\n 1826\r\n\tREGISTER \r\n" + fields)) ==
          aor("sip:bob@biloxi.com"));
    CHECK(owner(message("SIP/2.0 200 OK", fields + "CSeq: 1826 OPTIONS\r\n")) == call);
    CHECK(owner(message("SIP/2.0 200 OK", fields)) == call);
}

TEST_CASE("owner: a REGISTER whose To cannot be read goes by its Call-ID, to be refused there") {
    CHECK(owner(message("REGISTER sip:a SIP/2.0", std::string("To: <sip:\r\n") + call_id)) == call);
    CHECK(owner(message("REGISTER sip:a SIP/2.0", call_id)) == call);
}

TEST_CASE("owner: REGISTER is a method with case, and nothing else begins so") {
    const auto fields = std::string(call_id) + "To: <sip:bob@biloxi.com>\r\n";
    CHECK(owner(message("register sip:a SIP/2.0", fields)) == call);
    CHECK(owner(message("REGISTERED sip:a SIP/2.0", fields)) == call);
    CHECK(owner("\r\n" + message("REGISTER sip:a SIP/2.0", fields)) == aor("sip:bob@biloxi.com"));
}

TEST_CASE("owner: calls and addresses spread evenly, and differently for another secret") {
    std::map<std::uint64_t, int> shards;
    int same = 0;
    for (int i = 0; i < 4000; ++i) {
        const auto id = std::to_string(i) + "@host";
        ++shards[owner_of_call(secret, id) % 4];
        same += owner_of_call(secret, id) % 4 == owner_of_call({5, 6}, id) % 4;
    }
    for (const auto& [shard, calls] : shards) CHECK(calls > 850);
    CHECK(same < 1200);
    CHECK(owner_of_call(secret, "x") != owner_of_aor(secret, "x"));
}

}  // namespace almon::sip
