// URIs as slices (RFC 3261 §19.1, RFC 3966, RFC 3986). sip and sips are taken apart, tel: likewise; any other
// scheme is kept as text. Nothing is copied: a Uri borrows from the text that it was parsed from.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "almon/base/printer.hpp"
#include "almon/sip/escape.hpp"
#include "almon/sip/host.hpp"
#include "almon/sip/parameters.hpp"

namespace almon::sip {

class Uri {
 public:
    enum class Scheme : std::uint8_t { sip, sips, tel, other };

    Uri() = default;
    // All of `text` is one URI. `origin`: where it stands in the message, for the offset in an Error.
    [[nodiscard]] static Result<Uri> parse(std::string_view text, std::size_t origin = 0);
    [[nodiscard]] Result<void> read(std::string_view text, std::size_t origin);  // into a fresh one, in place

    Scheme scheme() const { return scheme_; }
    bool is_sip() const { return scheme_ == Scheme::sip || scheme_ == Scheme::sips; }
    bool is_secure() const { return scheme_ == Scheme::sips; }
    std::string_view scheme_text() const { return scheme_text_; }
    std::string_view text() const { return text_; }

    // sip and sips. Escaped as they came; unescape() tells what they mean.
    std::optional<std::string_view> user() const;
    std::optional<std::string_view> password() const;
    const Host& host() const { return host_; }
    std::optional<std::uint16_t> port() const { return port_; }
    // tel: the number as dialled, visual separators and a leading "+" included.
    std::string_view number() const { return user_; }
    bool is_global_number() const { return user_.starts_with('+'); }

    // ";name=value;name": URI parameters (sip) or tel parameters.
    std::string_view parameters() const { return parameters_; }
    // The value of a parameter, still escaped; empty when it has none; nullopt when it is absent. Names are
    // compared after unescaping and without case (RFC 4475 §3.1.1.3).
    std::optional<std::string_view> parameter(std::string_view name) const;
    bool has_parameter(std::string_view name) const { return parameter(name).has_value(); }
    // "name=value&name=value": the part behind the question mark.
    std::string_view headers() const { return headers_; }
    bool has_headers() const { return !headers_.empty(); }

    void print(base::Printer& out) const { out.put(text_); }

 private:
    Result<void> read_sip(Scheme scheme, Scanner& in);
    Result<void> read_userinfo(Scanner& in);
    Result<void> read_tel(Scanner& in);
    static Result<void> read_other(Scanner& in);

    std::string_view text_, scheme_text_, user_, password_, parameters_, headers_;
    Host host_;
    std::optional<std::uint16_t> port_;
    Scheme scheme_ = Scheme::other;
    bool has_user_ = false, has_password_ = false;
};

// RFC 3261 §19.1.4 for sip and sips, RFC 3966 §4 for tel; other schemes: the same octets.
bool equivalent(const Uri& a, const Uri& b);

// The key of an address-of-record (RFC 3261 §10.3 step 5): "sip:user@host[:port]". The user is unescaped,
// then escaped only where it must be; the host is in lower case; a port other than the scheme's default
// stays; the password, parameters and headers are gone. sips gives the same key as sip: RFC 5630 says that
// URIs which differ in nothing else mean the same resource. tel: "tel:" and the number without visual
// separators, a local one with its phone-context. Other schemes: their text.
std::string address_of_record(const Uri& uri);
// "sip:user@host" of the key "sip:user@host:port"; a key of another scheme as it is.
std::string_view without_port(std::string_view address_of_record);

}  // namespace almon::sip
