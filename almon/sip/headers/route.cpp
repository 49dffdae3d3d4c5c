#include "almon/sip/headers/route.hpp"

namespace almon::sip {

Result<void> RouteEntry::read(Scanner& in, const char* rule) {
    const auto from = in.position();
    const auto start = in.offset();
    if (const auto name_addr = address.read(in, rule); !name_addr) return name_addr;
    if (!address.bracketed) return base::fail(Errc::unexpected_byte, start, rule);
    if (const auto all = parameters.read(in, rule); !all) return all;
    text = in.since(from);
    return {};
}

void RouteEntry::print(Printer& out) const {
    address.print(out);
    parameters.print(out);
}

}  // namespace almon::sip
