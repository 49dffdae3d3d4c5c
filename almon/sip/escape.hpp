// The %HH escapes of URIs (RFC 3261 §19.1.2, RFC 3986 §2.1).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace almon::sip {

// The octets that the text stands for. Done once, never again on the result; it may hold NUL.
std::string unescape(std::string_view text);

// Escapes every octet that may not stand so in the user part, a parameter, a header of a sip URI.
std::string escape_user(std::string_view octets);
std::string escape_parameter(std::string_view octets);
std::string escape_header(std::string_view octets);

enum class LetterCase : bool { matters, ignored };

// Equality of two escaped components: an escape equals the octet that it stands for, unless that is one of
// the reserved set, which means something else when it is not escaped (RFC 3261 §19.1.4).
bool same_component(std::string_view a, std::string_view b, LetterCase letter_case);

// One name or name=value of URI parameters or URI headers, still escaped.
struct UriPair {
    std::string_view name;
    std::optional<std::string_view> value;
};

// Walks ";a=1;b" (separator ";") or "a=1&b=2" (separator "&").
class UriPairs {
 public:
    UriPairs(std::string_view text, char separator) : rest_(text), separator_(separator) {}
    std::optional<UriPair> next();

 private:
    std::string_view rest_;
    char separator_;
};

}  // namespace almon::sip
