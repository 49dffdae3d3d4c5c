#include "almon/server/registration.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>

using namespace almon;
using namespace almon::server;
using namespace std::chrono_literals;

namespace {

constexpr base::Instant start{1'000s};

// One address-of-record, to which REGISTERs are applied one after the other.
struct Phone {
    Settings settings;
    base::Instant now = start;
    std::unique_ptr<AorRecord> record;

    // Nullopt: it took effect.
    std::optional<Refusal> apply(std::string_view call_id, unsigned cseq, std::string_view fields) {
        const auto text =
            "REGISTER sip:example.com SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKx\r\n"
            "From: <sip:a@example.com>;tag=1\r\nTo: <sip:a@example.com>\r\nCall-ID: " +
            std::string(call_id) + "\r\nCSeq: " + std::to_string(cseq) + " REGISTER\r\n" +
            std::string(fields) + "\r\n";
        const auto message = *sip::Message::parse(text);
        const auto envelope = *sip::read_envelope(message);
        const sip::Flow flow{sip::Transport::udp, {}, *sip::Endpoint::parse("192.0.2.9:5060"), {}};
        Registration registration;
        const auto applied = registration.apply(record.get(), {message, envelope, flow, {}}, settings, now);
        if (!applied) return applied.error();
        auto next = AorRecord::pack("sip:a@example.com", registration.bindings());
        record = std::move(next);
        return {};
    }
    std::uint16_t status(std::string_view call_id, unsigned cseq, std::string_view fields) {
        const auto refusal = apply(call_id, cseq, fields);
        return refusal ? refusal->status.code() : 200;
    }
    // "contact=seconds left" of each, in order.
    std::string bound() const {
        std::string text;
        if (record)
            for (const auto& binding : record->bindings())
                text += std::string(binding.contact) + "=" +
                        std::to_string(
                            std::chrono::duration_cast<std::chrono::seconds>(binding.expires - now).count()) +
                        " ";
        return text;
    }
    std::string printed() const {
        std::array<char, 4'096> buffer;
        base::Printer out{buffer};
        std::vector<Binding> bindings;
        for (const auto& binding : record->bindings()) bindings.push_back(binding);
        print_contacts(bindings, now, out);
        return std::string(out.view());
    }
};

}  // namespace

TEST_CASE("expires comes from the parameter, else from the field, else from the settings") {
    Phone phone;
    REQUIRE(phone.status("c", 1, "Contact: <sip:a@h1>;expires=100, <sip:a@h2>\r\nExpires: 200\r\n") == 200);
    REQUIRE(phone.status("d", 1, "Contact: <sip:a@h3>\r\n") == 200);
    CHECK(phone.bound() == "sip:a@h1=100 sip:a@h2=200 sip:a@h3=3600 ");
}

TEST_CASE("malformed expiry counts as an hour, overlarge as the most that is granted") {
    Phone phone;
    REQUIRE(phone.status("c", 1, "Contact: <sip:a@h1>;expires=soon\r\n") == 200);
    REQUIRE(phone.status("d", 1, "Contact: <sip:a@h2>\r\nExpires: soon\r\n") == 200);
    REQUIRE(phone.status("e", 1, "Contact: <sip:a@h3>;expires=4294967295\r\n") == 200);
    CHECK(phone.bound() == "sip:a@h1=3600 sip:a@h2=3600 sip:a@h3=86400 ");
}

TEST_CASE("an interval below the minimum is refused, unless it is an hour or the end") {
    Phone phone;
    phone.settings.min_expires = 7'200s;
    CHECK(phone.status("c", 1, "Contact: <sip:a@h1>;expires=3599\r\n") == 423);
    CHECK(phone.status("c", 1, "Contact: <sip:a@h1>;expires=3600\r\n") == 200);
    CHECK(phone.status("c", 2, "Contact: <sip:a@h1>;expires=0\r\n") == 200);
    CHECK(phone.bound().empty());
}

TEST_CASE("expires 0 removes one binding and leaves the others") {
    Phone phone;
    REQUIRE(phone.status("c", 1, "Contact: <sip:a@h1>, <sip:a@h2>\r\n") == 200);
    REQUIRE(phone.status("c", 2, "Contact: <sip:a@H1>;expires=0\r\n") == 200);
    CHECK(phone.bound() == "sip:a@h2=3600 ");
    CHECK(phone.status("c", 3, "Contact: <sip:nobody@h9>;expires=0\r\n") == 200);
    CHECK(phone.bound() == "sip:a@h2=3600 ");
}

TEST_CASE("the star removes all bindings, alone and with Expires 0 only") {
    Phone phone;
    REQUIRE(phone.status("c", 1, "Contact: <sip:a@h1>, <sip:a@h2>\r\n") == 200);
    CHECK(phone.status("d", 1, "Contact: *\r\n") == 400);
    CHECK(phone.status("d", 1, "Contact: *\r\nExpires: 60\r\n") == 400);
    CHECK(phone.status("d", 1, "Contact: *, <sip:a@h3>\r\nExpires: 0\r\n") == 400);
    CHECK(phone.status("d", 1, "Contact: <sip:a@h3>\r\nContact: *\r\nExpires: 0\r\n") == 400);
    CHECK(phone.bound() == "sip:a@h1=3600 sip:a@h2=3600 ");
    CHECK(phone.status("d", 1, "Contact: *\r\nExpires: 0\r\n") == 200);
    CHECK(phone.bound().empty());
}

TEST_CASE("the star of the same Call-ID must be newer than all that it removes") {
    Phone phone;
    REQUIRE(phone.status("c", 5, "Contact: <sip:a@h1>\r\n") == 200);
    CHECK(phone.status("c", 5, "Contact: *\r\nExpires: 0\r\n") == 500);
    CHECK(phone.status("c", 4, "Contact: *\r\nExpires: 0\r\n") == 500);
    CHECK(phone.bound() == "sip:a@h1=3600 ");
    CHECK(phone.status("c", 6, "Contact: *\r\nExpires: 0\r\n") == 200);
}

TEST_CASE("requests of one Call-ID count only in the order of their CSeq") {
    Phone phone;
    REQUIRE(phone.status("c", 5, "Contact: <sip:a@h1>;expires=100\r\n") == 200);
    CHECK(phone.status("c", 5, "Contact: <sip:a@h1>;expires=200\r\n") == 500);
    CHECK(phone.status("c", 4, "Contact: <sip:a@h1>;expires=0\r\n") == 500);
    CHECK(phone.bound() == "sip:a@h1=100 ");
    CHECK(phone.status("c", 6, "Contact: <sip:a@h1>;expires=300\r\n") == 200);
    // Another Call-ID: the phone has restarted.
    CHECK(phone.status("d", 1, "Contact: <sip:a@h1>;expires=400\r\n") == 200);
    CHECK(phone.bound() == "sip:a@h1=400 ");
}

TEST_CASE("all contacts of a request take effect or none does") {
    Phone phone;
    REQUIRE(phone.status("c", 5, "Contact: <sip:a@h1>\r\n") == 200);
    CHECK(phone.status("c", 5, "Contact: <sip:a@h2>, <sip:a@h1>\r\n") == 500);
    CHECK(phone.status("c", 6, "Contact: <sip:a@h2>, <sip:a@h3>;expires=1\r\n") == 423);
    CHECK(phone.status("c", 6, "Contact: <sip:a@h2>, <sip:a@h3\r\n") == 400);
    CHECK(phone.bound() == "sip:a@h1=3600 ");
}

TEST_CASE("of a contact that stands twice in one request the last counts") {
    Phone phone;
    REQUIRE(phone.status("c", 1, "Contact: <sip:a@h1>;expires=100, <sip:a@h1>;expires=200\r\n") == 200);
    CHECK(phone.bound() == "sip:a@h1=200 ");
}

TEST_CASE("a phone with instance and reg-id replaces its binding when its address changes") {
    Phone phone;
    REQUIRE(phone.status("c", 1, "Contact: <sip:a@h1>;+sip.instance=\"<urn:a>\";reg-id=1\r\n") == 200);
    REQUIRE(phone.status("d", 1, "Contact: <sip:a@h2>;+sip.instance=\"<urn:a>\";reg-id=1\r\n") == 200);
    REQUIRE(phone.status("d", 2, "Contact: <sip:a@h3>;+sip.instance=\"<urn:a>\";reg-id=2\r\n") == 200);
    CHECK(phone.bound() == "sip:a@h2=3600 sip:a@h3=3600 ");
}

TEST_CASE("expired bindings count as gone") {
    Phone phone;
    REQUIRE(phone.status("c", 9, "Contact: <sip:a@h1>;expires=60\r\n") == 200);
    phone.now += 60s;
    REQUIRE(phone.status("c", 1, "Contact: <sip:a@h1>;expires=90\r\n") == 200);
    CHECK(phone.bound() == "sip:a@h1=90 ");
}

TEST_CASE("an address-of-record holds as many bindings as the settings say") {
    Phone phone;
    phone.settings.bindings_per_aor = 2;
    REQUIRE(phone.status("c", 1, "Contact: <sip:a@h1>, <sip:a@h2>\r\n") == 200);
    CHECK(phone.status("c", 2, "Contact: <sip:a@h3>\r\n") == 403);
    CHECK(phone.status("c", 2, "Contact: <sip:a@h1>;expires=0, <sip:a@h3>\r\n") == 200);
    CHECK(phone.bound() == "sip:a@h2=3600 sip:a@h3=3600 ");
}

TEST_CASE("what a binding stores is bounded") {
    Phone phone;
    const auto long_text = std::string(base::limits::contact_octets, 'x');
    CHECK(phone.status("c", 1, "Contact: <sip:" + long_text + "@h1>\r\n") == 403);
    CHECK(phone.status("c", 1, "Contact: <sip:a@h1>;x=" + long_text + "\r\n") == 403);
    CHECK(phone.status("c", 1, "Contact: <sip:a@h1>\r\nPath: <sip:" + long_text + "@h1;lr>\r\n") == 403);
    CHECK(phone.status(std::string(base::limits::call_id_octets + 1, 'c'), 1, "Contact: <sip:a@h1>\r\n") ==
          403);
    CHECK(phone.status(std::string(base::limits::call_id_octets, 'c'), 1, "Contact: <sip:a@h1>\r\n") == 200);
}

TEST_CASE("a malformed contact is refused with the place of the fault") {
    Phone phone;
    const auto refusal = phone.apply("c", 1, "Contact: <sip:a@h1>;q=high\r\n");
    REQUIRE(refusal);
    CHECK(refusal->status.code() == 400);
    CHECK(refusal->where.has_value());
}

TEST_CASE("contacts are told as the phone gave them, with the seconds that are left") {
    Phone phone;
    REQUIRE(phone.status(
                "c", 1,
                "Contact: <sip:a@h1;x=1?Route=%3Csip:p%3E>;q=0.7;expires=100;+sip.instance=\"<urn:a>\"\r\n"
                "m: sip:a@h2;unknown\r\n") == 200);
    phone.now += 1s;
    CHECK(phone.printed() ==
          "Contact: <sip:a@h1;x=1?Route=%3Csip:p%3E>;expires=99;q=0.7;+sip.instance=\"<urn:a>\"\r\n"
          "Contact: <sip:a@h2>;expires=3599;unknown\r\n");
    phone.now += 99s;
    CHECK(phone.printed() == "Contact: <sip:a@h2>;expires=3500;unknown\r\n");
}

TEST_CASE("q and Path are kept for the proxy") {
    Phone phone;
    REQUIRE(
        phone.status(
            "c", 1,
            "Contact: <sip:a@h1>;q=0.25\r\nPath: <sip:p2;lr>\r\nPath: <sip:p1;lr> ,\r\n <sip:p0;lr>\r\n") ==
        200);
    const auto binding = *phone.record->bindings().begin();
    CHECK(binding.q == 250);
    CHECK(binding.path == "<sip:p2;lr>, <sip:p1;lr>, <sip:p0;lr>");
}

TEST_CASE("a binding is told for as long as it lasts, the last part of a second as a whole one") {
    Phone phone;
    REQUIRE(phone.status("c", 1, "Contact: <sip:a@h1>;expires=60\r\n") == 200);
    phone.now += 58'500ms;
    CHECK(phone.printed() == "Contact: <sip:a@h1>;expires=2\r\n");
    phone.now += 1'499ms;
    CHECK(phone.printed() == "Contact: <sip:a@h1>;expires=1\r\n");
    phone.now += 1ms;
    CHECK(phone.printed().empty());
}
