// Which nonce counts of one nonce were used (RFC 7616 §3.4, "nc"): each passes once. Requests that overtake
// one another pass as well, as long as they come within 64 counts of the highest.
#pragma once

#include <cstdint>

namespace almon::sip::digest {

class CountWindow {
 public:
    // True as well for what is too far behind to be known, and for 0, which no client starts with.
    bool used(std::uint32_t nc) const {
        if (nc > highest_) return false;
        const auto behind = highest_ - nc;
        return nc == 0 || behind >= width || (bitmap_ >> behind & 1U) != 0;
    }
    void use(std::uint32_t nc) {
        if (nc > highest_) {
            const auto ahead = nc - highest_;
            bitmap_ = ahead < width ? bitmap_ << ahead | 1U : 1U;
            highest_ = nc;
        } else if (highest_ - nc < width) {
            bitmap_ |= std::uint64_t{1} << (highest_ - nc);
        }
    }

 private:
    static constexpr std::uint32_t width = 64;
    std::uint64_t bitmap_ = 0;  // bit i: highest_ - i was used
    std::uint32_t highest_ = 0;
};

}  // namespace almon::sip::digest
