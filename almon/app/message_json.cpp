#include "almon/app/message_json.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <string>
#include <type_traits>
#include <utility>

#include "almon/sip/envelope.hpp"
#include "almon/sip/headers/allow.hpp"
#include "almon/sip/headers/challenge.hpp"
#include "almon/sip/headers/contact.hpp"
#include "almon/sip/headers/content_disposition.hpp"
#include "almon/sip/headers/credentials.hpp"
#include "almon/sip/headers/event.hpp"
#include "almon/sip/headers/expires.hpp"
#include "almon/sip/headers/path.hpp"
#include "almon/sip/headers/proxy_require.hpp"
#include "almon/sip/headers/record_route.hpp"
#include "almon/sip/headers/require.hpp"
#include "almon/sip/headers/supported.hpp"
#include "almon/sip/headers/unsupported.hpp"
#include "almon/sip/locate.hpp"
#include "almon/sip/multipart.hpp"

namespace almon::app {
namespace {

namespace json = boost::json;

bool is_utf8(std::string_view text) {
    boost::system::error_code trouble;
    json::parse(json::serialize(json::string(text)), trouble);
    return !trouble;
}

// JSON holds text: of what is no UTF-8 each octet is shown as the character of the same number.
std::string text_of(std::string_view octets) {
    if (is_utf8(octets)) return std::string(octets);
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

void add_number(const sip::Uri& uri, json::object& shown) {
    shown["number"] = text_of(uri.number());
    if (const auto context = uri.parameter("phone-context")) shown["phone_context"] = text_of(*context);
}

void add_place(const sip::Uri& uri, json::object& shown) {
    if (const auto user = uri.user()) shown["user"] = text_of(sip::unescape(*user));
    shown["host"] = text_of(uri.host().text);
    if (uri.port()) shown["port"] = *uri.port();
}

json::object describe(const sip::Uri& uri) {
    json::object shown{{"text", text_of(uri.text())}, {"scheme", text_of(uri.scheme_text())}};
    if (uri.is_sip()) add_place(uri, shown);
    if (uri.scheme() == sip::Uri::Scheme::tel) add_number(uri, shown);
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

json::object describe(const sip::RouteEntry& route) {
    return describe(route.address);
}

json::object describe(const sip::CSeq& cseq) {
    return {{"number", cseq.number}, {"method", text_of(cseq.method.value())}};
}

// Neither what a client proves itself with, nor who it is.
template <class Header>
    requires std::is_base_of_v<sip::Credentials, Header> || std::is_base_of_v<sip::Challenge, Header>
json::object describe(const Header& authentication) {
    json::object shown{{"scheme", text_of(authentication.scheme)}};
    if (authentication.is_digest()) shown["realm"] = text_of(sip::unescape_quoted(authentication.realm));
    return shown;
}

template <class Field>
json::string describe(const sip::TokenValue<Field>& value) {
    return json::string(text_of(value.token));
}

template <class Field>
json::value describe(const sip::SecondsValue<Field>& value) {
    return value.seconds.count();
}

json::string describe(const sip::MediaType& type) {
    return json::string(text_of(base::printed(type)));
}

json::string describe(const sip::Event& event) {
    return json::string(text_of(base::printed(event)));
}

json::object describe(const sip::Error& error, std::string_view octets, bool is_request) {
    const auto place = sip::locate(octets, error.offset);
    const bool not_there = error.code == sip::Errc::missing_field && place.field == "body";
    json::object shown{{"offset", error.offset},
                       {"line", place.line},
                       {"column", place.column},
                       {"field", not_there ? "header" : text_of(place.field)},
                       {"fault", base::describe(error.code)},
                       {"rule", error.rule}};
    // A malformed response is dropped, so no status is owed for it.
    if (is_request) shown["status"] = sip::status_owed(error).code();
    return shown;
}

bool holds_credentials(std::string_view name) {
    return sip::Authorization::name.matches(name) || sip::ProxyAuthorization::name.matches(name);
}

json::array fields_of(const sip::Message& message) {
    json::array fields;
    for (const auto& field : message.fields()) {
        auto value = message.value(field);
        const bool hidden = holds_credentials(message.name(field));
        if (hidden) value = base::Scanner(value).take_while(sip::chars::token);  // the scheme
        fields.push_back(json::object{
            {"name", text_of(message.name(field))}, {"value", text_of(value)}, {"offset", field.name_at}});
        if (hidden) fields.back().as_object()["hidden"] = true;
    }
    return fields;
}

json::object start_line_of(const sip::Message& message) {
    if (message.is_response())
        return {
            {"kind", "response"}, {"status", message.status().code()}, {"reason", text_of(message.reason())}};
    return {{"kind", "request"},
            {"method", text_of(message.method().value())},
            {"uri", describe(sip::read_request_uri(message).value())}};
}

// What a message says that has an envelope.
class Description {
 public:
    Description(std::string_view octets, const sip::Message& message)
        : octets_(octets), message_(message), shown_(start_line_of(message)) {}

    json::object run(const sip::Envelope& envelope) && {
        shown_["call_id"] = text_of(envelope.call_id.value());
        if (envelope.has_max_forwards) shown_["max_forwards"] = envelope.max_forwards;
        add_dialog();
        add_extensions();
        add_authentication();
        shown_["fields"] = fields_of(message_);
        shown_["body_octets"] = message_.body().size();
        add_parts();
        if (!faults_.empty()) shown_["faults"] = std::move(faults_);
        return std::move(shown_);
    }

 private:
    void add_dialog() {
        add<sip::CSeq>("cseq");
        add<sip::From>("from");
        add<sip::To>("to");
        add_all<sip::Via>("via");
        add_all<sip::Route>("route");
        add_all<sip::RecordRoute>("record_route");
        add_all<sip::Path>("path");
        add_all<sip::Contact>("contact");
    }
    void add_extensions() {
        add<sip::Expires>("expires");
        add<sip::Event>("event");
        add_all<sip::Require>("require");
        add_all<sip::ProxyRequire>("proxy_require");
        add_all<sip::Supported>("supported");
        add_all<sip::Unsupported>("unsupported");
        add_all<sip::Allow>("allow");
        add<sip::ContentType>("content_type");
    }
    void add_authentication() {
        add_all<sip::Authorization>("authorization");
        add_all<sip::ProxyAuthorization>("proxy_authorization");
        add_all<sip::WwwAuthenticate>("www_authenticate");
        add_all<sip::ProxyAuthenticate>("proxy_authenticate");
    }

    // The first value; the key is left out when there is none.
    template <class Header>
    void add(const char* key) {
        const auto value = message_.find<Header>();
        if (!value)
            note(value.error());
        else if (*value)
            shown_[key] = describe(**value);
    }
    // All values; none of a field that is there is an empty list.
    template <class Header>
    void add_all(const char* key) {
        if (!message_.has(Header::name)) return;
        json::array values;
        for (const auto& value : message_.all<Header>()) {
            if (value)
                values.push_back(describe(*value));
            else
                note(value.error());
        }
        shown_[key] = std::move(values);
    }

    void add_parts() {
        const auto parts = sip::read_body_parts(message_);
        if (!parts) return note(parts.error());
        json::array shown;
        for (const auto& part : *parts) shown.push_back(describe_part(part));
        if (!shown.empty()) shown_["parts"] = std::move(shown);
    }
    json::object describe_part(const sip::BodyPart& part) {
        json::object shown{{"depth", part.depth}, {"octets", part.body.size()}, {"offset", part.body_at}};
        const auto type = part.find<sip::ContentType>().value_or(std::nullopt);
        if (type) shown["content_type"] = describe(*type);
        const auto said = part.find<sip::ContentDisposition>();
        if (!said) return note(said.error()), shown;
        const auto disposition =
            said->value_or(sip::ContentDisposition::of(type.value_or(sip::ContentType())));
        shown["disposition"] = text_of(disposition.type);
        shown["required"] = disposition.is_required();
        return shown;
    }

    // Each fault once: a field may be read for several keys.
    void note(const sip::Error& error) {
        auto fault = describe(error, octets_, message_.is_request());
        if (std::ranges::find(faults_, json::value(fault)) == faults_.end())
            faults_.push_back(std::move(fault));
    }

    std::string_view octets_;
    const sip::Message& message_;
    json::object shown_;
    json::array faults_;
};

}  // namespace

json::object message_json(std::string_view octets) {
    sip::Message message;
    const auto refuse = [&](const sip::Error& error) {
        return json::object{{"error", describe(error, octets, !message.is_response())}};
    };
    if (const auto parsed = message.assign(octets); !parsed) return refuse(parsed.error());
    if (message.is_request())
        if (const auto uri = sip::read_request_uri(message); !uri) return refuse(uri.error());
    const auto envelope = sip::read_envelope(message);
    if (!envelope) return refuse(envelope.error());
    return Description(octets, message).run(*envelope);
}

}  // namespace almon::app
