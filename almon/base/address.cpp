#include "almon/base/address.hpp"

#include "almon/base/scanner.hpp"

namespace almon::base {
namespace {

// All of the text: four numbers of at most three digits, three dots.
std::optional<std::array<std::uint8_t, 4>> parse_v4(std::string_view text) {
    std::array<std::uint8_t, 4> octets{};
    const char* at = text.data();
    const char* const end = at + text.size();
    for (std::size_t i = 0; i < octets.size(); ++i) {
        if (i > 0) {
            if (at == end || *at != '.') return {};
            ++at;
        }
        const char* const from = at;
        unsigned value = 0;
        for (; at != end && chars::digit.has(*at) && at - from < 3; ++at)
            value = value * 10 + static_cast<unsigned>(*at - '0');
        if (at == from || value > 255) return {};
        octets[i] = static_cast<std::uint8_t>(value);
    }
    return at == end ? std::optional(octets) : std::nullopt;
}

int hex_value(char c) {
    if (chars::digit.has(c)) return c - '0';
    return to_lower(c) - 'a' + 10;
}

// RFC 4291 §2.2: groups of 16 bits, "::" once for the longest run of zeros, perhaps an IPv4 tail.
class V6Reader {
 public:
    explicit V6Reader(std::string_view text) : in_(text) {}

    std::optional<IpAddress> read() {
        if (in_.take(':') && !(in_.peek() == ':')) return {};
        for (;;) {
            if (in_.take(':') && !begin_gap()) return {};
            if (in_.done()) break;
            if (ends_in_v4()) {
                if (!take_v4()) return {};
                break;
            }
            if (!take_group()) return {};
            if (in_.done()) break;
            if (!in_.take(':')) return {};
            if (in_.done()) return {};
        }
        return spread();
    }

 private:
    bool begin_gap() {
        if (gap_ >= 0) return false;
        gap_ = count_;
        in_.take(':');  // RFC 5118 §4.10: the third colon of a faulty grammar
        return true;
    }
    bool ends_in_v4() const {
        const auto rest = in_.rest();
        return rest.find('.') != rest.npos && rest.find(':') == rest.npos;
    }
    bool take_v4() {
        const auto tail = parse_v4(in_.take_count(in_.rest().size()));
        if (!tail || count_ > 6) return false;
        groups_[count_++] = static_cast<std::uint16_t>((*tail)[0] << 8 | (*tail)[1]);
        groups_[count_++] = static_cast<std::uint16_t>((*tail)[2] << 8 | (*tail)[3]);
        return true;
    }
    bool take_group() {
        const auto digits = in_.take_while(chars::hex);
        if (digits.empty() || digits.size() > 4 || count_ == 8) return false;
        unsigned value = 0;
        for (const char c : digits) value = value * 16 + static_cast<unsigned>(hex_value(c));
        groups_[count_++] = static_cast<std::uint16_t>(value);
        return true;
    }
    std::optional<IpAddress> spread() const {
        if (gap_ < 0 ? count_ != 8 : count_ > 7) return {};
        std::array<std::uint8_t, 16> octets{};
        for (int i = 0; i < count_; ++i) {
            const auto at = static_cast<std::size_t>(gap_ >= 0 && i >= gap_ ? 8 - count_ + i : i);
            octets[2 * at] = static_cast<std::uint8_t>(groups_[i] >> 8);
            octets[2 * at + 1] = static_cast<std::uint8_t>(groups_[i] & 255);
        }
        return IpAddress::v6(octets);
    }

