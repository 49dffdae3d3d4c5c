#include "almon/sip/headers/from_to.hpp"

namespace almon::sip {

Result<void> Party::read(Scanner& in, const char* rule) {
    if (const auto name_addr = address.read(in, rule); !name_addr) return name_addr;
    const auto read_tag = [&](const Parameter& parameter) -> Result<void> {
        if (!base::equal_nocase(parameter.name, "tag")) return {};
        if (!tag.value().empty()) return base::fail(Errc::repeated_field, in.offset(), rule);
        if (!parameter.value || !parameter.value_is_token)
            return base::fail(Errc::unexpected_byte, in.offset(), rule);
        tag = Tag(*parameter.value);
        return {};
    };
    return parameters.read(in, rule, read_tag);
}

void Party::print(Printer& out) const {
    address.print(out);
    parameters.print(out);
}

}  // namespace almon::sip
