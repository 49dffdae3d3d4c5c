#include "almon/server/loop_detection.hpp"

#include <algorithm>
#include <array>

namespace almon::server {
namespace {

constexpr std::array<sip::HeaderName, 3> routing_fields{
    sip::HeaderName{"Route"}, sip::HeaderName{"Proxy-Require"}, sip::HeaderName{"Proxy-Authorization"}};

bool decides_routing(const sip::Message& request, const sip::Field& field) {
    return std::ranges::any_of(routing_fields, [&](const sip::HeaderName& name) {
        return name.matches(request.name(field), field.name_hash);
    });
}

}  // namespace

LoopMark::LoopMark(const base::HashKey& key, const sip::Message& request, const sip::Envelope& envelope) {
    const std::uint32_t cseq = envelope.cseq.number;
    const std::string_view number(reinterpret_cast<const char*>(&cseq), sizeof cseq);
    auto hash = base::siphash64(key, {"loop", request.request_uri(), envelope.from_tag.value(),
                                      envelope.to_tag.value(), envelope.call_id.value(), number});
    for (const auto& field : request.fields()) {
        if (!decides_routing(request, field)) continue;
        const std::string_view so_far(reinterpret_cast<const char*>(&hash), sizeof hash);
        hash = base::siphash64(key, {so_far, request.value(field)});
    }
    text_[0] = '~';
    for (int digit = 16; digit > 0; --digit, hash >>= 4) text_[digit] = "0123456789abcdef"[hash & 15];
}

bool LoopMark::is_in_via_of(const sip::Message& request) const {
    for (const auto& field : request.fields_of(sip::Via::name))
        if (request.value(field).find(text()) != std::string_view::npos) return true;
    return false;
}

}  // namespace almon::server
