#include "almon/sip/headers/route.hpp"

namespace almon::sip {

Result<void> RouteEntry::read(Scanner& in, const char* rule) {
    const auto from = in.position();
    const auto start = in.offset();
    const auto name_addr = NameAddr::parse(in, rule);
    if (!name_addr) return tl::unexpected(name_addr.error());
    if (!name_addr->bracketed) return base::fail(Errc::unexpected_byte, start, rule);
    const auto all = Parameters::parse(in, rule);
    if (!all) return tl::unexpected(all.error());
    address = *name_addr;
    parameters = *all;
    text = in.since(from);
    return {};
}

void RouteEntry::print(Printer& out) const {
    address.print(out);
    parameters.print(out);
}

}  // namespace almon::sip
