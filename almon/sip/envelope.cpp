#include "almon/sip/envelope.hpp"

#include <algorithm>
#include <array>
#include <numeric>

#include "almon/sip/headers/max_forwards.hpp"

namespace almon::sip {
namespace {

// RFC 3261 §7.3.1: only fields with a list for their value may be repeated.
Result<void> check_repeats(const Message& message) {
    static constexpr std::array names{From::name, To::name, CallId::name, CSeq::name, MaxForwards::name};
    static constexpr auto kinds =
        std::accumulate(names.begin(), names.end(), std::uint64_t{},
                        [](auto all, const auto& name) { return all | name.kinds(); });
    if (!message.may_repeat(kinds)) return {};
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
Result<void> read(const Message& message, const Field& field, Header& header) {
    Scanner in(message.value(field), field.value_at);
    return read_value(in, header);
}

template <class Header>
Result<void> read(const Message& message, const char* rule, Header& header) {
    if (const Field* field = message.find_field(Header::name)) return read(message, *field, header);
    return base::fail(Errc::missing_field, message.octets().size() - message.body().size(), rule);
}

// RFC 4475 §3.1.2.4: beyond 255 it may count as absent.
Result<void> read_max_forwards(const Message& message, Envelope& envelope) {
    const Field* field = message.find_field(MaxForwards::name);
    if (field == nullptr) return {};
    MaxForwards hops;
    const auto done = read(message, *field, hops);
    if (!done && done.error().code != Errc::number_too_large) return done;
    envelope.has_max_forwards = done.has_value();
    if (done) envelope.max_forwards = hops.number;
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

Result<void> read_parties(const Message& message, Envelope& envelope) {
    From from;
    if (const auto done = read(message, "RFC 3261 §8.1.1.3 From", from); !done) return done;
    envelope.from_tag = from.tag;
    To to;
    if (const auto done = read(message, "RFC 3261 §8.1.1.2 To", to); !done) return done;
    envelope.to_tag = to.tag;
    envelope.to_uri = to.address.uri;
    return {};
}

// All of the envelope but Via.
Result<void> read_behind_via(const Message& message, Envelope& envelope) {
    if (const auto done = read_parties(message, envelope); !done) return done;
    if (const auto done = read(message, "RFC 3261 §8.1.1.4 Call-ID", envelope.call_id); !done) return done;
    if (const auto done = read(message, "RFC 3261 §8.1.1.5 CSeq", envelope.cseq); !done) return done;
    if (const auto done = read_max_forwards(message, envelope); !done) return done;
    return check_method(message, envelope);
}

}  // namespace

Result<Envelope> read_envelope(const Message& message) {
    return base::in_place<Envelope>([&](Envelope& envelope) {
        if (const auto single = check_repeats(message); !single) return single;
        if (const auto via = read(message, "RFC 3261 §8.1.1.7 Via", envelope.via); !via) return via;
        return read_behind_via(message, envelope);
    });
}

Result<Envelope> read_envelope(const Message& message, const Via& top) {
    return base::in_place<Envelope>([&](Envelope& envelope) {
        envelope.via = top;
        if (const auto single = check_repeats(message); !single) return single;
        return read_behind_via(message, envelope);
    });
}

Result<Uri> read_request_uri(const Message& message) {
    const auto offset = message.offset_of(message.request_uri());
    return base::in_place<Uri>([&](Uri& uri) -> Result<void> {
        if (const auto read = uri.read(message.request_uri(), offset); !read) return read;
        if (!uri.has_headers()) return {};
        return base::fail(Errc::unexpected_byte, message.offset_of(uri.headers()),
                          "RFC 3261 §19.1.1 table 1");
    });
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
