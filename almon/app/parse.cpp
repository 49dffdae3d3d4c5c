#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cstdio>

#include "almon/app/commands.hpp"
#include "almon/sip/envelope.hpp"
#include "almon/sip/headers/contact.hpp"
#include "almon/sip/headers/route.hpp"
#include "almon/sip/locate.hpp"

namespace almon::app {
namespace {

namespace json = boost::json;

// JSON holds text: octets that are no ASCII are shown as the characters of the same number.
std::string text_of(std::string_view octets) {
    std::string text;
    for (const char c : octets) {
        const auto octet = static_cast<unsigned char>(c);
        if (octet < 0x80)
            text += c;
        else
            text += {static_cast<char>(0xc0 | octet >> 6), static_cast<char>(0x80 | (octet & 0x3f))};
    }
    return text;
}

json::object describe(const sip::Uri& uri) {
    json::object shown{{"text", text_of(uri.text())}, {"scheme", text_of(uri.scheme_text())}};
    if (!uri.is_sip()) return shown;
    if (const auto user = uri.user()) shown["user"] = text_of(sip::unescape(*user));
    shown["host"] = text_of(uri.host().text);
    if (uri.port()) shown["port"] = *uri.port();
    if (!uri.parameters().empty()) shown["parameters"] = text_of(uri.parameters());
    if (uri.has_headers()) shown["headers"] = text_of(uri.headers());
    return shown;
}

json::object describe(const sip::NameAddr& address) {
    json::object shown{{"uri", describe(address.uri)}};
    if (!address.display_name.empty()) shown["display_name"] = text_of(address.display_text());
    return shown;
}

json::object describe(const sip::Via& via) {
    json::object shown{{"transport", text_of(via.transport)},
                       {"host", text_of(via.host.text)},
                       {"branch", text_of(via.branch)}};
    if (via.port) shown["port"] = *via.port;
    if (!via.received.empty()) shown["received"] = text_of(via.received);
    return shown;
}

json::object describe(const sip::Party& party) {
    auto shown = describe(party.address);
    if (!party.tag.value().empty()) shown["tag"] = text_of(party.tag.value());
    return shown;
}

json::object describe(const sip::Contact& contact) {
    if (contact.is_wildcard) return {{"wildcard", true}};
    auto shown = describe(contact.address);
    if (contact.q) shown["q"] = *contact.q / 1000.0;
    if (contact.expires) shown["expires"] = *contact.expires;
    return shown;
}

json::object describe(const sip::Route& route) {
    return describe(route.address);
}

json::object describe(const sip::Error& error, std::string_view octets, bool is_request) {
    const auto place = sip::locate(octets, error.offset);
    json::object shown{{"offset", error.offset},
                       {"line", place.line},
                       {"column", place.column},
                       {"field", text_of(place.field)},
                       {"fault", base::describe(error.code)},
                       {"rule", error.rule}};
    // A malformed response is dropped, so no status is owed for it.
    if (is_request) shown["status"] = sip::status_owed(error).code();
    return json::object{{"error", std::move(shown)}};
}

template <class Header>
void describe_all(const sip::Message& message, const char* name, json::object& into) {
    json::array values;
    for (const auto& value : message.all<Header>())
        if (value) values.push_back(describe(*value));
    if (!values.empty()) into[name] = std::move(values);
}

json::array fields_of(const sip::Message& message) {
    json::array fields;
    for (const auto& field : message.fields())
        fields.push_back(json::object{{"name", text_of(message.name(field))},
                                      {"value", text_of(message.value(field))},
                                      {"offset", field.name_at}});
    return fields;
}

json::object start_line_of(const sip::Message& message) {
    if (message.is_response())
        return {
            {"kind", "response"}, {"status", message.status().code()}, {"reason", text_of(message.reason())}};
    json::object shown{{"kind", "request"}, {"method", text_of(message.method().value())}};
    const auto uri = sip::Uri::parse(message.request_uri());
    shown["uri"] = uri ? describe(*uri) : json::object{{"text", text_of(message.request_uri())}};
    return shown;
}

json::object describe(const sip::Message& message, const sip::Envelope& envelope) {
    auto shown = start_line_of(message);
    shown["call_id"] = text_of(envelope.call_id.value());
    shown["cseq"] =
        json::object{{"number", envelope.cseq.number}, {"method", text_of(envelope.cseq.method.value())}};
    if (envelope.has_max_forwards) shown["max_forwards"] = envelope.max_forwards;
    if (const auto from = message.get<sip::From>()) shown["from"] = describe(*from);
    if (const auto to = message.get<sip::To>()) shown["to"] = describe(*to);
    describe_all<sip::Via>(message, "via", shown);
    describe_all<sip::Route>(message, "route", shown);
    describe_all<sip::Contact>(message, "contact", shown);
    shown["fields"] = fields_of(message);
    shown["body_octets"] = message.body().size();
    return shown;
}

bool parse_one(std::string_view octets, json::object& shown) {
    sip::Message message;
    const auto parsed = message.assign(octets);
    const auto refuse = [&](const sip::Error& error) {
        return shown = describe(error, octets, !message.is_response()), false;
    };
    if (!parsed) return refuse(parsed.error());
    if (message.is_request())
        if (const auto uri = sip::Uri::parse(message.request_uri(), message.offset_of(message.request_uri()));
            !uri)
            return refuse(uri.error());
    const auto envelope = sip::read_envelope(message);
    if (!envelope) return refuse(envelope.error());
    shown = describe(message, *envelope);
    return true;
}

bool read_whole(const std::string& path, std::string& octets) {
    std::FILE* file = path == "-" ? stdin : std::fopen(path.c_str(), "rb");
    if (file == nullptr) return false;
    char chunk[4096];
    for (std::size_t size; (size = std::fread(chunk, 1, sizeof chunk, file)) > 0;) octets.append(chunk, size);
    if (file != stdin) std::fclose(file);
    return true;
}

}  // namespace

// One line of JSON for each message.
int parse(const std::vector<std::string>& files) {
    int exit_code = 0;
    for (const auto& path : files.empty() ? std::vector<std::string>{"-"} : files) {
        std::string octets;
        json::object shown;
        bool understood = false;
        if (!read_whole(path, octets))
            shown["error"] = json::object{{"fault", "the file cannot be read"}};
        else
            understood = parse_one(octets, shown);
        if (files.size() > 1) shown["file"] = path;
        std::printf("%s\n", json::serialize(shown).c_str());
        if (!understood) exit_code = 1;
    }
    return exit_code;
}

}  // namespace almon::app
