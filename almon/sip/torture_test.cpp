// The messages of RFC 4475 and RFC 5118, each with what comes of it here. tests/vectors/*/manifest.json says
// what the RFCs ask for.
#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <span>
#include <string>
#include <vector>

#include "almon/sip/envelope.hpp"
#include "almon/sip/headers/accept.hpp"
#include "almon/sip/headers/contact.hpp"
#include "almon/sip/headers/content_type.hpp"
#include "almon/sip/headers/credentials.hpp"
#include "almon/sip/headers/date.hpp"
#include "almon/sip/headers/expires.hpp"
#include "almon/sip/headers/proxy_require.hpp"
#include "almon/sip/headers/record_route.hpp"
#include "almon/sip/headers/require.hpp"
#include "almon/sip/headers/retry_after.hpp"
#include "almon/sip/headers/subject.hpp"
#include "almon/sip/headers/warning.hpp"
#include "almon/sip/multipart.hpp"
#include "almon/sip/transaction/key.hpp"

using namespace almon;
using namespace almon::sip;

namespace {

constexpr int accepted = 0, dropped = -1;  // a malformed response is owed nothing

struct Row {
    std::string_view name;
    int outcome = accepted;  // or the status owed, with the octet and the rule
    std::size_t offset = 0;
    std::string_view rule = {};
};

constexpr Row rfc4475[] = {
    // §3.1.1: valid, however it looks.
    {"wsinv"},
    {"intmeth"},
    {"esc01"},
    {"escnull"},
    {"esc02"},
    {"lwsdisp"},
    {"longreq"},
    {"dblreq"},
    {"semiuri"},
    {"transports"},
    {"mpart01"},
    {"unreason"},
    {"noreason"},
    // §3.1.2: invalid. A field that nobody has to read is refused when somebody does (baddate, regbadct).
    {"badinv01", 400, 217, "RFC 3261 §25.1 via-parm"},
    {"clerr", 400, 336, "RFC 3261 §18.3"},
    {"ncl", 400, 326, "RFC 3261 §20.14"},
    {"scalar02", 400, 174, "RFC 3261 §8.1.1.5"},
    {"scalarlg", dropped, 198, "RFC 3261 §8.1.1.5"},
    {"quotbal", 400, 41, "RFC 3261 §20.39"},
    {"ltgtruri", 400, 7, "RFC 3261 §25.1 scheme"},
    {"lwsruri", 400, 29, "RFC 3261 §25.1 Request-Line"},
    {"lwsstart", 400, 7, "RFC 3261 §25.1 Request-Line"},
    {"trws", 400, 45, "RFC 3261 §25.1 Request-Line"},
    {"escruri", 400, 28, "RFC 3261 §19.1.1 table 1"},
    {"baddate"},
    {"regbadct"},
    {"badaspec", 400, 206, "RFC 3261 §25.1 scheme"},
    {"baddn", 400, 331, "RFC 3261 §7"},  // the file has no empty line at its end
    {"badvers", 505, 33, "RFC 3261 §7.1"},
    {"mismatch01", 400, 163, "RFC 3261 §8.1.1.5"},
    {"mismatch02", 501, 165, "RFC 3261 §8.1.1.5"},
    {"bigcode", dropped, 8, "RFC 3261 §25.1 Status-Line"},
    // §3.2: transactions.
    {"badbranch"},
    // §3.3: what the words mean. Most of it is for those to judge who act on the message.
    {"insuf", 400, 152, "RFC 3261 §8.1.1.3 From"},
    {"unkscm"},
    {"novelsc"},
    {"unksm2"},
    {"bext01"},
    {"invut"},
    {"regaut01"},
    {"multi01", 400, 197, "RFC 3261 §7.3.1"},
    {"mcl01", 400, 268, "RFC 3261 §20.14"},
    {"bcast"},
    {"zeromf"},
    {"cparam01"},
    {"cparam02"},
    {"regescrt"},
    {"sdp01"},
    // §3.4: from before RFC 3261.
    {"inv2543"},
};

constexpr Row rfc5118[] = {
    {"ipv6-good"},
    {"ipv6-bad", 400, 13, "RFC 3261 §25.1 host"},
    {"port-ambiguous"},
    {"port-unambiguous"},
    {"via-received-param-with-delim"},
    {"via-received-param-no-delim"},
    {"ipv6-in-sdp"},
    {"mult-ip-in-header"},
    {"mult-ip-in-sdp"},
    {"ipv4-mapped-ipv6"},
    {"ipv6-bug-abnf-3-colons"},
    {"ipv6-correct-abnf-2-colons"},
};

struct Book {
    std::string folder;
    std::span<const Row> rows;
};
const Book books[] = {{"rfc4475", rfc4475}, {"rfc5118", rfc5118}};

// `path`: below tests/vectors, such as "rfc4475/wsinv.dat".
std::string vector_file(const std::string& path) {
    CAPTURE(path);
    std::ifstream in(ALMON_SOURCE_DIR "/tests/vectors/" + path, std::ios::binary);
    REQUIRE(in.is_open());
    return {std::istreambuf_iterator<char>(in), {}};
}

// A message of the manifest, as text: from its name to the next one's.
std::vector<std::string> manifest(const std::string& folder) {
    static constexpr std::string_view name = "\"name\": \"";
    const auto text = vector_file(folder + "/manifest.json");
    std::vector<std::string> entries;
    for (auto at = text.find(name); at != text.npos;) {
        const auto next = text.find(name, at + 1);
        entries.push_back(text.substr(at, next - at));
        at = next;
    }
    return entries;
}
std::string between(const std::string& text, const std::string& opening, std::string_view closing) {
    const auto at = text.find(opening);
    REQUIRE(at != text.npos);
    const auto from = at + opening.size();
    return text.substr(from, text.find(closing, from) - from);
}
std::string value_of(const std::string& entry, const std::string& key) {
    return between(entry, '"' + key + "\": \"", "\"");
}
// The answers that the RFC names or allows, in quotes.
std::string answers_of(const std::string& entry) {
    return between(entry, "\"codes\": [", "]") + between(entry, "\"alternatives\": [", "]");
}

// What every SIP element reads of a message.
Result<void> understand(const std::string& octets, Message& message) {
    if (const auto parsed = message.assign(octets); !parsed) return parsed;
    const auto uri = message.is_request() ? read_request_uri(message) : Uri();
    if (!uri) return tl::unexpected(uri.error());
    return read_envelope(message).map([](const Envelope&) {});
}
std::string told(int outcome, std::size_t offset, std::string_view rule) {
    return outcome == accepted
               ? "accepted"
               : std::to_string(outcome) + ' ' + std::to_string(offset) + ' ' + std::string(rule);
}
std::string outcome_of(const std::string& octets) {
    Message message;
    const auto understood = understand(octets, message);
    if (understood) return "accepted";
    const auto& error = understood.error();
    return told(message.is_response() ? dropped : status_owed(error).code(), error.offset, error.rule);
}

Message message_of(const std::string& name) {
    return Message::parse(vector_file("rfc4475/" + name + ".dat")).value();
}
Message ipv6_message(const std::string& name) {
    return Message::parse(vector_file("rfc5118/" + name + ".dat")).value();
}

template <class Header>
std::vector<Header> all(const Message& message) {
    std::vector<Header> values;
    for (const auto& value : message.all<Header>()) values.push_back(value.value());
    return values;
}
template <class Header>
std::vector<std::string> tokens(const Message& message) {
    std::vector<std::string> texts;
    for (const auto& value : all<Header>(message)) texts.emplace_back(value.token);
    return texts;
}
std::vector<std::string> hosts(const Message& message) {
    std::vector<std::string> names;
    for (const auto& via : all<Via>(message)) names.emplace_back(via.host.text);
    return names;
}
std::string_view raw(const Message& message, std::string_view name) {
    const auto* field = message.find_field(HeaderName(name));
    REQUIRE(field != nullptr);
    return message.value(*field);
}
Uri request_uri(const Message& message) {
    return read_request_uri(message).value();
}

using Texts = std::vector<std::string>;

}  // namespace

