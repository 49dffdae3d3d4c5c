#include "almon/sip/headers/date.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <string_view>

namespace almon::sip {
namespace {

using std::chrono::sys_days;

constexpr auto rule = "RFC 3261 §20.17";
// A leap second could lead here, where years have five digits.
constexpr sys_days end_of_years{std::chrono::year(10'000) / 1 / 1};
constexpr std::array<std::string_view, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

// The place of the name that comes next, from 0.
template <std::size_t Count>
Result<unsigned> take_name(Scanner& in, const std::array<std::string_view, Count>& names) {
    for (unsigned i = 0; i < Count; ++i)
        if (in.take(names[i])) return i;
    return in.refuse(rule);
}

// For a blank any LWS will do: a fold is one (RFC 3261 §7.3.1).
bool take_text(Scanner& in, std::string_view text) {
    return std::all_of(text.begin(), text.end(),
                       [&](char c) { return c == ' ' ? in.skip_lws() : in.take(c); });
}

// Exactly so many digits, and then this text.
Result<unsigned> take_digits(Scanner& in, std::size_t count, unsigned max, std::string_view then) {
    const auto start = in.offset();
    unsigned value = 0;
    for (std::size_t i = 0; i < count; ++i) {
        if (!in.looking_at(base::chars::digit)) return in.refuse(rule);
        value = value * 10 + static_cast<unsigned>(in.take_count(1).front() - '0');
    }
    if (value > max) return base::fail(Errc::number_too_large, start, rule);
    if (!take_text(in, then)) return in.refuse(rule);
    return value;
}

Result<std::chrono::year_month_day> take_day(Scanner& in) {
    const auto start = in.offset();
    const auto day = take_digits(in, 2, 31, " ");
    if (!day) return tl::unexpected(day.error());
    const auto month = take_name(in, months);
    if (!month) return tl::unexpected(month.error());
    if (!take_text(in, " ")) return in.refuse(rule);
    const auto year = take_digits(in, 4, 9'999, " ");
    if (!year) return tl::unexpected(year.error());
    const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)),
                                           std::chrono::month(*month + 1), std::chrono::day(*day)};
    if (!date.ok()) return base::fail(Errc::number_too_large, start, rule);
    return date;
}

Result<std::chrono::seconds> take_time_of_day(Scanner& in) {
    const auto hour = take_digits(in, 2, 23, ":");
    if (!hour) return tl::unexpected(hour.error());
    const auto minute = take_digits(in, 2, 59, ":");
    if (!minute) return tl::unexpected(minute.error());
    const auto second = take_digits(in, 2, 60, " ");  // 60: a leap second
    if (!second) return tl::unexpected(second.error());
    return std::chrono::hours(*hour) + std::chrono::minutes(*minute) + std::chrono::seconds(*second);
}

// With leading zeros: as many digits as `lowest`, a power of ten, has.
void put_digits(base::Printer& out, std::int64_t number, std::int64_t lowest) {
    for (; number < lowest && lowest > 1; lowest /= 10) out.put('0');
    out.put_number(number);
}
void put_two(base::Printer& out, std::int64_t number) {
    put_digits(out, number, 10);
}

}  // namespace

// The name of the day is not compared with the date: nobody gains by refusing a sender who errs in it.
Result<Date> Date::parse(Scanner& in) {
    if (const auto weekday = take_name(in, days); !weekday) return tl::unexpected(weekday.error());
    if (!take_text(in, ", ")) return in.refuse(rule);
    const auto day = take_day(in);
    if (!day) return tl::unexpected(day.error());
    const auto time = take_time_of_day(in);
    if (!time) return tl::unexpected(time.error());
    if (!in.take("GMT")) return in.refuse(rule);
    const auto moment = sys_days(*day) + *time;
    if (moment >= end_of_years) return base::fail(Errc::number_too_large, in.offset(), rule);
    return Date{base::WallTime(moment.time_since_epoch())};
}

void Date::print(base::Printer& out) const {
    const auto since_epoch = std::chrono::floor<std::chrono::seconds>(time.time_since_epoch());
    const auto midnight = std::chrono::floor<std::chrono::days>(since_epoch);
    const std::chrono::year_month_day date{sys_days(midnight)};
    const std::chrono::hh_mm_ss clock{since_epoch - midnight};
    out.put(days[std::chrono::weekday(sys_days(midnight)).c_encoding()]).put(", ");
    put_two(out, unsigned(date.day()));
    out.put(' ').put(months[unsigned(date.month()) - 1]).put(' ');
    put_digits(out, int(date.year()), 1'000);
    out.put(' ');
    put_two(out, clock.hours().count());
    out.put(':');
    put_two(out, clock.minutes().count());
    out.put(':');
    put_two(out, clock.seconds().count());
    out.put(" GMT");
}

}  // namespace almon::sip
