// How functions fail. Bytes from strangers never throw: whoever reads them returns Result, whose Error says
// where in the input the fault lies and which rule it breaks. Exceptions are for what stops the start.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace almon::base {

// What kind of fault; the rule in Error says which exactly. Each value has one line of text (describe()).
enum class Errc : std::uint8_t {
    unexpected_end,       // the input stops inside an element
    unexpected_byte,      // a byte that the grammar does not allow here
    missing_field,        // a mandatory header field or parameter is not there
    repeated_field,       // something that may stand once stands twice
    number_too_large,     // a number beyond its legal range
    length_mismatch,      // Content-Length and the bytes at hand disagree
    too_large,            // a limit of base/limits.hpp is reached
    unsupported_version,  // the protocol version is not ours
    unsupported_scheme,   // a URI scheme that we do not serve
    method_mismatch,      // CSeq and request line name different methods
    unsupported_value,    // well formed, but nothing that we can work with
    no_space,             // a bounded printer is full
};

// The fault in one short English clause, for people.
const char* describe(Errc code);

struct Error {
    Errc code;
    std::size_t offset = 0;  // octets from the start of the input
    const char* rule = "";   // the rule that is broken, such as "RFC 3261 §8.1.1.5"

    // Rules are the same when they read the same, wherever their text lies.
    friend constexpr bool operator==(const Error& a, const Error& b) {
        return a.code == b.code && a.offset == b.offset && std::string_view(a.rule) == b.rule;
    }
};

// What reading bytes gives: a value, or the Error that says where and why not.
template <class T>
using Result = tl::expected<T, Error>;

// A value that is read in place: read(value) tells by a Result<void> whether it is whole. Large values are
// made so, since moving them costs more than reading them; for the same reason there is but one return.
template <class T, class Read>
[[nodiscard]] Result<T> in_place(Read read) {
    Result<T> value;
    if (const Result<void> done = read(*value); !done) value = tl::unexpected(done.error());
    return value;
}

[[nodiscard]] constexpr tl::unexpected<Error> fail(Errc code, std::size_t offset, const char* rule) {
    return tl::unexpected(Error{code, offset, rule});
}

// What an operation gives whose failure a person reads (a port that is taken, a file that is missing):
// a value, or the sentence to show.
template <class T>
using Outcome = tl::expected<T, std::string>;

[[nodiscard]] inline tl::unexpected<std::string> trouble(std::string sentence) {
    return tl::unexpected(std::move(sentence));
}

}  // namespace almon::base
