// The state folder: where it is, and the secrets in it that outlive the process.
#pragma once

#include <string>

#include "almon/base/result.hpp"
#include "almon/server/site.hpp"

namespace almon::host {

// $XDG_STATE_HOME/almon, or ~/.local/state/almon; for root /var/lib/almon.
std::string default_state_folder();
// The socket in it through which commands talk to the server.
std::string control_socket(const std::string& folder);

// The secrets of this installation; made at the first start, in a file that only its owner may read.
[[nodiscard]] base::Outcome<server::Keys> load_keys(const std::string& folder);

}  // namespace almon::host