// --- the table

TEST_CASE("the table has the messages of the manifests, all of them, in their order") {
    for (const auto& [folder, rows] : books) {
        Texts listed, tested;
        for (const auto& entry : manifest(folder)) listed.push_back(value_of(entry, "name"));
        for (const auto& row : rows) tested.emplace_back(row.name);
        CHECK(listed == tested);
    }
    CHECK(std::size(rfc4475) == 49);
    CHECK(std::size(rfc5118) == 12);
}

TEST_CASE("each message is accepted, or refused at the octet and for the reason in the table") {
    for (const auto& [folder, rows] : books) {
        for (const auto& row : rows) {
            CAPTURE(row.name);
            const auto octets = vector_file(folder + '/' + std::string(row.name) + ".dat");
            CHECK(outcome_of(octets) == told(row.outcome, row.offset, row.rule));
        }
    }
}

TEST_CASE("the table does what the manifests ask for, and owes an answer that they name") {
    for (const auto& [folder, rows] : books) {
        const auto entries = manifest(folder);
        REQUIRE(entries.size() == rows.size());
        for (std::size_t i = 0; i < rows.size(); ++i) {
            CAPTURE(rows[i].name);
            const auto wanted = value_of(entries[i], "parse");
            CHECK((wanted == "either" || (wanted == "accept") == (rows[i].outcome == accepted)));
            CHECK_FALSE((value_of(entries[i], "class") == "valid" && rows[i].outcome != accepted));
            if (rows[i].outcome == accepted) continue;
            const auto answer = rows[i].outcome == dropped ? "drop" : std::to_string(rows[i].outcome);
            CHECK(answers_of(entries[i]).find('"' + answer + '"') != std::string::npos);
        }
    }
}

