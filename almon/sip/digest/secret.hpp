// What is stored of a password: H(username:realm:password), called HA1, for each algorithm (RFC 7616 §3.4.2).
// It cannot be turned back into the password, but it opens this realm to whoever steals it: keep it as safe.
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "almon/base/printer.hpp"
#include "almon/base/result.hpp"
#include "almon/base/scanner.hpp"
#include "almon/sip/digest/algorithm.hpp"

namespace almon::sip::digest {

class Secret {
 public:
    Secret() = default;  // matches nothing
    // For all algorithms. Changing the user's name or the realm makes it worthless.
    Secret(std::string_view username, std::string_view realm, std::string_view password);

    // Nullopt when it was made without that algorithm (taken over from another server, say).
    std::optional<std::string_view> ha1(Algorithm algorithm) const;

    // "MD5=… SHA-256=… SHA-512-256=…", for a store; any of the three may be absent, one must be there.
    [[nodiscard]] static base::Result<Secret> parse(base::Scanner& in);
    void print(base::Printer& out) const;

 private:
    HexDigest& of(Algorithm algorithm) { return ha1_[static_cast<std::size_t>(algorithm)]; }
    std::array<HexDigest, algorithms.size()> ha1_;
};

}  // namespace almon::sip::digest
