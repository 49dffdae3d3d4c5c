#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cstdio>

#include "almon/app/commands.hpp"
#include "almon/app/listing.hpp"
#include "almon/app/remote.hpp"
#include "almon/base/limits.hpp"
#include "almon/host/listing.hpp"
#include "almon/net/clock.hpp"
#include "almon/server/stored_record.hpp"

namespace almon::app {
namespace {

base::Outcome<boost::json::array> stored_bindings(const std::string& state, const std::string& aor) {
    const auto store = open_store(state);
    if (!store) return tl::unexpected(store.error());
    const auto moment = net::read_clocks();
    boost::json::array rows;
    const auto listed = (*store)->for_each_location([&](std::string_view key, std::string_view octets) {
        const auto record = server::decode(key, octets, moment, base::limits::max_expires);
        if (record && *record && host::is_meant(key, aor)) host::list_bindings(**record, moment.now, rows);
    });
    if (!listed) return base::trouble(listed.error().sentence);
    return rows;
}

}  // namespace

int bindings(const ShowOptions& options) {
    const auto state = state_folder(options.state);
    auto answer = ask_server(state, options.aor.empty() ? "bindings" : "bindings " + options.aor);
    if (!answer) return complain(answer.error());
    boost::json::array rows;
    if (*answer) {
        rows = std::move((**answer)["bindings"].as_array());
    } else {
        auto stored = stored_bindings(state, options.aor);
        if (!stored) return complain(stored.error());
        rows = std::move(*stored);
    }
    if (options.json)
        std::printf("%s\n", boost::json::serialize(rows).c_str());
    else
        std::fputs(print_bindings(rows).c_str(), stdout);
    return 0;
}

}  // namespace almon::app