TEST_CASE("the message of the archive that is in no section is refused") {
    const auto octets = vector_file("rfc4475/extra/test.dat");
    CHECK(outcome_of(octets) == "400 26 RFC 3261 §25.1 Request-Line");
    Message message;
    REQUIRE_FALSE(message.assign(octets).has_value());
    CHECK(raw(message, "Meaning") == "foo bar spam");
}

// --- RFC 4475 §3.1.1: what the valid ones say

TEST_CASE("wsinv: folds, blanks, cases and compact forms say what they always say") {
    const auto message = message_of("wsinv");
    const auto envelope = read_envelope(message).value();
    CHECK(envelope.max_forwards == 68);
    CHECK(envelope.cseq.number == 9);
    CHECK(envelope.cseq.method == method::invite);
    CHECK(envelope.to_tag == Tag("1918181833n"));
    CHECK(envelope.from_tag == Tag("98asjd8"));
    CHECK(message.get<From>()->address.display_text() == "J Rosenberg \\\"");
    CHECK(hosts(message) == Texts{"192.0.2.2", "spindle.example.com", "192.168.255.111"});
    CHECK(all<Via>(message).back().branch == "z9hG4bK30239");
    CHECK(message.get<Subject>()->text.empty());
    CHECK(raw(message, "NewFangledHeader") == "newfangled value\r\n continued newfangled value");
    CHECK(raw(message, "UnknownHeaderWithUnusualValue") == ";;,,;;,;");
    CHECK(message.body().size() == 150);
    CHECK(request_uri(message).has_parameter("unknownparam"));
}

TEST_CASE("wsinv: its one Contact has a q of 0.33") {
    const auto message = message_of("wsinv");
    const auto contacts = all<Contact>(message);
    REQUIRE(contacts.size() == 1);
    CHECK(contacts[0].q == 330);
    CHECK(contacts[0].address.display_text() == "Quoted string \"\"");
    CHECK(contacts[0].parameters.value("newparam") == "newvalue");
    CHECK(contacts[0].parameters.has("secondparam"));
}

TEST_CASE("intmeth: a method of all token characters is kept octet for octet") {
    const auto message = message_of("intmeth");
    static constexpr Method unknown{"!interesting-Method0123456789_*+`.%indeed'~"};
    CHECK(message.method() == unknown);
    CHECK(read_envelope(message)->cseq.method == unknown);
    CHECK(read_envelope(message)->max_forwards == 255);
    CHECK(read_envelope(message)->call_id.value() == "intmeth.word%ZK-!.*_+'@word`~)(><:\\/\"][?}{");
    CHECK(raw(message, "extensionHeader-!.%*+_`'~") == "\xef\xbb\xbf\xe5\xa4\xa7\xe5\x81\x9c\xe9\x9b\xbb");
}

