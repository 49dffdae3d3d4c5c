#include "almon/load/response.hpp"

#include "almon/load/number.hpp"
#include "almon/sip/headers/via.hpp"
#include "almon/sip/transport/head_lines.hpp"

namespace almon::load {
namespace {

std::optional<sip::Status> status_of(std::string_view start_line) {
    base::Scanner in(start_line);
    if (!in.take("SIP/2.0 ")) return {};
    const auto code = in.number(699, "RFC 3261 §7.2");
    if (!code || *code < 100) return {};
    return sip::Status(static_cast<std::uint16_t>(*code));
}

std::string_view topmost_via(sip::HeadLines& lines) {
    while (const auto line = lines.next())
        if (line->is(sip::Via::name)) return line->value;
    return {};
}

}  // namespace

std::optional<Response> Response::read(std::string_view octets, std::string_view salt) {
    sip::HeadLines lines(octets);
    const auto status = status_of(lines.start_line());
    if (!status) return {};
    const auto via = topmost_via(lines);
    const auto at = via.find(branch_cookie);
    if (at == via.npos) return {};
    base::Scanner in(via.substr(at + branch_cookie.size()));
    const auto handle = Number::read(in, salt);
    if (!handle || !in.take('-')) return {};
    const auto cseq = in.number(0x7FFF'FFFF, "RFC 3261 §8.1.1.5");
    if (!cseq) return {};
    return Response{*status, via.substr(at, branch_cookie.size() + in.position()), *handle,
                    static_cast<std::uint32_t>(*cseq)};
}

}  // namespace almon::load
