#include "almon/sip/headers/timestamp.hpp"

namespace almon::sip {
namespace {

// *DIGIT [ "." *DIGIT ]
std::string_view take_decimal(Scanner& in) {
    const auto from = in.position();
    in.take_while(base::chars::digit);
    if (in.take('.')) in.take_while(base::chars::digit);
    return in.since(from);
}

}  // namespace

Result<Timestamp> Timestamp::parse(Scanner& in) {
    if (!in.looking_at(base::chars::digit)) return in.refuse("RFC 3261 §20.38");
    Timestamp field;
    field.time = take_decimal(in);
    if (in.skip_lws()) field.delay = take_decimal(in);
    return field;
}

void Timestamp::print(base::Printer& out) const {
    out.put(time);
    if (!delay.empty()) out.put(' ').put(delay);
}

}  // namespace almon::sip
