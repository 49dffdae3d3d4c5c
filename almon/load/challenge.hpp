// Credentials for a request that was challenged (RFC 3261 §22, RFC 7616).
#pragma once

#include <string>
#include <string_view>

#include "almon/base/random.hpp"
#include "almon/sip/digest/client.hpp"

namespace almon::load {

struct Account {
    std::string_view user, password;
};

// The whole line that answers the challenges of a 401 or 407, in whatever realm they ask; empty when we
// cannot, or may not try again.
std::string answer_challenge(std::string_view response, const Account& account,
                             const sip::digest::Subject& request, sip::digest::Tries& tries,
                             base::Random& random);

}  // namespace almon::load