TEST_CASE("intmeth: names hold control characters, a NUL among them, and all marks") {
    const auto message = message_of("intmeth");
    CHECK(message.get<To>()->address.display_text() == std::string("BEL:\x07 NUL:\0 DEL:\x7f", 17));
    const auto from = message.get<From>().value();
    CHECK(from.address.display_text() == "token1~` token2'+_ token3*%!.-");
    CHECK(from.tag == Tag("_token~1'+`*%!-."));
    CHECK(from.parameters.value("fromParam''~+*_!.-%")->size() == 22);
    const auto uri = request_uri(message);
    CHECK(uri.user() == "1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*");
    CHECK(uri.password() == "&it+has=1,weird!*pas$wo~d_too.(doesn't-it)");
    CHECK(uri.host().text == "example.com");
}

TEST_CASE("esc01: escapes are the octets that they stand for, and are undone once") {
    const auto message = message_of("esc01");
    CHECK(unescape(*request_uri(message).user()) == "sips:user@example.com");
    CHECK(request_uri(message).host().text == "example.net");
    CHECK(unescape(*message.get<To>()->address.uri.user()) == "user");
    CHECK(unescape(*message.get<From>()->address.uri.user()) == "I have spaces");
    const auto contact = message.get<Contact>()->address.uri;
    CHECK(unescape(*contact.user()) == "caller");
    CHECK(contact.has_parameter("lr"));
    CHECK(unescape(contact.parameter("name").value()) == "value%41");
}

TEST_CASE("escnull: an escaped NUL ends no name, and two are more than one") {
    const auto message = message_of("escnull");
    const auto to = message.get<To>()->address.uri;
    CHECK(unescape(*to.user()) == std::string("null-\0-null", 11));
    CHECK(address_of_record(to) == "sip:null-%00-null@example.com");
    const auto contacts = all<Contact>(message);
    REQUIRE(contacts.size() == 2);
    CHECK(unescape(*contacts[0].address.uri.user()).size() == 1);
    CHECK(unescape(*contacts[1].address.uri.user()).size() == 2);
    CHECK_FALSE(equivalent(contacts[0].address.uri, contacts[1].address.uri));
}

TEST_CASE("esc02: outside of URIs a percent sign is one") {
    const auto message = message_of("esc02");
    CHECK(message.method() == Method("RE%47IST%45R"));
    CHECK(message.method() != method::register_);
    CHECK(message.get<To>()->address.display_text() == "%Z%45");
    const auto contacts = all<Contact>(message);
    REQUIRE(contacts.size() == 2);
    CHECK(contacts[0].address.uri.user() == "alias1");
    CHECK(contacts[1].address.uri.user() == "alias3");
    CHECK(raw(message, "C%6Fntact") == "<sip:alias2@host2.example.com>");
}

TEST_CASE("lwsdisp: no blank is needed behind a display name") {
    const auto message = message_of("lwsdisp");
    const auto from = message.get<From>().value().address;
    CHECK(from.display_text() == "caller");
    CHECK(from.uri.text() == "sip:caller@example.com");
}

TEST_CASE("longreq: 34 Vias under all spellings of the name are there in order") {
    const auto message = message_of("longreq");
    Texts wanted;
    for (int number = 33; number > 0; --number)
        wanted.push_back("sip" + std::to_string(number) + ".example.com");
    wanted.emplace_back("host.example.com");
    CHECK(hosts(message) == wanted);
    CHECK_FALSE(has_unique_branch(read_envelope(message)->via));
}

TEST_CASE("longreq: long values are whole") {
    const auto message = message_of("longreq");
    const auto envelope = read_envelope(message).value();
    CHECK(message.get<To>()->address.display_text().size() == 103);
    CHECK(message.get<To>()->address.uri.port() == 6000);
    CHECK(envelope.from_tag.value().size() == 155);
    CHECK(envelope.call_id.value().ends_with("reallyreallylongcallid"));
    CHECK(all<Via>(message).back().branch.ends_with("longbranchvalue"));
    CHECK(all<Via>(message).back().received == "192.0.2.5");
    CHECK(message.body().size() == 150);
}

TEST_CASE("dblreq: what follows the message in its datagram is noise") {
    const auto message = message_of("dblreq");
    CHECK(message.method() == method::register_);
    CHECK(message.body().empty());
    CHECK(message.octets().size() == 300);
    CHECK(message.octets().find("INVITE") == std::string_view::npos);
}

