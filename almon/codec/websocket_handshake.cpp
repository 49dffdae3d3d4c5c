// The one file that includes Boost.Beast: it costs 12 s to compile.
#include "almon/codec/websocket_handshake.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <boost/beast/core/buffers_range.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/string_body.hpp>

#include "almon/base/assert.hpp"
#include "almon/codec/certificate_names.hpp"

namespace almon::codec {

namespace limits = base::limits;
namespace http = boost::beast::http;

namespace {

using Field = http::field;
using Kind = Ending::Kind;
using Request = http::request<http::empty_body>;
using Response = http::response<http::string_body>;

constexpr std::string_view here = "SIP over WebSocket is spoken here (RFC 7118): ";

std::string_view text_of(boost::beast::string_view text) {
    return {text.data(), text.size()};
}

template <class Message, class Serializer>
std::string written(Message& message) {
    Serializer serializer(message);
    boost::beast::error_code error;
    std::string octets;
    while (!serializer.is_done()) {
        serializer.next(error, [&](boost::beast::error_code&, const auto& buffers) {
            for (const auto& buffer : boost::beast::buffers_range_ref(buffers))
                octets.append(static_cast<const char*>(buffer.data()), buffer.size());
            serializer.consume(boost::beast::buffer_bytes(buffers));
        });
        ALMON_ASSERT(!error);
    }
    return octets;
}

std::string written(Response& response) {
    return written<Response, http::response_serializer<http::string_body>>(response);
}

// How a request fails: the status, and why in a few words.
struct Refusal {
    http::status status;
    Kind kind;
    std::string why;
};

UpgradeAnswer refuse(const Refusal& refusal) {
    Response response(refusal.status, 11);
    const bool is_upgrade = refusal.status == http::status::upgrade_required;
    response.set(Field::connection, is_upgrade ? "upgrade, close" : "close");
    if (is_upgrade) {
        response.set(Field::upgrade, "websocket");
        response.set(Field::sec_websocket_version, "13");
    }
    if (refusal.status == http::status::method_not_allowed) response.set(Field::allow, "GET");
    response.set(Field::content_type, "text/plain");
    response.body().append(here).append(refusal.why).append("\n");
    response.prepare_payload();
    return {written(response),
            Ending{refusal.kind, "the WebSocket handshake is refused with " +
                                     std::to_string(response.result_int()) + ": " + refusal.why}};
}

// Lists may stand in several fields of one name (RFC 9110 §5.3). Tokens of HTTP have no case, sub-protocols
// do.
enum class Case { ignored, kept };

template <class Fields>
bool has_token(const Fields& fields, Field name, std::string_view wanted, Case how = Case::ignored) {
    const auto range = fields.equal_range(name);
    return std::any_of(range.first, range.second, [&](const auto& field) {
        const http::token_list tokens(field.value());
        return std::any_of(tokens.begin(), tokens.end(), [&](const auto& token) {
            return how == Case::ignored ? boost::beast::iequals(token, {wanted.data(), wanted.size()})
                                        : text_of(token) == wanted;
        });
    });
}

// Exactly once; RFC 6455 §4.2.1 and RFC 9112 §3.2 want it so of the fields asked here.
template <class Fields>
std::optional<std::string_view> only(const Fields& fields, Field name) {
    if (fields.count(name) != 1) return {};
    return text_of(fields.find(name)->value());
}

std::string_view without_port(std::string_view host) {
    if (host.starts_with('[')) return host.substr(0, host.find(']') + 1);
    return host.substr(0, host.find(':'));
}

bool is_allowed(const std::vector<std::string>& allowed, std::string_view value) {
    return allowed.empty() || std::ranges::any_of(allowed, [&](const std::string& one) {
               return canonical_domain(one) == canonical_domain(value);
           });
}

// 16 octets are 22 characters of Base64 and two of padding (RFC 6455 §4.1).
bool is_key(std::string_view key) {
    return key.size() == 24 && key.ends_with("==") && std::ranges::all_of(key.substr(0, 22), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '+' || c == '/';
           });
}

bool has_body(const Request& request) {
    const auto length = request.find(Field::content_length);
    return request.count(Field::transfer_encoding) > 0 || (length != request.end() && length->value() != "0");
}

// What HTTP wants of a request that we could serve at all.
std::optional<Refusal> http_fault(const Request& request) {
    if (request.version() < 11)
        return Refusal{http::status::http_version_not_supported, Kind::no_agreement, "HTTP/1.1 is required"};
    if (request.method() != http::verb::get)
        return Refusal{http::status::method_not_allowed, Kind::rule_broken,
                       "the method has to be GET (RFC 6455 §4.1)"};
    if (!only(request, Field::host))
        return Refusal{http::status::bad_request, Kind::rule_broken,
                       "one Host field is required (RFC 9112 §3.2)"};
    if (has_body(request))
        return Refusal{http::status::bad_request, Kind::rule_broken, "a handshake has no body"};
    return {};
}

std::optional<Refusal> policy_fault(const Request& request, const WebSocketPolicy& policy) {
    const auto target = text_of(request.target());
    if (!is_allowed(policy.hosts, without_port(*only(request, Field::host))))
        return Refusal{http::status::misdirected_request, Kind::rule_broken, "this host is not served here"};
    const auto path = target.substr(0, target.find('?'));
    if (!policy.paths.empty() && std::ranges::find(policy.paths, path) == policy.paths.end())
        return Refusal{http::status::not_found, Kind::rule_broken, "this path is not served here"};
    if (request.count(Field::origin) > 0 && !is_allowed(policy.origins, text_of(request[Field::origin])))
        return Refusal{http::status::forbidden, Kind::rule_broken,
                       "pages of this Origin may not connect (RFC 6455 §10.2)"};
    return {};
}

std::optional<Refusal> websocket_fault(const Request& request) {
    if (!has_token(request, Field::upgrade, "websocket") || !has_token(request, Field::connection, "upgrade"))
        return Refusal{http::status::upgrade_required, Kind::other_protocol,
                       "the fields Upgrade: websocket and Connection: Upgrade are required (RFC 6455 §4.1)"};
    if (only(request, Field::sec_websocket_version) != "13")
        return Refusal{http::status::upgrade_required, Kind::no_agreement,
                       "Sec-WebSocket-Version has to be 13 (RFC 6455 §4.2.2)"};
    if (!is_key(only(request, Field::sec_websocket_key).value_or("")))
        return Refusal{http::status::bad_request, Kind::rule_broken,
                       "Sec-WebSocket-Key has to be 16 octets in Base64 (RFC 6455 §4.2.1)"};
    if (!has_token(request, Field::sec_websocket_protocol, "sip", Case::kept))
        return Refusal{http::status::bad_request, Kind::no_agreement,
                       "Sec-WebSocket-Protocol has to offer \"sip\" (RFC 7118 §4.1)"};
    return {};
}

std::string agree(const Request& request) {
    http::response<http::empty_body> response(http::status::switching_protocols, 11);
    response.set(Field::upgrade, "websocket");
    response.set(Field::connection, "Upgrade");
    const auto accept = accept_of(*only(request, Field::sec_websocket_key));
    response.set(Field::sec_websocket_accept, {accept.data(), accept.size()});
    response.set(Field::sec_websocket_protocol, "sip");
    return written<decltype(response), http::response_serializer<http::empty_body>>(response);
}

template <class Parser>
boost::beast::error_code parse(Parser& parser, std::string_view head) {
    boost::beast::error_code error;
    parser.header_limit(static_cast<std::uint32_t>(limits::websocket_head_octets));
    parser.put(boost::asio::const_buffer(head.data(), head.size()), error);
    return error;
}

Ending disagreement(std::string why) {
    return {Kind::no_agreement, "the server does not agree to SIP over WebSocket: " + std::move(why)};
}

}  // namespace

