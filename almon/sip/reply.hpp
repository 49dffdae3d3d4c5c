// Writing a response from the request that it answers (RFC 3261 §8.2.6).
#pragma once

#include <string_view>

#include "almon/base/printer.hpp"
#include "almon/sip/headers/from_to.hpp"
#include "almon/sip/message.hpp"

namespace almon::sip {

struct Reply {
    Status status = status::ok;
    std::string_view reason;        // empty: the standard's phrase
    Tag to_tag;                     // put on To when it has none and the status is not 100 (§8.2.6.2)
    bool to_is_bare = false;        // To is known to be good and to have no tag: it need not be read
    std::string_view fields;        // further lines, each whole and ended by CRLF
    std::string_view content_type;  // of the body; without a body not written
    std::string_view body;
    bool keep_record_route = false;  // for a response that makes a dialog (§12.1.1)
};

// Status line; all Via, From, To, Call-ID and CSeq as they stand in the request; Timestamp in a 100; the rest
// of Reply; Content-Length. A request that was only partly understood gets back what could be read of it.
void write_reply(const Message& request, const Reply& reply, base::Printer& out);

}  // namespace almon::sip
