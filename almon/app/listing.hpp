// How commands show people what a server answered.
#pragma once

#include <boost/json/fwd.hpp>
#include <string>

namespace almon::app {

// A line a binding, under a heading; or that there is none.
std::string print_bindings(const boost::json::array& rows);
// A line a figure.
std::string print_status(const boost::json::object& figures);

}  // namespace almon::app
