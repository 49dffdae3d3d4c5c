// How commands reach what a server knows: the running server over its control socket, or, when none runs, its
// store under the store's lock.
#pragma once

#include <boost/json/fwd.hpp>
#include <memory>
#include <string>

#include "almon/base/result.hpp"
#include "almon/store/store.hpp"

namespace almon::app {

// The option, or the default.
std::string state_folder(const std::string& option);

// Asks the server of that state folder. Nullptr as a unique_ptr: none is running.
[[nodiscard]] base::Outcome<std::unique_ptr<boost::json::object>> ask_server(const std::string& state,
                                                                             const std::string& question);
// The store of a server that does not run.
[[nodiscard]] base::Outcome<std::unique_ptr<store::Store>> open_store(const std::string& state);

// Says why not, and what the exit code is.
int complain(const std::string& sentence);

}  // namespace almon::app
