#include "almon/sip/headers/content_disposition.hpp"

namespace almon::sip {

Result<ContentDisposition> ContentDisposition::parse(Scanner& in) {
    static constexpr auto rule = "RFC 3261 §20.11";
    const auto type = take_token(in, rule);
    if (!type) return tl::unexpected(type.error());
    const auto parameters = Parameters::parse(in, rule);
    if (!parameters) return tl::unexpected(parameters.error());
    return ContentDisposition{*type, *parameters};
}

void ContentDisposition::print(Printer& out) const {
    out.put(type);
    parameters.print(out);
}

}  // namespace almon::sip
