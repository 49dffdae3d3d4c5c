#include "almon/sip/host.hpp"

namespace almon::sip {
namespace {

constexpr auto label_chars = base::chars::alphanum | base::CharSet("-");
constexpr auto host_chars = label_chars | base::CharSet(".");

Result<void> read_reference(Scanner& in, Host& host, const char* rule) {
    const auto from = in.position();
    const auto start = in.offset();
    in.take('[');
    const auto inner = in.take_while(base::chars::hex | base::CharSet(":."));
    if (!in.take(']')) return in.refuse(rule);
    host.address = base::IpAddress::parse(inner);
    if (!host.address || host.address->family() != base::IpAddress::Family::v6)
        return base::fail(Errc::unexpected_byte, start, rule);
    host.text = in.since(from);
    return {};
}

bool take_ipv4(Scanner& in, Host& host) {
    if (!in.looking_at(base::chars::digit)) return false;
    const auto from = in.position();
    host.text = in.take_while(host_chars);
    if (base::chars::digit.has(host.text.back())) host.address = base::IpAddress::parse(host.text);
    if (!host.address) in.rewind(from);
    return host.address.has_value();
}

bool is_number(std::string_view label) {
    const auto* end = label.data() + label.size();
    return base::chars::digit.skip(label.data(), end) == end;
}

// Labels are not empty and begin and end with a letter or digit; the name may end with a dot. The last label
// is not all digits (toplabel begins with a letter): what looks so has to be an address.
bool take_name(Scanner& in, Host& host) {
    const auto from = in.position();
    std::string_view label, last;
    do {
        label = in.take_while(label_chars);
        if (label.empty()) break;
        if (label.front() == '-' || label.back() == '-') return false;
        last = label;
    } while (in.take('.'));
    host.text = in.since(from);
    return !last.empty() && in.peek() != '.' && !is_number(last);
}

std::string_view without_closing_dot(std::string_view name) {
    if (name.ends_with('.')) name.remove_suffix(1);
    return name;
}

}  // namespace

Result<void> Host::read(Scanner& in, const char* rule) {
    if (in.peek() == '[') return read_reference(in, *this, rule);
    const auto from = in.position();
    if (take_ipv4(in, *this) || take_name(in, *this)) return {};
    in.rewind(from);
    return in.refuse(rule);
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
