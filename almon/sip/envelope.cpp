#include "almon/sip/envelope.hpp"

#include <algorithm>
#include <array>

#include "almon/sip/headers/max_forwards.hpp"

namespace almon::sip {
namespace {

// Where the fields stand that every message has. Found in one pass, by their hashes.
struct Places {
    const Field* via = nullptr;
    const Field* from = nullptr;
    const Field* to = nullptr;
    const Field* call_id = nullptr;
    const Field* cseq = nullptr;
    const Field* max_forwards = nullptr;

    const Field** of(std::uint32_t name_hash) {
        switch (name_hash) {
            case Via::name.hash():
            case Via::name.compact_hash(): return &via;
            case From::name.hash():
            case From::name.compact_hash(): return &from;
            case To::name.hash():
            case To::name.compact_hash(): return &to;
            case CallId::name.hash():
            case CallId::name.compact_hash(): return &call_id;
            case CSeq::name.hash(): return &cseq;
            case MaxForwards::name.hash(): return &max_forwards;
            default: return nullptr;
        }
    }
};

bool is_one_of_them(const Message& message, const Field& field) {
    static constexpr std::array names{Via::name,    From::name, To::name,
                                      CallId::name, CSeq::name, MaxForwards::name};
    const auto name = message.name(field);
    return std::any_of(names.begin(), names.end(),
                       [&](const auto& n) { return n.matches(name, field.name_hash); });
}

// RFC 3261 §7.3.1: only fields with a list for their value may be repeated.
Result<Places> find_places(const Message& message) {
    Places places;
    for (const Field& field : message.fields()) {
        const Field** place = places.of(field.name_hash);
        if (place == nullptr || !is_one_of_them(message, field)) continue;
        if (*place == nullptr) {
            *place = &field;
        } else if (place != &places.via) {
            return base::fail(Errc::repeated_field, field.name_at, "RFC 3261 §7.3.1");
        }
    }
    return places;
}

template <class Header>
Result<Header> read(const Message& message, const Field* field, const char* rule) {
    if (field == nullptr)
        return base::fail(Errc::missing_field, message.octets().size() - message.body().size(), rule);
    Scanner in(message.value(*field), field->value_at);
    return parse_value<Header>(in);
}

// RFC 4475 §3.1.2.4: beyond 255 it may count as absent.
Result<void> read_max_forwards(const Message& message, const Field* field, Envelope& envelope) {
    if (field == nullptr) return {};
    const auto hops = read<MaxForwards>(message, field, MaxForwards::rule);
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
Result<void> check_method(const Message& message, const Envelope& envelope, std::size_t offset) {
    if (!message.is_request() || envelope.cseq.method == message.method()) return {};
    const auto code = is_known(message.method()) ? Errc::method_mismatch : Errc::unsupported_value;
    return base::fail(code, offset, "RFC 3261 §8.1.1.5");
}

}  // namespace

Result<Envelope> read_envelope(const Message& message) {
    const auto places = find_places(message);
    if (!places) return tl::unexpected(places.error());
    Result<Envelope> envelope;
    const auto via = read<Via>(message, places->via, "RFC 3261 §8.1.1.7 Via");
    if (!via) return tl::unexpected(via.error());
    envelope->via = *via;
    const auto from = read<From>(message, places->from, "RFC 3261 §8.1.1.3 From");
    if (!from) return tl::unexpected(from.error());
    envelope->from_tag = from->tag;
    const auto to = read<To>(message, places->to, "RFC 3261 §8.1.1.2 To");
    if (!to) return tl::unexpected(to.error());
    envelope->to_tag = to->tag;
    const auto call_id = read<CallId>(message, places->call_id, "RFC 3261 §8.1.1.4 Call-ID");
    if (!call_id) return tl::unexpected(call_id.error());
    envelope->call_id = *call_id;
    const auto cseq = read<CSeq>(message, places->cseq, "RFC 3261 §8.1.1.5 CSeq");
    if (!cseq) return tl::unexpected(cseq.error());
    envelope->cseq = *cseq;
    if (const auto hops = read_max_forwards(message, places->max_forwards, *envelope); !hops)
        return tl::unexpected(hops.error());
    if (const auto agrees = check_method(message, *envelope, places->cseq->value_at); !agrees)
        return tl::unexpected(agrees.error());
    return envelope;
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
