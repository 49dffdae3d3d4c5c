#include "almon/sip/headers/event.hpp"

namespace almon::sip {
namespace {

// event-type = token-nodot *( "." token-nodot ): the package and its templates.
Result<std::string_view> take_event_type(Scanner& in, const char* rule) {
    static constexpr auto token_without_dot = base::chars::alphanum | base::CharSet("-!%*_+`'~");
    const auto from = in.position();
    do {
        if (in.take_while(token_without_dot).empty()) return in.refuse(rule);
    } while (in.take('.'));
    return in.since(from);
}

}  // namespace

Result<Event> Event::parse(Scanner& in) {
    static constexpr auto rule = "RFC 6665 §8.2.1";
    const auto package = take_event_type(in, rule);
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
