// The To tag of responses that we make ourselves (RFC 3261 §8.2.6.2): the same for each repeat of a request,
// so that stateless answers agree (§8.2.7), and for an INVITE and its CANCEL (§9.2); a stranger cannot guess
// it.
#pragma once

#include <array>

#include "almon/base/crypto/siphash.hpp"
#include "almon/sip/headers/call_id.hpp"
#include "almon/sip/headers/from_to.hpp"
#include "almon/sip/message.hpp"

namespace almon::stack {

// `count` lower-case hexadecimal digits of a number, the lowest ones.
template <std::size_t count>
std::array<char, count> hex_digits(std::uint64_t number) {
    std::array<char, count> text;
    for (std::size_t i = count; i-- > 0; number >>= 4) text[i] = "0123456789abcdef"[number & 15];
    return text;
}

class LocalTag {
 public:
    explicit LocalTag(std::uint64_t number) : text_(hex_digits<16>(number)) {}
    sip::Tag tag() const { return sip::Tag({text_.data(), text_.size()}); }

 private:
    std::array<char, 16> text_;
};

inline LocalTag local_tag(const base::HashKey& key, const sip::Message& request) {
    const auto value = [&](sip::HeaderName name) {
        const auto* field = request.find_field(name);
        return field ? request.value(*field) : std::string_view{};
    };
    return LocalTag(base::siphash64(key, {"to-tag", value(sip::CallId::name), value(sip::From::name)}));
}

}  // namespace almon::stack
