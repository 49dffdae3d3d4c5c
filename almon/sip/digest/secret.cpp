#include "almon/sip/digest/secret.hpp"

#include "almon/base/charset.hpp"

namespace almon::sip::digest {
namespace {

constexpr auto rule = "a secret: MD5=, SHA-256=, SHA-512-256=, each with its digits";

template <std::size_t Octets>
std::optional<HexDigest> read(std::string_view text) {
    base::Digest<Octets> octets;
    if (!base::from_hex(text, octets)) return {};
    return HexDigest(octets);
}

std::optional<HexDigest> read(Algorithm algorithm, std::string_view text) {
    return algorithm == Algorithm::md5 ? read<16>(text) : read<32>(text);
}

}  // namespace

Secret::Secret(std::string_view username, std::string_view realm, std::string_view password) {
    for (const auto algorithm : algorithms)
        of(algorithm) = hash(algorithm, {username, ":", realm, ":", password});
}

std::optional<std::string_view> Secret::ha1(Algorithm algorithm) const {
    const auto text = ha1_[static_cast<std::size_t>(algorithm)].text();
    if (text.empty()) return {};
    return text;
}

base::Result<Secret> Secret::parse(base::Scanner& in) {
    static constexpr base::CharSet equals("=");
    Secret secret;
    do {
        const auto from = in.offset();
        const auto algorithm = algorithm_named(in.take_until(equals));
        if (!algorithm || !in.take('=')) return base::fail(base::Errc::unexpected_byte, from, rule);
        if (secret.ha1(*algorithm)) return base::fail(base::Errc::repeated_field, from, rule);
        const auto digits = read(*algorithm, in.take_while(base::chars::hex));
        if (!digits) return base::fail(base::Errc::unexpected_byte, from, rule);
        secret.of(*algorithm) = *digits;
    } while (in.take(' '));
    return secret;
}

void Secret::print(base::Printer& out) const {
    std::string_view separator;
    for (const auto algorithm : algorithms) {
        const auto digits = ha1(algorithm);
        if (!digits) continue;
        out.put(separator).put(name_of(algorithm)).put('=').put(*digits);
        separator = " ";
    }
}

}  // namespace almon::sip::digest
