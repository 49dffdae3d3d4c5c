#include "almon/sip/headers/media_type.hpp"

namespace almon::sip {

Result<void> MediaType::read(Scanner& in, const char* rule) {
    type = in.take_while(chars::token);
    if (type.empty() || !take_separator(in, '/')) return in.refuse(rule);
    subtype = in.take_while(chars::token);
    if (subtype.empty()) return in.refuse(rule);
    return parameters.read(in, rule);
}

void MediaType::print(Printer& out) const {
    out.put(type).put('/').put(subtype);
    parameters.print(out);
}

bool MediaType::is(std::string_view wanted_type, std::string_view wanted_subtype) const {
    return base::equal_nocase(type, wanted_type) && base::equal_nocase(subtype, wanted_subtype);
}

}  // namespace almon::sip
