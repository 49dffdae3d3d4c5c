// The name of an account, as a person writes it.
#pragma once

#include <string>
#include <string_view>

#include "almon/base/result.hpp"

namespace almon::app {

struct AccountName {
    std::string user, domain;  // the domain in lower case

    std::string text() const { return user + "@" + domain; }
};

// "alice@Example.com" or "sip:alice@example.com".
[[nodiscard]] base::Outcome<AccountName> read_account(std::string_view text);

}  // namespace almon::app
