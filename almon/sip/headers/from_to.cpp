#include "almon/sip/headers/from_to.hpp"

namespace almon::sip {

Result<void> Party::read(Scanner& in, const char* rule) {
    auto name_addr = NameAddr::parse(in, rule);
    if (!name_addr) return tl::unexpected(name_addr.error());
    address = *name_addr;
    const auto read_tag = [&](const Parameter& parameter) -> Result<void> {
        if (!base::equal_nocase(parameter.name, "tag")) return {};
        if (!tag.value().empty()) return base::fail(Errc::repeated_field, in.offset(), rule);
        if (!parameter.value || !parameter.value_is_token)
            return base::fail(Errc::unexpected_byte, in.offset(), rule);
        tag = Tag(*parameter.value);
        return {};
    };
    const auto all = Parameters::parse(in, rule, read_tag);
    if (!all) return tl::unexpected(all.error());
    parameters = *all;
    return {};
}

void Party::print(Printer& out) const {
    address.print(out);
    parameters.print(out);
}

Result<From> From::parse(Scanner& in) {
    return read_into<From>(in, "RFC 3261 §20.20");
}
Result<To> To::parse(Scanner& in) {
    return read_into<To>(in, "RFC 3261 §20.39");
}

}  // namespace almon::sip
