#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cstdio>

#include "almon/app/commands.hpp"
#include "almon/app/explanation.hpp"
#include "almon/app/remote.hpp"

namespace almon::app {

int explain_route(const RouteOptions& options) {
    const auto config = host::configure(options.config, {});
    if (!config) {
        for (const auto& error : config.error()) std::fprintf(stderr, "%s\n", error.text().c_str());
        return 1;
    }
    const auto said = explain({options.method, options.from, options.to}, *config, options.config);
    if (!said) return complain(said.error());
    const auto text = options.json ? boost::json::serialize(print_json(*said)) + "\n" : print_text(*said);
    std::fputs(text.c_str(), stdout);
    return 0;
}

}  // namespace almon::app
