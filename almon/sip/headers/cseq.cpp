#include "almon/sip/headers/cseq.hpp"

namespace almon::sip {

Result<CSeq> CSeq::parse(Scanner& in) {
    static constexpr auto rule = "RFC 3261 §20.16";
    const auto number = in.number(max_number, "RFC 3261 §8.1.1.5");
    if (!number) return tl::unexpected(number.error());
    if (!in.skip_lws()) return in.refuse(rule);
    const auto method = take_token(in, rule);
    if (!method) return tl::unexpected(method.error());
    return CSeq{static_cast<std::uint32_t>(*number), Method(*method)};
}

void CSeq::print(base::Printer& out) const {
    out.put_number(number).put(' ').put(method.value());
}

}  // namespace almon::sip
