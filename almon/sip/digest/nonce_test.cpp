#include "almon/sip/digest/nonce.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace almon::sip::digest;
using namespace almon;
using namespace std::chrono_literals;

namespace {

base::Mac mac_of(unsigned char fill) {
    base::MacKey key;
    key.fill(fill);
    return base::Mac(key);
}

std::string text_of(const Nonce& nonce, const base::Mac& mac) {
    std::string text(Nonce::digits, '\0');
    base::Printer out(text);
    nonce.print(mac, out);
    CHECK_FALSE(out.overflowed());
    CHECK(out.size() == Nonce::digits);
    return text;
}

constexpr Nonce example{.issued = base::Instant(1234567ms), .shard = 0x0102, .salt = 0xfedcba9876543210U};

}  // namespace

TEST_CASE("a nonce says when and where it was issued") {
    const auto mac = mac_of(1);
    const auto text = text_of(example, mac);
    CHECK(text.starts_with("00000012d6870102fedcba9876543210"));
    CHECK(Nonce::open(mac, text) == example);
}

TEST_CASE("a nonce issued after years still opens") {
    const auto mac = mac_of(1);
    const Nonce late{.issued = base::Instant(std::chrono::hours(24 * 365 * 100)), .shard = 0xffff, .salt = 0};
    CHECK(Nonce::open(mac, text_of(late, mac)) == late);
}

TEST_CASE("a nonce sealed with another key does not open") {
    CHECK_FALSE(Nonce::open(mac_of(2), text_of(example, mac_of(1))).has_value());
}

TEST_CASE("no digit of a nonce can be changed, added or taken away") {
    const auto mac = mac_of(1);
    const auto text = text_of(example, mac);
    for (std::size_t at = 0; at < text.size(); ++at) {
        auto forged = text;
        forged[at] = forged[at] == '0' ? '1' : '0';
        CHECK_FALSE(Nonce::open(mac, forged).has_value());
        CHECK_FALSE(Nonce::open(mac, text.substr(0, at)).has_value());
    }
    CHECK_FALSE(Nonce::open(mac, text + "0").has_value());
    CHECK_FALSE(Nonce::open(mac, text + text).has_value());
}

TEST_CASE("a nonce has one spelling") {
    const auto mac = mac_of(1);
    auto text = text_of(example, mac);
    text[text.find('f')] = 'F';
    CHECK_FALSE(Nonce::open(mac, text).has_value());
}
