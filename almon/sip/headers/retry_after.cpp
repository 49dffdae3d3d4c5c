#include "almon/sip/headers/retry_after.hpp"

namespace almon::sip {
namespace {

constexpr auto rule = "RFC 3261 §20.33";

// comment = "(" *( ctext / quoted-pair / comment ) ")"; nesting is counted, not recursed into.
Result<std::string_view> take_comment(Scanner& in) {
    static constexpr base::CharSet special("()\\");
    const auto from = in.position();
    std::size_t open = 0;
    do {
        if (in.take('(')) {
            ++open;
        } else if (in.take(')')) {
            --open;
        } else if (in.take('\\')) {
            in.take_count(1);
        } else if (in.take_until(special).empty()) {
            return in.refuse(rule);
        }
    } while (open > 0);
    return in.since(from);
}

}  // namespace

Result<RetryAfter> RetryAfter::parse(Scanner& in) {
    RetryAfter field;
    const auto number = take_saturated(in, rule);
    if (!number) return tl::unexpected(number.error());
    field.seconds = std::chrono::duration<std::uint32_t>(*number);
    in.skip_lws();
    if (in.peek() == '(') {
        const auto comment = take_comment(in);
        if (!comment) return tl::unexpected(comment.error());
        field.comment = *comment;
    }
    const auto all = Parameters::parse(in, rule);
    if (!all) return tl::unexpected(all.error());
    field.parameters = *all;
    return field;
}

void RetryAfter::print(Printer& out) const {
    out.put_number(seconds.count());
    if (!comment.empty()) out.put(' ').put(comment);
    parameters.print(out);
}

}  // namespace almon::sip