TEST_CASE("semiuri: semicolons in the user part are the user's") {
    const auto message = message_of("semiuri");
    const auto uri = request_uri(message);
    CHECK(unescape(*uri.user()) == "user;par=u@example.net");
    CHECK(uri.host().text == "example.com");
    CHECK(uri.parameters().empty());
    CHECK(all<Accept>(message).size() == 6);
}

TEST_CASE("transports: any token is a transport") {
    const auto message = message_of("transports");
    Texts transports;
    for (const auto& via : all<Via>(message)) transports.emplace_back(via.transport);
    CHECK(transports == Texts{"UDP", "SCTP", "TLS", "UNKNOWN", "TCP"});
}

TEST_CASE("mpart01: a body with NUL octets is not cut, and has two parts") {
    const auto message = message_of("mpart01");
    CHECK(message.body().size() == 553);
    CHECK(std::ranges::count(message.body(), '\0') == 2);
    CHECK(read_body_parts(message)->size() == 2);
}

TEST_CASE("unreason, noreason: a reason phrase is any text, or none") {
    const auto unusual = message_of("unreason");
    CHECK(unusual.status() == status::ok);
    CHECK(unusual.reason().starts_with("= 2**3 * 5**2 \xd0\xbd\xd0\xbe "));
    CHECK(unusual.reason().size() == 74);
    const auto none = message_of("noreason");
    CHECK(none.status() == status::trying);
    CHECK(none.reason().empty());
}

// --- RFC 4475 §3.1.2: what of the invalid ones can be read

