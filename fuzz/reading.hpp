// What one parser reads of a message, to be compared with what another reads.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace almon::fuzz {

struct Reading {
    std::string method;    // of requests
    std::string uri_host;  // of requests whose Request-URI is a sip URI
    std::string call_id, cseq, cseq_method, from_tag, to_tag;
    std::string branch;  // of the topmost Via
    std::size_t vias = 0, contacts = 0, body_octets = 0;
};

// Nullopt: refused.
std::optional<Reading> read_with_osip(std::string_view octets);
std::optional<Reading> read_with_sofia(std::string_view octets);

}  // namespace almon::fuzz
