// The one bounded writer. It fills a buffer that the caller owns; what does not fit is refused whole and
// remembered in overflowed(), so no caller ever adds up lengths.
#pragma once

#include <charconv>
#include <concepts>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

namespace almon::base {

class Printer {
 public:
    explicit Printer(std::span<char> buffer) : buffer_(buffer) {}

    Printer& put(std::string_view text) {
        if (text.size() > buffer_.size() - size_) {
            overflowed_ = true;
        } else if (!text.empty()) {
            std::memcpy(buffer_.data() + size_, text.data(), text.size());
            size_ += text.size();
        }
        return *this;
    }
    Printer& put(char c) { return put(std::string_view(&c, 1)); }
    Printer& put_number(std::integral auto value) {
        char digits[24];
        const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
        return put(std::string_view(digits, static_cast<std::size_t>(end - digits)));
    }
    Printer& put_hex(std::span<const unsigned char> octets) {
        constexpr auto digits = "0123456789abcdef";
        for (const auto octet : octets) put(digits[octet >> 4]).put(digits[octet & 15]);
        return *this;
    }

    bool overflowed() const { return overflowed_; }
    std::size_t size() const { return size_; }
    std::string_view view() const { return {buffer_.data(), size_}; }
    std::string_view since(std::size_t position) const { return view().substr(position); }

 private:
    std::span<char> buffer_;
    std::size_t size_ = 0;
    bool overflowed_ = false;
};

// The printed form as a string: for tests, logs and places where a call more or less does not matter.
template <class T>
std::string printed(const T& value) {
    for (std::size_t room = 512;; room *= 4) {
        std::string text(room, '\0');
        Printer out{text};
        value.print(out);
        if (out.overflowed()) continue;
        text.resize(out.size());
        return text;
    }
}

}  // namespace almon::base
