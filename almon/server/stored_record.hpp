// An AorRecord as octets that outlast the process: what is written to the store and read back at the next
// start. Expiry is kept as wall time; a connection is not kept, as none survives a restart.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "almon/base/result.hpp"
#include "almon/server/binding.hpp"

namespace almon::server {

// `moment`: both clocks at once, to turn the one time into the other.
std::string encode(const AorRecord& record, const base::Moment& moment);

// The record without the bindings that have expired meanwhile; null when none is left. None lives longer than
// `longest` from now, as the calendar may have been wrong then or be wrong now. Fails on octets that encode()
// did not write, and on a version that is not ours.
[[nodiscard]] base::Result<std::unique_ptr<AorRecord>> decode(std::string_view aor, std::string_view octets,
                                                              const base::Moment& moment,
                                                              std::chrono::seconds longest);

}  // namespace almon::server
