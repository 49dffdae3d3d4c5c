// UTF-8 (RFC 3629) checked octet by octet, as it arrives.
#pragma once

#include <cstdint>
#include <string_view>

namespace almon::codec {

class Utf8Check {
 public:
    // False from the first octet on that no text can have there.
    bool take(std::string_view octets) {
        for (const char c : octets)
            if (!take(static_cast<unsigned char>(c))) return false;
        return true;
    }
    // No character is unfinished.
    bool is_whole() const { return more_ == 0; }

 private:
    bool take(unsigned char octet) {
        if (more_ == 0) return octet < 0x80 || begin(octet);
        if (octet < least_ || octet > most_) return false;
        least_ = 0x80;
        most_ = 0xbf;
        --more_;
        return true;
    }

    // RFC 3629 §4: no overlong forms, no surrogates, nothing above U+10FFFF.
    bool begin(unsigned char octet) {
        if (octet < 0xc2 || octet > 0xf4) return false;
        more_ = octet < 0xe0 ? 1 : octet < 0xf0 ? 2 : 3;
        least_ = octet == 0xe0 ? 0xa0 : octet == 0xf0 ? 0x90 : 0x80;
        most_ = octet == 0xed ? 0x9f : octet == 0xf4 ? 0x8f : 0xbf;
        return true;
    }

    std::uint8_t more_ = 0;  // octets that the character still needs, the next within these bounds
    std::uint8_t least_ = 0x80;
    std::uint8_t most_ = 0xbf;
};

inline bool is_utf8(std::string_view octets) {
    Utf8Check check;
    return check.take(octets) && check.is_whole();
}

}  // namespace almon::codec
