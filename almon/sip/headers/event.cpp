#include "almon/sip/headers/event.hpp"

namespace almon::sip {

Result<Event> Event::parse(Scanner& in) {
    static constexpr auto rule = "RFC 6665 §8.2.1";
    const auto package = take_token(in, rule);
    if (!package) return tl::unexpected(package.error());
    const auto parameters = Parameters::parse(in, rule);
    if (!parameters) return tl::unexpected(parameters.error());
    return Event{*package, *parameters};
}

void Event::print(Printer& out) const {
    out.put(package);
    parameters.print(out);
}

}  // namespace almon::sip
