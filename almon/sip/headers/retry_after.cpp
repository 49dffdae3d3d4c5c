#include "almon/sip/headers/retry_after.hpp"

namespace almon::sip {
namespace {

constexpr auto rule = "RFC 3261 §20.33";

constexpr auto comment_text = base::CharSet::range('!', '\'') | base::CharSet::range('*', '[') |
                              base::CharSet::range(']', '~') | base::CharSet::range(0x80, 0xff);

// ctext and quoted-pair; as in a quoted-string a backslash does not hide a line's end.
bool take_text(Scanner& in) {
    if (in.peek() == '\\' && in.peek(1) != '\r' && in.peek(1) != '\n') return in.take_count(2).size() == 2;
    return !in.take_while(comment_text).empty() || in.skip_lws();
}

// comment = "(" *( ctext / quoted-pair / comment ) ")"; nesting is counted, not recursed into.
Result<std::string_view> take_comment(Scanner& in) {
    const auto from = in.position();
    std::size_t open = 0;
    do {
        if (in.take('(')) {
            ++open;
        } else if (in.take(')')) {
            --open;
        } else if (!take_text(in)) {
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
