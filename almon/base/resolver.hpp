// Names into addresses, by value: whoever needs one asks with a number, and the answer carries it. No look-up
// ever blocks.
#pragma once

#include <string>
#include <vector>

#include "almon/base/address.hpp"
#include "almon/base/id.hpp"
#include "almon/base/result.hpp"

namespace almon::base {

using QueryId = Id<struct QueryIdTag, std::uint64_t>;  // chosen by whoever asks

struct Query {
    QueryId id;
    std::string host;  // a name, or an address in text; IPv6 with or without brackets
};

struct Answer {
    QueryId id;
    Outcome<std::vector<IpAddress>> addresses;  // at least one, best first; or why there is none
};

class Resolver {
 public:
    virtual ~Resolver() = default;
    // Begins a look-up. Its answer comes once, in a later take_answers().
    virtual void ask(Query query) = 0;
    // What has been answered since the last call. A host asks at the end of each turn.
    virtual std::vector<Answer> take_answers() = 0;
};

// Knows addresses, and no name.
class NumericResolver final : public Resolver {
 public:
    void ask(Query query) override;
    std::vector<Answer> take_answers() override;

 private:
    std::vector<Answer> answers_;
};

}  // namespace almon::base