TEST_CASE("scalar02, scalarlg: numbers too large are refused or taken as the largest, and never wrap") {
    const auto request = message_of("scalar02");
    CHECK(request.get<CSeq>().error().code == Errc::number_too_large);
    CHECK(request.get<Expires>()->seconds.count() == 0xffff'ffff);
    CHECK(request.get<Contact>()->expires == 3'600);
    CHECK(raw(request, "Max-Forwards") == "300");
    const auto response = message_of("scalarlg");
    CHECK(response.get<CSeq>().error().code == Errc::number_too_large);
    CHECK(response.get<RetryAfter>()->seconds.count() == 0xffff'ffff);
    CHECK(response.get<Warning>().error().code == Errc::number_too_large);
}

TEST_CASE("scalar02: a Max-Forwards beyond 255 counts as none") {
    auto octets = vector_file("rfc4475/scalar02.dat");
    octets.replace(octets.find("36893488147419103232"), 20, "1");
    const auto message = Message::parse(octets).value();
    CHECK_FALSE(read_envelope(message)->has_max_forwards);
    CHECK(read_envelope(message)->max_forwards == 70);
}

TEST_CASE("escruri: the headers of a Request-URI become none of the message") {
    const auto message = message_of("escruri");
    CHECK_FALSE(message.has(Route::name));
    CHECK(read_request_uri(message).error().offset == message.octets().find("Route="));
}

TEST_CASE("baddate: a Date in another zone is refused by whoever needs it") {
    const auto message = message_of("baddate");
    const Error wanted{Errc::unexpected_byte, message.octets().find("EST"), "RFC 3261 §20.17"};
    CHECK(message.get<Date>().error() == wanted);
}

TEST_CASE("regbadct: a question mark outside of brackets makes no contact") {
    const auto message = message_of("regbadct");
    const auto contact = message.get<Contact>();
    REQUIRE_FALSE(contact.has_value());
    CHECK(contact.error().offset == message.octets().find('?'));
    CHECK(status_owed(contact.error()) == status::bad_request);
}

TEST_CASE("baddn: a comma in a display name without quotes is refused, once the message is whole") {
    const auto octets = vector_file("rfc4475/baddn.dat") + "\r\n";
    const auto comma = octets.find(',', octets.find("From:"));
    CHECK(outcome_of(octets).starts_with("400 " + std::to_string(comma) + ' '));
}

TEST_CASE("mismatch02, badvers, bigcode: what is not understood is taken for nothing that is") {
    CHECK(message_of("mismatch02").method() == Method("NEWMETHOD"));
    Message message;
    REQUIRE_FALSE(message.assign(vector_file("rfc4475/badvers.dat")).has_value());
    CHECK(message.is_request());
    REQUIRE_FALSE(message.assign(vector_file("rfc4475/bigcode.dat")).has_value());
    CHECK(message.is_response());
    CHECK(message.status().code() == 0);
}

// --- RFC 4475 §3.2 to §3.4

TEST_CASE("badbranch: the magic cookie alone makes no transaction the same") {
    auto octets = vector_file("rfc4475/badbranch.dat");
    const auto key = [](const std::string& text) {
        const auto message = Message::parse(text).value();
        const auto envelope = read_envelope(message).value();
        CHECK_FALSE(has_unique_branch(envelope.via));
        return server_key({}, message.request_uri(), envelope, message.method());
    };
    const auto first = key(octets);
    CHECK(key(octets) == first);
    octets.replace(octets.find("Call-ID: b"), 10, "Call-ID: c");
    CHECK(key(octets) != first);
}

TEST_CASE("insuf: all that is missing is missing") {
    const auto message = message_of("insuf");
    CHECK_FALSE(message.has(CallId::name));
    CHECK_FALSE(message.has(From::name));
    CHECK_FALSE(message.has(To::name));
    CHECK(read_envelope(message).error().code == Errc::missing_field);
}

TEST_CASE("unkscm, novelsc, unksm2: any scheme is a URI, and only sip and sips are taken apart") {
    CHECK(request_uri(message_of("unkscm")).scheme_text() == "nobodyKnowsThisScheme");
    CHECK(request_uri(message_of("novelsc")).text() == "soap.beep://192.0.2.103:3002");
    const auto message = message_of("unksm2");
    CHECK(message.get<To>()->address.uri.text() == "isbn:2983792873");
    CHECK(message.get<From>()->address.uri.scheme() == Uri::Scheme::other);
    CHECK(message.get<Contact>()->address.uri.text() == "name:John_Smith");
}

TEST_CASE("bext01: the extensions that are required are listed") {
    const auto message = message_of("bext01");
    CHECK(tokens<Require>(message) == Texts{"nothingSupportsThis", "nothingSupportsThisEither"});
    CHECK(tokens<ProxyRequire>(message) == Texts{"noProxiesSupportThis", "norDoAnyProxiesSupportThis"});
}

TEST_CASE("invut, sdp01: what a body is, and what the sender takes, is told") {
    CHECK(message_of("invut").body().size() == 40);
    const auto unknown = message_of("invut");
    CHECK(unknown.get<ContentType>()->is("application", "unknownformat"));
    const auto sdp = message_of("sdp01");
    CHECK(sdp.get<ContentType>()->is("application", "sdp"));
    CHECK_FALSE(sdp.get<Accept>()->takes(*sdp.get<ContentType>()));
}

TEST_CASE("regaut01: an unknown scheme of credentials is kept as it is") {
    const auto message = message_of("regaut01");
    const auto credentials = message.get<Authorization>().value();
    CHECK(credentials.scheme == "NoOneKnowsThisScheme");
    CHECK(credentials.other == "opaque-data=here");
    CHECK_FALSE(credentials.is_digest());
}

TEST_CASE("bcast: a response for somebody else says so in its second Via") {
    const auto message = message_of("bcast");
    CHECK(hosts(message) == Texts{"192.0.2.198", "255.255.255.255"});
    CHECK(all<Via>(message)[1].host.address->is_broadcast());
}

TEST_CASE("zeromf: no hop left is not the same as no word about hops") {
    const auto message = message_of("zeromf");
    CHECK(read_envelope(message)->has_max_forwards);
    CHECK(read_envelope(message)->max_forwards == 0);
}

TEST_CASE("cparam01, cparam02: brackets decide whose a parameter is, and it stays so") {
    const auto without = message_of("cparam01");
    const auto outside = without.get<Contact>().value();
    CHECK(outside.parameters.has("unknownparam"));
    CHECK_FALSE(outside.address.uri.has_parameter("unknownparam"));
    CHECK(base::printed(outside) == "<sip:+19725552222@gw1.example.net>;unknownparam");
    const auto with = message_of("cparam02");
    const auto inside = with.get<Contact>().value();
    CHECK(inside.parameters.empty());
    CHECK(inside.address.uri.has_parameter("unknownparam"));
    CHECK(base::printed(inside) == "<sip:+19725552222@gw1.example.net;unknownparam>");
}

TEST_CASE("regescrt: an escaped header stays in the contact") {
    const auto message = message_of("regescrt");
    const auto uri = message.get<Contact>()->address.uri;
    CHECK(uri.headers() == "Route=%3Csip:sip.example.com%3E");
    CHECK(unescape(uri.headers()) == "Route=<sip:sip.example.com>");
}

TEST_CASE("inv2543: a request of RFC 2543 has no tag, no branch, no length, and a body to its end") {
    const auto message = message_of("inv2543");
    const auto envelope = read_envelope(message).value();
    CHECK(envelope.from_tag == Tag());
    CHECK_FALSE(has_unique_branch(envelope.via));
    CHECK_FALSE(envelope.has_max_forwards);
    CHECK(message.body().size() == 105);
    CHECK(message.get<To>()->parameters.value("user") == "phone");
    CHECK(message.get<RecordRoute>()->address.uri.parameter("maddr") == "ss1.example.com");
}

// --- RFC 5118

TEST_CASE("IPv6: the last colon outside of the brackets begins a port, none inside does") {
    const auto place = [](const char* name) {
        const auto message = ipv6_message(name);
        const auto uri = request_uri(message);
        return std::string(uri.host().text) + ' ' + (uri.port() ? std::to_string(*uri.port()) : "default");
    };
    CHECK(place("ipv6-good") == "[2001:db8::10] default");
    CHECK(place("port-ambiguous") == "[2001:db8::10:5070] default");
    CHECK(place("port-unambiguous") == "[2001:db8::10] 5070");
    CHECK(request_uri(ipv6_message("ipv6-good")).host().address == base::IpAddress::parse("2001:db8::10"));
}

TEST_CASE("IPv6: the source in a Via is read with brackets and without") {
    const auto with = ipv6_message("via-received-param-with-delim");
    CHECK(with.get<Via>()->received == "[2001:db8::9:255]");
    CHECK(with.get<Via>()->branch == "z9hG4bKas3-111");
    const auto without = ipv6_message("via-received-param-no-delim");
    CHECK(without.get<Via>()->received == "2001:db8::9:255");
    CHECK(without.get<Via>()->branch == "z9hG4bKas3");
}

TEST_CASE("IPv6: addresses of both families stand side by side in Vias") {
    const auto message = ipv6_message("mult-ip-in-header");
    CHECK(hosts(message) == Texts{"[2001:db8::9:1]", "192.0.2.1", "[2001:db8::9:255]"});
    CHECK(all<Via>(message)[0].port == 6050);
    CHECK(all<Via>(message)[2].received == "192.0.2.200");
}

TEST_CASE("IPv6: a body is as long as it says, whatever addresses are in it") {
    const auto one = ipv6_message("ipv6-in-sdp");
    CHECK(one.body().size() == 241);
    CHECK(one.body().find("\r\nc=IN IP6 2001:db8::20\r\n") != std::string_view::npos);
    const auto both = ipv6_message("mult-ip-in-sdp");
    CHECK(both.body().size() == 181);
    CHECK(both.body().find("\r\nc=IN IP4 192.0.2.1\r\n") < both.body().find("\r\nc=IN IP6 2001:db8::1\r\n"));
}

TEST_CASE("IPv6: a mapped address is the IPv4 address that it stands for") {
    const auto message = ipv6_message("ipv4-mapped-ipv6");
    const auto vias = all<Via>(message);
    REQUIRE(vias.size() == 2);
    CHECK(vias[0].host.address->canonical() == base::IpAddress::parse("192.0.2.10"));
    CHECK(vias[0].port == 19'823);
    const auto contact = message.get<Contact>()->address;
    CHECK(contact.uri.host().address->canonical() == base::IpAddress::parse("192.0.2.2"));
    CHECK(contact.display_text() == "T. desk phone");
}

TEST_CASE("IPv6: three colons of the old grammar mean two") {
    const auto three = ipv6_message("ipv6-bug-abnf-3-colons");
    const auto two = ipv6_message("ipv6-correct-abnf-2-colons");
    CHECK(request_uri(three).host().address.has_value());
    CHECK(request_uri(three).host() == request_uri(two).host());
    CHECK(equivalent(three.get<To>()->address.uri, two.get<To>()->address.uri));
}
