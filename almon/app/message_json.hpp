// What `almon parse` shows of a message, as JSON. It only computes.
#pragma once

#include <boost/json/fwd.hpp>
#include <string_view>

namespace almon::app {

// The octets are those of a datagram. What is not understood gives {"error": …} alone: octet, line, column
// and field of the fault, the rule that it breaks, and for a request the status owed. Faults in fields that
// not every element has to read are listed as "faults" beside what was understood. Of credentials, scheme and
// realm are shown and no more.
boost::json::object message_json(std::string_view octets);

}  // namespace almon::app
