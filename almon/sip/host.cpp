#include "almon/sip/host.hpp"

namespace almon::sip {
namespace {

constexpr auto host_chars = base::chars::alphanum | base::CharSet("-.");

Result<Host> parse_reference(Scanner& in, const char* rule) {
    const auto from = in.position();
    const auto start = in.offset();
    in.take('[');
    const auto inner = in.take_while(base::chars::hex | base::CharSet(":."));
    if (!in.take(']')) return in.refuse(rule);
    const auto address = base::IpAddress::parse(inner);
    if (!address || address->family() != base::IpAddress::Family::v6)
        return base::fail(Errc::unexpected_byte, start, rule);
    return Host{in.since(from), address};
}

// Labels are not empty and begin and end with a letter or digit; the name may end with a dot.
bool is_name(std::string_view text) {
    char before = '.';
    for (const char c : text) {
        const bool edge = before == '.' || before == '-';
        if (c == '.' && edge) return false;
        if (c == '-' && before == '.') return false;
        before = c;
    }
    return before != '-' && text.front() != '.';
}

std::string_view without_closing_dot(std::string_view name) {
    if (name.ends_with('.')) name.remove_suffix(1);
    return name;
}

// Few names do; addresses do, and what looks like one and is none.
bool ends_with_number(std::string_view name) {
    name = without_closing_dot(name);
    while (!name.empty() && base::chars::digit.has(name.back())) name.remove_suffix(1);
    return name.empty() || name.back() == '.';
}

}  // namespace

// A name whose last label is all digits is none (toplabel begins with a letter), so it has to be an address.
Result<Host> Host::parse(Scanner& in, const char* rule) {
    if (in.peek() == '[') return parse_reference(in, rule);
    const auto start = in.offset();
    const auto text = in.take_while(host_chars);
    if (text.empty()) return in.refuse(rule);
    if (base::chars::digit.has(text.front()) && base::chars::digit.has(text.back()))
        if (const auto address = base::IpAddress::parse(text)) return Host{text, address};
    if (!is_name(text) || ends_with_number(text)) return base::fail(Errc::unexpected_byte, start, rule);
    return Host{text, {}};
}

bool operator==(const Host& a, const Host& b) {
    if (a.address || b.address) return a.address == b.address;
    return base::equal_nocase(without_closing_dot(a.text), without_closing_dot(b.text));
}

Result<std::uint16_t> take_port(Scanner& in, const char* rule) {
    const auto port = in.number(65'535, rule);
    if (!port) return tl::unexpected(port.error());
    return static_cast<std::uint16_t>(*port);
}

}  // namespace almon::sip
