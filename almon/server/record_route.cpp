#include "almon/server/record_route.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace almon::server {
namespace {

void print_word(std::uint64_t word, base::Printer& out) {
    std::array<unsigned char, 8> octets;
    for (std::size_t i = 0; i < octets.size(); ++i)
        octets[i] = static_cast<unsigned char>(word >> (56 - 8 * i));
    out.put_hex(octets);
}

std::optional<std::uint64_t> read_word(std::string_view digits) {
    std::uint64_t word = 0;
    const auto end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, word, 16);
    if (error != std::errc{} || stop != end) return {};
    return word;
}

std::optional<base::Hash128> read_signature(std::string_view text) {
    if (text.size() != 32) return {};
    const auto a = read_word(text.substr(0, 16));
    const auto b = read_word(text.substr(16));
    if (!a || !b) return {};
    return base::Hash128{*a, *b};
}

// Takes the same time wherever the first difference is.
bool equal(const base::Hash128& x, const base::Hash128& y) {
    return ((x.a ^ y.a) | (x.b ^ y.b)) == 0;
}

}  // namespace

void RouteSigner::print(const stack::Listener& listener, const sip::Envelope& request,
                        const FlowsOfDialog& flows, base::Printer& out) const {
    const auto signature = sign(request.call_id, request.from_tag, flows);
    out.put("<sip:").put(listener.sent_by).put(";lr");
    if (sip::is_websocket(listener.transport))
        out.put(";transport=ws");  // RFC 7118 §5.2 knows no other
    else if (listener.transport != sip::Transport::udp)
        out.put(";transport=").put(sip::uri_name(listener.transport));
    if (!flows.caller.empty()) out.put(';').put(caller_flow).put('=').put(flows.caller);
    if (!flows.called.empty()) out.put(';').put(called_flow).put('=').put(flows.called);
    out.put(';').put(parameter).put('=');
    print_word(signature.a, out);
    print_word(signature.b, out);
    out.put('>');
}

// The tag that was signed is the caller's: it tells which side the request comes from.
RouteSigner::Proof RouteSigner::verify(const sip::Uri& uri, const sip::Envelope& request) const {
    if (request.to_tag.value().empty()) return {};
    const auto text = uri.parameter(parameter);
    const auto signature = text ? read_signature(*text) : std::nullopt;
    if (!signature) return {};
    const FlowsOfDialog flows{uri.parameter(caller_flow).value_or(""),
                              uri.parameter(called_flow).value_or("")};
    if (equal(*signature, sign(request.call_id, request.from_tag, flows))) return {true, flows.called};
    if (equal(*signature, sign(request.call_id, request.to_tag, flows))) return {true, flows.caller};
    return {};
}

base::Hash128 RouteSigner::sign(const sip::CallId& call_id, const sip::Tag& tag,
                                const FlowsOfDialog& flows) const {
    return base::siphash128(key_, {"record-route", call_id.value(), tag.value(), flows.caller, flows.called});
}

bool may_make_dialog(sip::Method method) {
    using namespace sip::method;
    static constexpr std::array without{ack,     bye,   cancel,  info,      message,
                                        options, prack, publish, register_, update};
    return std::ranges::find(without, method) == without.end();
}

}  // namespace almon::server
