// What libosip2 reads.
#include <osipparser2/osip_message.h>
#include <osipparser2/osip_parser.h>
#include <osipparser2/osip_port.h>

#include <algorithm>

#include "fuzz/reading.hpp"

namespace almon::fuzz {
namespace {

std::string text_or_empty(const char* text) {
    return text ? text : "";
}

void say_nothing(const char*, int, osip_trace_level_t, const char*, va_list) {}

bool prepare() {
    osip_trace_initialize_func(OSIP_FATAL, say_nothing);
    return parser_init() == 0;
}

struct OsipMessage {
    OsipMessage() { osip_message_init(&message); }
    OsipMessage(const OsipMessage&) = delete;
    OsipMessage& operator=(const OsipMessage&) = delete;
    ~OsipMessage() { osip_message_free(message); }
    osip_message_t* message = nullptr;
};

std::size_t size_of(const osip_list_t& list) {
    return static_cast<std::size_t>(std::max(osip_list_size(&list), 0));
}

std::string tag_of(osip_from_t* party) {
    osip_generic_param_t* tag = nullptr;
    osip_generic_param_get_byname(&party->gen_params, const_cast<char*>("tag"), &tag);
    return tag ? text_or_empty(tag->gvalue) : "";
}

std::string branch_of(const osip_message_t& message) {
    auto* via = static_cast<osip_via_t*>(osip_list_get(&message.vias, 0));
    osip_generic_param_t* branch = nullptr;
    if (via != nullptr) osip_via_param_get_byname(via, const_cast<char*>("branch"), &branch);
    return branch ? text_or_empty(branch->gvalue) : "";
}

std::size_t body_octets_of(const osip_message_t& message) {
    std::size_t octets = 0;
    for (int i = 0; i < osip_list_size(&message.bodies); ++i)
        octets += static_cast<osip_body_t*>(osip_list_get(&message.bodies, i))->length;
    return octets;
}

}  // namespace

std::optional<Reading> read_with_osip(std::string_view octets) {
    static const bool ready = prepare();
    if (!ready) return {};
    OsipMessage owner;
    if (osip_message_parse(owner.message, octets.data(), octets.size()) != 0) return {};
    const auto& message = *owner.message;
    if (!message.call_id || !message.cseq || !message.from || !message.to) return {};
    Reading reading{.method = MSG_IS_REQUEST(&message) ? text_or_empty(message.sip_method) : "",
                    .call_id = text_or_empty(message.call_id->number),
                    .cseq = text_or_empty(message.cseq->number),
                    .cseq_method = text_or_empty(message.cseq->method),
                    .from_tag = tag_of(message.from),
                    .to_tag = tag_of(message.to),
                    .branch = branch_of(message),
                    .vias = size_of(message.vias),
                    .contacts = size_of(message.contacts),
                    .body_octets = body_octets_of(message)};
    if (message.call_id->host) reading.call_id.append("@").append(message.call_id->host);
    if (MSG_IS_REQUEST(&message) && message.req_uri) reading.uri_host = text_or_empty(message.req_uri->host);
    return reading;
}

}  // namespace almon::fuzz
