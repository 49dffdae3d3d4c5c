// A host of a simulated world: something that time passes for.
#pragma once

#include <optional>

#include "almon/sim/clock.hpp"

namespace almon::sim {

class Machine {
 public:
    virtual ~Machine() = default;
    // When it wants to be told the time, if ever.
    virtual std::optional<Instant> deadline() const = 0;
    virtual void advance() = 0;
};

}  // namespace almon::sim
