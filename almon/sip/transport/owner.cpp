#include "almon/sip/transport/owner.hpp"

#include <string>

#include "almon/base/scanner.hpp"
#include "almon/sip/headers/call_id.hpp"
#include "almon/sip/headers/cseq.hpp"
#include "almon/sip/headers/from_to.hpp"
#include "almon/sip/transport/head_lines.hpp"

namespace almon::sip {
namespace {

// The first of each field that decides.
struct Glance {
    std::optional<std::string_view> call_id, to, cseq;
};

Glance glance(HeadLines& lines) {
    Glance seen;
    while (const auto line = lines.next()) {
        if (!seen.call_id && line->is(CallId::name)) seen.call_id = line->value;
        if (!seen.to && line->is(To::name)) seen.to = line->value;
        if (!seen.cseq && line->is(CSeq::name)) seen.cseq = line->value;
        if (seen.call_id && seen.to && seen.cseq) break;
    }
    return seen;
}

std::string_view last_word(std::string_view text) {
    return text.substr(text.find_last_of(" \t\r\n") + 1);
}

// A request says so in its first line, a response in its CSeq.
bool is_about_registration(std::string_view start_line, const Glance& seen) {
    constexpr auto wanted = method::register_.value();
    if (base::equal_nocase(start_line.substr(0, 4), "SIP/"))
        return last_word(seen.cseq.value_or("")) == wanted;
    return start_line.starts_with(wanted) && start_line.substr(wanted.size()).starts_with(' ');
}

std::optional<std::uint64_t> owner_of_registration(const base::HashKey& secret, std::string_view to) {
    base::Scanner in(to);
    const auto party = NameAddr::parse(in);
    if (!party) return {};
    return owner_of_aor(secret, address_of_record(party->uri));
}

}  // namespace

std::optional<std::uint64_t> owner_hash(const base::HashKey& secret, std::string_view octets) {
    HeadLines lines(octets);
    const auto seen = glance(lines);
    if (seen.to && is_about_registration(lines.start_line(), seen))
        if (const auto owner = owner_of_registration(secret, *seen.to)) return owner;
    if (!seen.call_id) return {};
    return owner_of_call(secret, *seen.call_id);
}

std::uint64_t owner_of_call(const base::HashKey& secret, std::string_view call_id) {
    return base::siphash64(secret, {"Call-ID", call_id});
}

std::uint64_t owner_of_aor(const base::HashKey& secret, std::string_view address_of_record) {
    return base::siphash64(secret, {"AOR", without_port(address_of_record)});
}

}  // namespace almon::sip
