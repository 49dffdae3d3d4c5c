// The session that both sides of a call describe (RFC 8866): audio, as a desk phone would. No media flows.
#pragma once

#include <string>

#include "almon/base/address.hpp"

namespace almon::load {

std::string describe_session(const base::IpAddress& address);

}  // namespace almon::load
