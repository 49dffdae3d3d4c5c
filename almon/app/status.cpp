#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cstdio>

#include "almon/app/commands.hpp"
#include "almon/app/listing.hpp"
#include "almon/app/remote.hpp"

namespace almon::app {
int status(const ShowOptions& options) {
    const auto state = state_folder(options.state);
    const auto answer = ask_server(state, "status");
    if (!answer) return complain(answer.error());
    if (!*answer)
        return complain("no server is running with the state folder " + state + ". Start one: almon serve");
    const auto text = options.json ? boost::json::serialize(**answer) + "\n" : print_status(**answer);
    std::fputs(text.c_str(), stdout);
    return 0;
}

}  // namespace almon::app
