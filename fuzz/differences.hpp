// Why two parsers may disagree about a message. Each reason stands on a sentence of an RFC, which is quoted
// in docs/fuzzing.md; a disagreement without a reason is a find.
#pragma once

#include <optional>
#include <string_view>

#include "almon/sip/message.hpp"
#include "fuzz/reading.hpp"

namespace almon::fuzz {

using Read = std::optional<Reading> (*)(std::string_view octets);

// Stops at the first difference that has no reason. `ours`: what almon reads of `message`, which these octets
// are.
void compare(std::string_view octets, const sip::Message& message, const sip::Result<Reading>& ours,
             Read read_theirs);

}  // namespace almon::fuzz
