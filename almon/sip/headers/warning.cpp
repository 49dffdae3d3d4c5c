#include "almon/sip/headers/warning.hpp"

namespace almon::sip {

// warning-value = warn-code SP warn-agent SP warn-text
Result<Warning> Warning::parse(Scanner& in) {
    static constexpr auto rule = "RFC 3261 §20.43";
    static constexpr auto agent_chars = chars::token | base::CharSet("[]:");
    Warning warning;
    const auto start = in.offset();
    const auto code = in.number(999, rule);
    if (!code) return tl::unexpected(code.error());
    if (*code < 100 || in.offset() - start != 3) return base::fail(Errc::unexpected_byte, start, rule);
    warning.code = static_cast<std::uint16_t>(*code);
    if (!in.skip_lws()) return in.refuse(rule);
    warning.agent = in.take_while(agent_chars);
    if (warning.agent.empty() || !in.skip_lws()) return in.refuse(rule);
    const auto text = take_quoted(in, rule);
    if (!text) return tl::unexpected(text.error());
    warning.text = *text;
    return warning;
}

void Warning::print(base::Printer& out) const {
    out.put_number(code).put(' ').put(agent).put(' ').put(text);
}

}  // namespace almon::sip
