#include "almon/server/redirect.hpp"

#include <string>

#include "almon/sip/qvalue.hpp"

namespace almon::server {
namespace {

void put_contact(const Target& target, base::Instant now, std::string& out) {
    char buffer[64];
    base::Printer parameters{buffer};
    parameters.put(";q=");
    sip::print_qvalue(parameters, target.q);
    if (target.expires)
        parameters.put(";expires=")
            .put_number(std::chrono::ceil<std::chrono::seconds>(*target.expires - now).count());
    out.append("Contact: <").append(target.request_uri).append(">").append(parameters.view()).append("\r\n");
}

}  // namespace

std::optional<NoTarget> Redirect::answer(const stack::Arrival& arrival, const RouteInformation& route,
                                         const RouteRule& rule) {
    const auto now = stack_.moment().now;
    const auto targets = targets_.find(route, now, &rule);
    if (!targets) return targets.error();
    std::string fields;
    for (const auto& target : *targets) put_contact(target, now, fields);
    const sip::Reply reply{.status = sip::Status(rule.status), .fields = fields};
    // The answer to an INVITE is repeated until its ACK; the others cost nothing that a repeat would not.
    if (arrival.message.method() == sip::method::invite)
        stack_.answer(arrival, reply);
    else
        stack_.reply(arrival, reply);
    return {};
}

}  // namespace almon::server
