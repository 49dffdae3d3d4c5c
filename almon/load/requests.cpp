#include "almon/load/requests.hpp"

#include <array>

#include "almon/load/session.hpp"

namespace almon::load {
namespace {

// Each transaction has a branch of its own (RFC 3261 §8.1.1.7), and so has the ACK to a 2xx (§13.2.2.4).

constexpr std::string_view registration_text = R"(REGISTER sip:{domain} SIP/2.0
Via: SIP/2.0/{transport} {local};rport;branch=z9hG4bK{salt}{number}-{cseq}
Max-Forwards: 70
From: <sip:{user}@{domain}>;tag={salt}{number}
To: <sip:{user}@{domain}>
Call-ID: {salt}{number}
CSeq: {cseq} REGISTER
Contact: <sip:{user}@{local}{parameters}>
Expires: {expires}
{credentials}User-Agent: almon load
Content-Length: 0

)";

constexpr std::string_view options_text = R"(OPTIONS {uri} SIP/2.0
Via: SIP/2.0/{transport} {local};rport;branch=z9hG4bK{salt}{number}-{cseq}
Max-Forwards: 70
From: <sip:{user}@{domain}>;tag={salt}{number}
To: <{uri}>
Call-ID: {salt}{number}
CSeq: {cseq} OPTIONS
Contact: <sip:{user}@{local}{parameters}>
Accept: application/sdp
{credentials}User-Agent: almon load
Content-Length: 0

)";

constexpr std::string_view invite_text = R"(INVITE sip:{callee}@{domain} SIP/2.0
Via: SIP/2.0/{transport} {local};rport;branch=z9hG4bK{salt}{number}-{cseq}
Max-Forwards: 70
From: <sip:{user}@{domain}>;tag={salt}{number}
To: <sip:{callee}@{domain}>
Call-ID: {salt}{number}
CSeq: {cseq} INVITE
Contact: <sip:{user}@{local}{parameters}>
Allow: INVITE, ACK, CANCEL, OPTIONS, BYE
{credentials}User-Agent: almon load
Content-Type: application/sdp
Content-Length: {session_octets}

{session})";

constexpr std::string_view acknowledgement_text = R"(ACK {uri} SIP/2.0
Via: SIP/2.0/{transport} {local};rport;branch=z9hG4bK{salt}{number}-ack
Max-Forwards: 70
{routes}From: <sip:{user}@{domain}>;tag={salt}{number}
To: {to}
Call-ID: {salt}{number}
CSeq: {cseq} ACK
{credentials}Content-Length: 0

)";

constexpr std::string_view refusal_ack_text = R"(ACK {uri} SIP/2.0
Via: SIP/2.0/{transport} {local};rport;branch={branch}
Max-Forwards: 70
From: {from}
To: {to}
Call-ID: {call_id}
CSeq: {cseq} ACK
Content-Length: 0

)";

constexpr std::string_view bye_text = R"(BYE {uri} SIP/2.0
Via: SIP/2.0/{transport} {local};rport;branch=z9hG4bK{salt}{number}-{cseq}
Max-Forwards: 70
{routes}From: <sip:{user}@{domain}>;tag={salt}{number}
To: {to}
Call-ID: {salt}{number}
CSeq: {cseq} BYE
{credentials}Content-Length: 0

)";

struct Fixed {
    Fixed(const Plan& plan, const Locals& locals, std::string_view salt)
        : session(describe_session(locals.callee.address)),
          session_octets(std::to_string(session.size())),
          texts{{{"transport", sip::via_name(plan.transport)},
                 {"parameters", contact_parameters(plan.transport)},
                 {"domain", plan.domain},
                 {"salt", salt},
                 {"session", session},
                 {"session_octets", session_octets}}} {}

    std::string session, session_octets;
    std::array<Template::Fixed, 6> texts;
};

}  // namespace

std::string_view contact_parameters(sip::Transport transport) {
    return transport == sip::Transport::tcp ? ";transport=tcp" : "";
}

Requests Requests::of(const Plan& plan, const Locals& locals, std::string_view salt) {
    const Fixed fixed(plan, locals, salt);
    return {.registration = {registration_text, fixed.texts},
            .options = {options_text, fixed.texts},
            .invite = {invite_text, fixed.texts},
            .acknowledgement = {acknowledgement_text, fixed.texts},
            .refusal_ack = {refusal_ack_text, fixed.texts},
            .bye = {bye_text, fixed.texts}};
}

}  // namespace almon::load
