#include "almon/sip/locate.hpp"

#include <algorithm>

#include "almon/base/charset.hpp"
#include "almon/sip/grammar.hpp"

namespace almon::sip {
namespace {

bool begins_field(std::string_view line) {
    return !line.empty() && !base::chars::wsp.has(line[0]);
}

// The name before the colon, if it is a token: no more of a broken line is worth repeating.
std::string_view name_of(std::string_view line) {
    base::Scanner in(line);
    const auto name = in.take_while(chars::token);
    in.take_while(base::chars::wsp);
    return in.take(':') ? name : std::string_view("header");
}

}  // namespace

Place locate(std::string_view octets, std::size_t offset) {
    offset = std::min(offset, octets.size());
    Place place{.field = "start line"};
    for (std::size_t at = 0;;) {
        const auto end = std::min(octets.find('\n', at), octets.size());
        auto line = octets.substr(at, end - at);
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (place.line > 1 && place.field != "body") {
            if (line.empty())
                place.field = "body";
            else if (begins_field(line))
                place.field = name_of(line);
        }
        place.column = offset - at + 1;
        if (offset <= end || end == octets.size()) return place;
        at = end + 1;
        ++place.line;
    }
}

void print_warning(std::string_view octets, const base::Error& error, base::Printer& out) {
    const auto place = locate(octets, error.offset);
    out.put("Warning: 399 almon \"").put(place.field.substr(0, 40)).put(", octet ").put_number(error.offset);
    out.put(": ").put(base::describe(error.code)).put(" (").put(error.rule).put(")\"\r\n");
}

}  // namespace almon::sip