    Scanner in_;
    std::uint16_t groups_[8] = {};
    int count_ = 0;
    int gap_ = -1;
};

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
    if (const auto octets = parse_v4(text)) return v4(*octets);
    if (text.find(':') != text.npos) return V6Reader(text).read();
    return {};
}

IpAddress IpAddress::canonical() const {
    if (family_ == Family::v4) return *this;
    for (std::size_t i = 0; i < 10; ++i)
        if (octets_[i] != 0) return *this;
    if (octets_[10] != 0xff || octets_[11] != 0xff) return *this;
    return v4({octets_[12], octets_[13], octets_[14], octets_[15]});
}

bool IpAddress::is_loopback() const {
    const auto address = canonical();
    if (address.family_ == Family::v4) return address.octets_[0] == 127;
    static constexpr auto loopback = v6({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1});
    return address == loopback;
}

bool IpAddress::is_unspecified() const {
    const auto address = canonical();
    for (const auto octet : address.octets_)
        if (octet != 0) return false;
    return true;
}

bool IpAddress::is_multicast() const {
    const auto address = canonical();
    return address.family_ == Family::v4 ? (address.octets_[0] & 0xf0) == 0xe0 : address.octets_[0] == 0xff;
}

bool IpAddress::is_broadcast() const {
    return canonical() == v4({255, 255, 255, 255});
}

void IpAddress::print(Printer& out) const {
    if (family_ == Family::v4) {
        for (std::size_t i = 0; i < 4; ++i) {
            if (i > 0) out.put('.');
            out.put_number(octets_[i]);
        }
        return;
    }
    // RFC 5952 §4: lower case, no leading zeros, the longest run of two or more zero groups as "::".
    std::uint16_t groups[8];
    for (std::size_t i = 0; i < 8; ++i)
        groups[i] = static_cast<std::uint16_t>(octets_[2 * i] << 8 | octets_[2 * i + 1]);
    int best = 8, best_length = 1;
    for (int i = 0; i < 8; ++i) {
        int length = 0;
        while (i + length < 8 && groups[i + length] == 0) ++length;
        if (length > best_length) best = i, best_length = length;
    }
    for (int i = 0; i < 8; ++i) {
        if (i == best) {
            out.put("::");
            i += best_length - 1;
            continue;
        }
        if (i > 0 && i != best + best_length) out.put(':');
        char digits[4];
        const auto end = std::to_chars(digits, digits + 4, groups[i], 16).ptr;
        out.put(std::string_view(digits, static_cast<std::size_t>(end - digits)));
    }
}

std::optional<Endpoint> Endpoint::parse(std::string_view text) {
    const auto colon = text.rfind(':');
    if (colon == text.npos) return {};
    auto host = text.substr(0, colon);
    const bool bracketed = host.starts_with('[') && host.ends_with(']') && host.size() > 2;
    if (bracketed) host = host.substr(1, host.size() - 2);
    const auto address = IpAddress::parse(host);
    if (!address || bracketed != (address->family() == IpAddress::Family::v6)) return {};
    Scanner in(text.substr(colon + 1));
    const auto port = in.number(65'535, "RFC 3986 §3.2.3");
    if (!port || !in.done()) return {};
    return Endpoint{*address, static_cast<std::uint16_t>(*port)};
}

void Endpoint::print(Printer& out) const {
    const bool brackets = address.family() == IpAddress::Family::v6;
    if (brackets) out.put('[');
    address.print(out);
    if (brackets) out.put(']');
    out.put(':').put_number(port);
}

std::optional<Network> Network::parse(std::string_view text) {
    const auto slash = text.find('/');
    const auto address = IpAddress::parse(text.substr(0, slash));
    if (!address) return {};
    const unsigned width = address->family() == IpAddress::Family::v4 ? 32 : 128;
    Network network;
    network.prefix_ = *address;
    network.bits_ = static_cast<std::uint8_t>(width);
    if (slash != text.npos) {
        Scanner in(text.substr(slash + 1));
        const auto bits = in.number(width, "RFC 4632 §3.1");
        if (!bits || !in.done()) return {};
        network.bits_ = static_cast<std::uint8_t>(*bits);
    }
    return network;
}

bool Network::contains(const IpAddress& address) const {
    const auto one = address.canonical();
    if (one.family() != prefix_.family()) return false;
    for (unsigned bit = 0; bit < bits_; bit += 8) {
        const unsigned left = bits_ - bit;
        const unsigned mask = left >= 8 ? 0xffU : 0xffU & ~(0xffU >> left);
        if ((one.octets()[bit / 8] & mask) != (prefix_.octets()[bit / 8] & mask)) return false;
    }
    return true;
}

}  // namespace almon::base
