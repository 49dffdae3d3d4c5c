#include "almon/sip/headers/call_id.hpp"

namespace almon::sip {

// callid = word [ "@" word ]
Result<CallId> CallId::parse(Scanner& in) {
    static constexpr auto rule = "RFC 3261 §20.8";
    const auto from = in.position();
    if (in.take_while(chars::word).empty()) return in.refuse(rule);
    if (in.take('@') && in.take_while(chars::word).empty()) return in.refuse(rule);
    return CallId(in.since(from));
}

}  // namespace almon::sip
