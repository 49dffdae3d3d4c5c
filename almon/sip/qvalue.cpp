#include "almon/sip/qvalue.hpp"

namespace almon::sip {

Result<std::uint16_t> take_qvalue(Scanner& in) {
    static constexpr auto rule = "RFC 3261 §25.1 qvalue";
    const auto start = in.offset();
    const char whole = in.peek();
    if (!in.take('0') && !in.take('1')) return in.refuse(rule);
    unsigned thousandths = whole == '1' ? 1'000 : 0;
    if (in.take('.')) {
        for (unsigned weight = 100; weight > 0 && in.looking_at(base::chars::digit); weight /= 10)
            thousandths += weight * static_cast<unsigned>(in.take_count(1).front() - '0');
    }
    if (in.looking_at(base::chars::digit)) return in.refuse(rule);
    if (thousandths > 1'000) return base::fail(Errc::number_too_large, start, rule);
    return static_cast<std::uint16_t>(thousandths);
}

void print_qvalue(base::Printer& out, std::uint16_t thousandths) {
    out.put(thousandths >= 1'000 ? '1' : '0');
    unsigned rest = thousandths % 1'000;
    if (rest > 0) out.put('.');
    for (unsigned weight = 100; rest > 0; weight /= 10) {
        out.put(static_cast<char>('0' + rest / weight));
        rest %= weight;
    }
}

}  // namespace almon::sip
