// What the 2xx to an INVITE leaves for the caller's requests inside the dialog (RFC 3261 §12.1.2): where they
// are addressed, which way they go, and whom they name in To.
#pragma once

#include <string>
#include <string_view>

namespace almon::load {

class Dialog {
 public:
    // The Record-Routes that are obeyed; more are refused.
    static constexpr std::size_t most_routes = 32;

    // False: the response has no Contact, no To, or a Record-Route that cannot be read. `memory` is used.
    bool open(std::string_view response, std::string&& memory);
    bool is_open() const { return !text_.empty(); }

    std::string_view uri() const { return std::string_view(text_).substr(0, uri_); }
    // Route lines, in the order in which they are passed.
    std::string_view routes() const { return std::string_view(text_).substr(uri_, routes_); }
    std::string_view to() const { return std::string_view(text_).substr(uri_ + routes_); }

    std::string release() { return std::move(text_); }

 private:
    std::string text_;
    std::size_t uri_ = 0, routes_ = 0;  // their octets
};

}  // namespace almon::load
