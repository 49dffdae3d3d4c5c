// What sofia-sip reads.
#include <sofia-sip/msg.h>
#include <sofia-sip/sip.h>
#include <sofia-sip/sip_header.h>
#include <sofia-sip/sip_parser.h>
#include <sofia-sip/sip_util.h>

#include <memory>

#include "fuzz/reading.hpp"

namespace almon::fuzz {
namespace {

std::string text_or_empty(const char* text) {
    return text ? text : "";
}

struct Destroy {
    void operator()(msg_t* message) const { msg_destroy(message); }
};

template <class Header>
std::size_t length_of(const Header* first, Header* Header::* next) {
    std::size_t length = 0;
    for (; first != nullptr; first = first->*next) ++length;
    return length;
}

}  // namespace

std::optional<Reading> read_with_sofia(std::string_view octets) {
    const std::unique_ptr<msg_t, Destroy> owner(
        msg_make(sip_default_mclass(), 0, octets.data(), static_cast<ssize_t>(octets.size())));
    const auto* message = owner ? sip_object(owner.get()) : nullptr;
    if (message == nullptr || MSG_HAS_ERROR(message->sip_flags) || message->sip_error) return {};
    if (sip_sanity_check(message) != 0 || !message->sip_via) return {};
    const auto* request = message->sip_request;
    return Reading{.method = request ? text_or_empty(request->rq_method_name) : "",
                   .uri_host = request ? text_or_empty(request->rq_url->url_host) : "",
                   .call_id = text_or_empty(message->sip_call_id->i_id),
                   .cseq = std::to_string(message->sip_cseq->cs_seq),
                   .cseq_method = text_or_empty(message->sip_cseq->cs_method_name),
                   .from_tag = text_or_empty(message->sip_from->a_tag),
                   .to_tag = text_or_empty(message->sip_to->a_tag),
                   .branch = text_or_empty(message->sip_via->v_branch),
                   .vias = length_of(message->sip_via, &sip_via_t::v_next),
                   .contacts = length_of(message->sip_contact, &sip_contact_t::m_next),
                   .body_octets = message->sip_payload ? message->sip_payload->pl_len : 0};
}

}  // namespace almon::fuzz
