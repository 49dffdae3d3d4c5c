// qvalue, a preference from 0 to 1 with at most three decimals (RFC 3261 §25.1), kept in thousandths.
#pragma once

#include <cstdint>

#include "almon/base/printer.hpp"
#include "almon/sip/grammar.hpp"

namespace almon::sip {

[[nodiscard]] Result<std::uint16_t> take_qvalue(Scanner& in);
// "1", "0.5": no more digits than needed.
void print_qvalue(base::Printer& out, std::uint16_t thousandths);

}  // namespace almon::sip
