// How commands show what a server knows, the same whether it runs or only its store is there.
#pragma once

#include <boost/json/fwd.hpp>
#include <string>
#include <string_view>

#include "almon/server/binding.hpp"
#include "almon/sip/digest/secret.hpp"
#include "almon/store/record.hpp"

namespace almon::host {

// Appends one object for each binding that has not expired to an array.
void list_bindings(const server::AorRecord& record, base::Instant now, boost::json::array& into);

// True when a person who writes `wanted` ("alice", "alice@example.com", "sip:alice@example.com" or nothing at
// all) means this address-of-record.
bool is_meant(std::string_view aor, std::string_view wanted);

// The stored form of an account, and back.
store::Subscriber subscriber_of(std::string_view user, std::string_view domain,
                                const sip::digest::Secret& secret);
sip::digest::Secret secret_of(const store::Subscriber& subscriber);

}  // namespace almon::host
