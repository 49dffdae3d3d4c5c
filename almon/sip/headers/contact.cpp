#include "almon/sip/headers/contact.hpp"

#include "almon/sip/qvalue.hpp"

namespace almon::sip {
namespace {

constexpr auto rule = "RFC 3261 §20.10";
// RFC 3261 §10.2.1.1: what a malformed or overlarge expires parameter counts as.
constexpr std::uint32_t default_expires = 3'600;

std::uint32_t read_expires(std::string_view text) {
    Scanner in(text);
    const auto seconds = in.number(0xffff'ffff, rule);
    return seconds && in.done() ? static_cast<std::uint32_t>(*seconds) : default_expires;
}

class ParameterReader {
 public:
    ParameterReader(const Scanner& in, Contact& contact) : in_(in), contact_(contact) {}

    Result<void> operator()(const Parameter& parameter) {
        const auto is = [&](std::string_view name) { return base::equal_nocase(parameter.name, name); };
        const auto value = parameter.value.value_or("");
        if (is("q")) return read_q(value);
        if (is("expires")) return read_once(contact_.expires, read_expires(value));
        if (is("reg-id")) return read_reg_id(value);
        if (is("+sip.instance")) return read_instance(parameter);
        return {};
    }

 private:
    template <class Number>
    Result<void> read_once(std::optional<Number>& place, Number number) const {
        if (place) return base::fail(Errc::repeated_field, in_.offset(), rule);
        place = number;
        return {};
    }
    Result<void> read_q(std::string_view value) const {
        Scanner in(value, in_.offset() - value.size());
        const auto q = take_qvalue(in);
        if (!q) return tl::unexpected(q.error());
        return in.done() ? read_once(contact_.q, *q) : Result<void>(in.refuse(rule));
    }
    // RFC 5626 §4.2: 1 to 2^31-1.
    Result<void> read_reg_id(std::string_view value) const {
        Scanner in(value, in_.offset() - value.size());
        const auto start = in.offset();
        const auto id = in.number(0x7fff'ffff, "RFC 5626 §4.2");
        if (!id) return tl::unexpected(id.error());
        if (!in.done()) return in.refuse("RFC 5626 §4.2");
        if (*id == 0) return base::fail(Errc::number_too_large, start, "RFC 5626 §4.2");
        return read_once(contact_.reg_id, static_cast<std::uint32_t>(*id));
    }
    // With two of them, who reads the first and who reads the last would mean different bindings.
    Result<void> read_instance(const Parameter& parameter) const {
        if (!contact_.instance.empty()) return base::fail(Errc::repeated_field, in_.offset(), rule);
        if (!parameter.value) return base::fail(Errc::unexpected_byte, in_.offset(), rule);
        contact_.instance = *parameter.value;
        return {};
    }

    const Scanner& in_;
    Contact& contact_;
};

// A star alone; one that goes on is a display name: *21 <sip:a@b>.
bool take_wildcard(Scanner& in) {
    const auto from = in.position();
    if (!in.take('*')) return false;
    const auto end = in.position();
    in.skip_lws();
    const bool alone = in.done() || in.peek() == ',';
    in.rewind(alone ? end : from);
    return alone;
}

}  // namespace

Result<void> Contact::read(Scanner& in) {
    const auto from = in.position();
    is_wildcard = take_wildcard(in);
    if (!is_wildcard) {
        if (const auto name_addr = address.read(in, rule); !name_addr) return name_addr;
        if (const auto all = parameters.read(in, rule, ParameterReader(in, *this)); !all) return all;
    }
    text = in.since(from);
    return {};
}

void Contact::print(Printer& out) const {
    if (is_wildcard) {
        out.put('*');
        return;
    }
    address.print(out);
    parameters.print(out);
}

}  // namespace almon::sip
