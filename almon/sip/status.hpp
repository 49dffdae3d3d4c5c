// Status codes (RFC 3261 §21 and the IANA registry). Any code from 100 to 699 is legal; those with a name
// here are those that almon sends or looks at.
#pragma once

#include <compare>
#include <cstdint>
#include <string_view>

namespace almon::sip {

class Status {
 public:
    constexpr explicit Status(std::uint16_t code) : code_(code) {}
    constexpr std::uint16_t code() const { return code_; }
    constexpr bool is_provisional() const { return code_ < 200; }
    constexpr bool is_final() const { return code_ >= 200; }
    constexpr bool is_success() const { return code_ >= 200 && code_ < 300; }
    constexpr bool is_redirection() const { return code_ >= 300 && code_ < 400; }
    constexpr bool is_global_failure() const { return code_ >= 600; }
    constexpr std::uint16_t response_class() const { return code_ / 100; }
    // The reason phrase of the standard; that of x00 for codes without one (RFC 3261 §8.1.3.2).
    std::string_view reason() const;
    friend constexpr auto operator<=>(const Status&, const Status&) = default;
    friend constexpr bool operator==(const Status&, const Status&) = default;

 private:
    std::uint16_t code_;
};

namespace status {
inline constexpr Status trying{100}, ringing{180}, call_is_being_forwarded{181}, queued{182},
    session_progress{183};
inline constexpr Status ok{200}, accepted{202};
inline constexpr Status multiple_choices{300}, moved_permanently{301}, moved_temporarily{302};
inline constexpr Status bad_request{400}, unauthorized{401}, forbidden{403}, not_found{404},
    method_not_allowed{405}, not_acceptable{406}, proxy_authentication_required{407}, request_timeout{408},
    gone{410}, request_entity_too_large{413}, request_uri_too_long{414}, unsupported_media_type{415},
    unsupported_uri_scheme{416}, bad_extension{420}, extension_required{421}, interval_too_brief{423},
    max_breadth_exceeded{440}, temporarily_unavailable{480}, call_does_not_exist{481}, loop_detected{482},
    too_many_hops{483}, address_incomplete{484}, ambiguous{485}, busy_here{486}, request_terminated{487},
    not_acceptable_here{488}, request_pending{491};
inline constexpr Status server_internal_error{500}, not_implemented{501}, bad_gateway{502},
    service_unavailable{503}, server_timeout{504}, version_not_supported{505}, message_too_large{513};
inline constexpr Status busy_everywhere{600}, decline{603}, does_not_exist_anywhere{604},
    not_acceptable_anywhere{606};
}  // namespace status

}  // namespace almon::sip
