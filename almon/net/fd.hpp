// A file descriptor and the duty to close it.
#pragma once

#include <cstddef>
#include <string>
#include <utility>

#include "almon/base/result.hpp"

namespace almon::net {

class Fd {
 public:
    Fd() = default;
    explicit Fd(int number) : number_(number) {}
    Fd(Fd&& other) noexcept : number_(other.release()) {}
    Fd& operator=(Fd&& other) noexcept {
        std::swap(number_, other.number_);
        return *this;
    }
    ~Fd();

    int number() const { return number_; }
    explicit operator bool() const { return number_ >= 0; }
    int release() { return std::exchange(number_, -1); }

 private:
    int number_ = -1;
};

// Takes as many descriptors as the system grants this process; the usual start is far below. How many that
// is.
std::size_t allow_all_descriptors();

// "cannot bind 127.0.0.1:5060: Address already in use", from errno.
[[nodiscard]] tl::unexpected<std::string> system_trouble(const std::string& attempt);

}  // namespace almon::net