UpgradeAnswer answer_upgrade(std::string_view head, const WebSocketPolicy& policy) {
    http::request_parser<http::empty_body> parser;
    const auto error = parse(parser, head);
    // What follows the head may be a body that we do not take: it is refused below, by its fields.
    if (!parser.is_header_done())
        return refuse({http::status::bad_request, Kind::other_protocol,
                       "this is no HTTP request (" + error.message() + ")"});
    const auto& request = parser.get();
    if (auto fault = http_fault(request)) return refuse(*fault);
    if (auto fault = policy_fault(request, policy)) return refuse(*fault);
    if (auto fault = websocket_fault(request)) return refuse(*fault);
    return {agree(request), {}};
}

UpgradeAnswer refuse_long_head() {
    return refuse(
        {http::status::request_header_fields_too_large, Kind::too_large,
         "the head of a handshake may have " + std::to_string(limits::websocket_head_octets) + " octets"});
}

std::string write_upgrade(const WebSocketTarget& target, std::string_view key) {
    Request request(http::verb::get, target.path, 11);
    request.set(Field::host, target.host);
    request.set(Field::upgrade, "websocket");
    request.set(Field::connection, "Upgrade");
    request.set(Field::sec_websocket_key, {key.data(), key.size()});
    request.set(Field::sec_websocket_version, "13");
    request.set(Field::sec_websocket_protocol, "sip");
    if (!target.origin.empty()) request.set(Field::origin, target.origin);
    return written<Request, http::request_serializer<http::empty_body>>(request);
}

std::optional<Ending> check_upgrade_answer(std::string_view head, std::string_view key) {
    http::response_parser<http::empty_body> parser;
    parser.skip(true);  // a refusal may have a body, which is for people
    const auto error = parse(parser, head);
    if (!parser.is_header_done())
        return Ending{Kind::other_protocol, "the server's answer is not HTTP: " + error.message()};
    const auto& response = parser.get();
    if (response.result() != http::status::switching_protocols)
        return Ending{Kind::refused_by_peer, "the server refuses the WebSocket handshake with " +
                                                 std::to_string(response.result_int()) + " " +
                                                 std::string(text_of(response.reason()))};
    if (!has_token(response, Field::upgrade, "websocket") ||
        !has_token(response, Field::connection, "upgrade"))
        return disagreement("it switches to another protocol");
    if (only(response, Field::sec_websocket_accept) != accept_of(key))
        return disagreement("its Sec-WebSocket-Accept does not fit the key");
    if (response.count(Field::sec_websocket_extensions) > 0) return disagreement("it wants extensions");
    if (only(response, Field::sec_websocket_protocol) != "sip")
        return disagreement("it did not choose the sub-protocol \"sip\" (RFC 7118 §4.1)");
    return {};
}

std::string accept_of(std::string_view key) {
    const auto text = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    std::array<char, 20> digest{};
    ALMON_ASSERT(EVP_Digest(text.data(), text.size(), reinterpret_cast<unsigned char*>(digest.data()),
                            nullptr, EVP_sha1(), nullptr) == 1);
    return base64({digest.data(), digest.size()});
}

std::string base64(std::string_view octets) {
    // EVP_EncodeBlock ends its text with a NUL.
    std::string text((octets.size() + 2) / 3 * 4 + 1, '\0');
    EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                    reinterpret_cast<const unsigned char*>(octets.data()), static_cast<int>(octets.size()));
    text.pop_back();
    return text;
}

}  // namespace almon::codec
