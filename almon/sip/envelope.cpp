#include "almon/sip/envelope.hpp"

#include <algorithm>
#include <array>

#include "almon/sip/headers/max_forwards.hpp"

namespace almon::sip {
namespace {

// RFC 3261 §7.3.1: only fields with a list for their value may be repeated.
Result<void> check_repeats(const Message& message) {
    static constexpr std::array names{From::name, To::name, CallId::name, CSeq::name, MaxForwards::name};
    std::optional<Error> first;
    for (const auto& name : names) {
        if (!message.may_repeat(name)) continue;
        for (std::size_t seen = 0; const auto& field : message.fields_of(name)) {
            if (seen++ != 1) continue;
            if (!first || field.name_at < first->offset)
                first = Error{Errc::repeated_field, field.name_at, "RFC 3261 §7.3.1"};
        }
    }
    if (first) return tl::unexpected(*first);
    return {};
}

template <class Header>
Result<Header> read(const Message& message, const char* rule) {
    const Field* field = message.find_field(Header::name);
    if (field == nullptr)
        return base::fail(Errc::missing_field, message.octets().size() - message.body().size(), rule);
    Scanner in(message.value(*field), field->value_at);
    return parse_value<Header>(in);
}

// RFC 4475 §3.1.2.4: beyond 255 it may count as absent.
Result<void> read_max_forwards(const Message& message, Envelope& envelope) {
    if (!message.has(MaxForwards::name)) return {};
    const auto hops = read<MaxForwards>(message, MaxForwards::rule);
    if (!hops && hops.error().code != Errc::number_too_large) return tl::unexpected(hops.error());
    envelope.has_max_forwards = hops.has_value();
    if (hops) envelope.max_forwards = hops->number;
    return {};
}

bool is_known(Method method) {
    static constexpr std::array known{method::invite,    method::ack,     method::bye,   method::cancel,
                                      method::register_, method::options, method::prack, method::subscribe,
                                      method::notify,    method::publish, method::info,  method::refer,
                                      method::message,   method::update};
    return std::find(known.begin(), known.end(), method) != known.end();
}

// RFC 3261 §8.1.1.5. RFC 4475 §3.1.2.18: of a method that nobody knows it is more helpful to say so.
Result<void> check_method(const Message& message, const Envelope& envelope) {
    if (!message.is_request() || envelope.cseq.method == message.method()) return {};
    const auto code = is_known(message.method()) ? Errc::method_mismatch : Errc::unsupported_value;
    return base::fail(code, message.find_field(CSeq::name)->value_at, "RFC 3261 §8.1.1.5");
}

// All of the envelope but Via.
Result<Envelope> read_behind_via(const Message& message, const Via& via) {
    Result<Envelope> envelope;
    envelope->via = via;
    const auto from = read<From>(message, "RFC 3261 §8.1.1.3 From");
    if (!from) return tl::unexpected(from.error());
    envelope->from_tag = from->tag;
    const auto to = read<To>(message, "RFC 3261 §8.1.1.2 To");
    if (!to) return tl::unexpected(to.error());
    envelope->to_tag = to->tag;
    envelope->to_uri = to->address.uri;
    const auto call_id = read<CallId>(message, "RFC 3261 §8.1.1.4 Call-ID");
    if (!call_id) return tl::unexpected(call_id.error());
    envelope->call_id = *call_id;
    const auto cseq = read<CSeq>(message, "RFC 3261 §8.1.1.5 CSeq");
    if (!cseq) return tl::unexpected(cseq.error());
    envelope->cseq = *cseq;
    if (const auto hops = read_max_forwards(message, *envelope); !hops) return tl::unexpected(hops.error());
    if (const auto agrees = check_method(message, *envelope); !agrees) return tl::unexpected(agrees.error());
    return envelope;
}

}  // namespace

Result<Envelope> read_envelope(const Message& message) {
    const auto single = check_repeats(message);
    if (!single) return tl::unexpected(single.error());
    const auto via = read<Via>(message, "RFC 3261 §8.1.1.7 Via");
    if (!via) return tl::unexpected(via.error());
    return read_behind_via(message, *via);
}

Result<Envelope> read_envelope(const Message& message, const Via& top) {
    const auto single = check_repeats(message);
    if (!single) return tl::unexpected(single.error());
    return read_behind_via(message, top);
}

Result<Uri> read_request_uri(const Message& message) {
    const auto offset = message.offset_of(message.request_uri());
    auto uri = Uri::parse(message.request_uri(), offset);
    if (uri && uri->has_headers())
        return base::fail(Errc::unexpected_byte, message.offset_of(uri->headers()),
                          "RFC 3261 §19.1.1 table 1");
    return uri;
}

Status status_owed(const Error& error) {
    switch (error.code) {
        case Errc::unexpected_end:
        case Errc::unexpected_byte:
        case Errc::missing_field:
        case Errc::repeated_field:
        case Errc::number_too_large:
        case Errc::length_mismatch:
        case Errc::method_mismatch: return status::bad_request;
        case Errc::too_large: return status::message_too_large;
        case Errc::unsupported_version: return status::version_not_supported;
        case Errc::unsupported_scheme: return status::unsupported_uri_scheme;
        case Errc::unsupported_value: return status::not_implemented;
        case Errc::no_space: return status::server_internal_error;
    }
    return status::bad_request;
}

}  // namespace almon::sip
