// How often one event is written: strangers can cause some of them, and must not fill the disk with it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "almon/base/limits.hpp"
#include "almon/base/time.hpp"

namespace almon::host {

class LogBudget {
 public:
    struct Decision {
        bool write = false;
        std::uint64_t left_out = 0;  // how many of this event were, before this one
    };

    // An event beyond limits::log_lines_per_second of its kind is left out. The first one of a later second
    // is written, and tells of those.
    Decision spend(std::string_view event, base::Instant now) {
        Account& account = account_of(event);
        if (now - account.since >= std::chrono::seconds(1)) {
            account.since = now;
            account.written = 0;
        }
        if (account.written == base::limits::log_lines_per_second) {
            ++account.left_out;
            return {};
        }
        ++account.written;
        return {true, std::exchange(account.left_out, 0)};
    }

 private:
    struct Account {
        std::string event;
        base::Instant since{};
        std::size_t written = 0;
        std::uint64_t left_out = 0;
    };
    // Events are named in the code, so there are few.
    Account& account_of(std::string_view event) {
        for (auto& account : accounts_)
            if (account.event == event) return account;
        return accounts_.emplace_back(Account{.event = std::string(event)});
    }
    std::vector<Account> accounts_;
};

}  // namespace almon::host
