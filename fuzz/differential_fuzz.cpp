// The same octets through almon, libosip2 and sofia-sip. Where two take a message, they read the same of it;
// where one refuses it, a named reason says why. docs/fuzzing.md lists the reasons with their RFC sentences.
#include <optional>

#include "almon/sip/envelope.hpp"
#include "almon/sip/headers/contact.hpp"
#include "fuzz/differences.hpp"
#include "fuzz/fuzzing.hpp"

using namespace almon;
using fuzz::Reading;

namespace {

template <class Header>
sip::Result<std::size_t> count_values(const sip::Message& message) {
    std::size_t count = 0;
    for (const auto& value : message.all<Header>()) {
        if (!value) return tl::unexpected(value.error());
        ++count;
    }
    return count;
}

sip::Result<Reading> read_with_almon(const sip::Message& message) {
    const auto envelope = sip::read_envelope(message);
    if (!envelope) return tl::unexpected(envelope.error());
    const auto vias = count_values<sip::Via>(message), contacts = count_values<sip::Contact>(message);
    if (!vias) return tl::unexpected(vias.error());
    if (!contacts) return tl::unexpected(contacts.error());
    Reading reading{.method = std::string(message.method().value()),
                    .call_id = std::string(envelope->call_id.value()),
                    .cseq = std::to_string(envelope->cseq.number),
                    .cseq_method = std::string(envelope->cseq.method.value()),
                    .from_tag = std::string(envelope->from_tag.value()),
                    .to_tag = std::string(envelope->to_tag.value()),
                    .branch = std::string(envelope->via.branch),
                    .vias = *vias,
                    .contacts = *contacts,
                    .body_octets = message.body().size()};
    if (message.is_response()) return reading;
    const auto uri = sip::read_request_uri(message);
    if (!uri) return tl::unexpected(uri.error());
    if (uri->is_sip()) reading.uri_host = std::string(uri->host().text);
    return reading;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const std::string octets(fuzz::text_of(data, size));
    sip::Message message;
    const auto parsed = message.assign(octets);
    const auto ours = parsed ? read_with_almon(message) : tl::unexpected(parsed.error());
    fuzz::compare(octets, message, ours, fuzz::read_with_osip);
    fuzz::compare(octets, message, ours, fuzz::read_with_sofia);
    return 0;
}
