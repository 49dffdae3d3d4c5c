// The Record-Route values that keep us on the path of a dialog, signed so that they prove which dialog they
// are of: `<sip:host:port;lr;ak=…>` (RFC 3261 §16.6 step 4). Whoever brings one back in Route belongs to a
// dialog that we let through; nobody can invent one or use it for another dialog. Where a side can be reached
// by its flow only, the value also says which that is: `fc=` the caller's, `fd=` the called one's.
#pragma once

#include <string_view>

#include "almon/base/crypto/siphash.hpp"
#include "almon/base/printer.hpp"
#include "almon/sip/envelope.hpp"
#include "almon/sip/uri.hpp"
#include "almon/stack/shard.hpp"

namespace almon::server {

// The flows to both sides of a dialog, as FlowTokens writes them; empty: the side is reached by its Contact.
struct FlowsOfDialog {
    std::string_view caller, called;
};

class RouteSigner {
 public:
    static constexpr std::string_view parameter = "ak", caller_flow = "fc", called_flow = "fd";

    // `key`: secret of this installation, the same in all shards and after a restart. SipHash-2-4 with 128
    // bits is a message authentication code for short texts, and costs a tenth of an HMAC.
    explicit RouteSigner(const base::HashKey& key) : key_(key) {}

    // The value for a request that may make a dialog; reached over that listener.
    void print(const stack::Listener& listener, const sip::Envelope& request, const FlowsOfDialog& flows,
               base::Printer& out) const;

    // Whether the URI is one that we signed for this request's dialog, from either side. A request that is
    // in no dialog brings none.
    struct Proof {
        bool holds = false;
        std::string_view flow_ahead = {};  // the flow to the side that the request is for; empty: none
        explicit operator bool() const { return holds; }
    };
    Proof verify(const sip::Uri& uri, const sip::Envelope& request) const;

 private:
    base::Hash128 sign(const sip::CallId& call_id, const sip::Tag& tag, const FlowsOfDialog& flows) const;
    base::HashKey key_;
};

// Requests with these methods make no dialog and are not kept on our path; all others may (§16.6 step 4: a
// proxy stays on the path of methods that it does not know).
bool may_make_dialog(sip::Method method);

}  // namespace almon::server
