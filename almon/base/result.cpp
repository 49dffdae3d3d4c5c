#include "almon/base/result.hpp"

namespace almon::base {

const char* describe(Errc code) {
    switch (code) {
        case Errc::unexpected_end: return "the input ends too early";
        case Errc::unexpected_byte: return "a byte that may not stand here";
        case Errc::missing_field: return "a mandatory element is missing";
        case Errc::repeated_field: return "an element that may stand only once is repeated";
        case Errc::number_too_large: return "a number is out of range";
        case Errc::length_mismatch: return "the stated length and the bytes disagree";
        case Errc::too_large: return "a limit is exceeded";
        case Errc::unsupported_version: return "the protocol version is not supported";
        case Errc::unsupported_scheme: return "the URI scheme is not supported";
        case Errc::method_mismatch: return "the CSeq names another method than the request line";
        case Errc::unsupported_value: return "the value is not supported";
        case Errc::no_space: return "the output does not fit";
    }
    return "unknown fault";
}

}  // namespace almon::base
