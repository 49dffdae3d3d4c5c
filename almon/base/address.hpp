// IP addresses and endpoints as values; no socket, no look-up.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>

#include "almon/base/printer.hpp"
#include "almon/base/result.hpp"

namespace almon::base {

class IpAddress {
 public:
    enum class Family : std::uint8_t { v4, v6 };

    constexpr IpAddress() = default;  // 0.0.0.0
    static constexpr IpAddress v4(std::array<std::uint8_t, 4> octets) {
        IpAddress address;
        for (std::size_t i = 0; i < 4; ++i) address.octets_[i] = octets[i];
        return address;
    }
    static constexpr IpAddress v6(std::array<std::uint8_t, 16> octets) {
        IpAddress address;
        address.octets_ = octets;
        address.family_ = Family::v6;
        return address;
    }
    // "192.0.2.1" or "2001:db8::1", no brackets, no zone. RFC 5118 §4.10: three colons count as two.
    static std::optional<IpAddress> parse(std::string_view text);

    constexpr Family family() const { return family_; }
    constexpr const std::array<std::uint8_t, 16>& octets() const { return octets_; }  // v4: the first four
    // An IPv4-mapped IPv6 address as the IPv4 address that it stands for; others unchanged.
    IpAddress canonical() const;
    bool is_loopback() const;
    bool is_unspecified() const;
    bool is_multicast() const;
    bool is_broadcast() const;

    void print(Printer& out) const;
    friend constexpr auto operator<=>(const IpAddress&, const IpAddress&) = default;
    friend constexpr bool operator==(const IpAddress&, const IpAddress&) = default;

 private:
    std::array<std::uint8_t, 16> octets_{};
    Family family_ = Family::v4;
};

struct Endpoint {
    IpAddress address;
    std::uint16_t port = 0;

    // "192.0.2.1:5060" or "[2001:db8::1]:5060".
    static std::optional<Endpoint> parse(std::string_view text);
    void print(Printer& out) const;
    friend constexpr auto operator<=>(const Endpoint&, const Endpoint&) = default;
    friend constexpr bool operator==(const Endpoint&, const Endpoint&) = default;
};

// A network such as 10.0.0.0/8; IPv4-mapped addresses count as IPv4.
class Network {
 public:
    static std::optional<Network> parse(std::string_view text);  // "10.0.0.0/8", "::1"
    bool contains(const IpAddress& address) const;

 private:
    IpAddress prefix_;
    std::uint8_t bits_ = 0;
};

}  // namespace almon::base
