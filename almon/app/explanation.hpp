// What a server with this configuration would do with a request, step by step: all of `almon route explain`
// but the command line.
#pragma once

#include <boost/json/fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "almon/base/result.hpp"
#include "almon/host/config.hpp"
#include "almon/server/access.hpp"

namespace almon::app {

struct RequestAsked {
    std::string method, from, to;  // "sip:alice@example.com"
};

// For whom it is.
enum class Concern : unsigned char { registrar, server, user, elsewhere };

struct RuleStep {
    std::size_t line;
    std::optional<server::Misfit> misfit;  // nullopt: it fits, and is the last
};

struct PlaceStep {
    std::string uri;
    std::string reached_at;  // "udp 192.0.2.5:5060"
    std::string trouble;     // why it is not called
    bool is_user = false;    // of ours: called where he is registered
};

struct Explanation {
    RequestAsked request;
    std::string file;  // empty: the defaults
    Concern concern = Concern::elsewhere;
    std::string domain;  // that the request names
    std::vector<RuleStep> rules;
    server::RouteRule rule;  // that decides; the default one when none fits
    std::vector<PlaceStep> places;
    server::Access trusted{}, authenticated{}, unknown{};
    bool from_is_ours = false;
    std::vector<std::string> needs;
};

// Refuses what is no SIP URI and no method.
[[nodiscard]] base::Outcome<Explanation> explain(const RequestAsked& request, const host::Config& config,
                                                 const std::string& file);

std::string print_text(const Explanation& explanation);
boost::json::object print_json(const Explanation& explanation);

}  // namespace almon::app
