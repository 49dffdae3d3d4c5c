#include "almon/host/config_value.hpp"

#include <algorithm>
#include <tuple>

#include "almon/host/nearest.hpp"

namespace almon::host {

std::vector<Mistake> Complaints::take() && {
    std::ranges::sort(mistakes_, {}, [](const Mistake& mistake) {
        return std::tie(mistake.place.line, mistake.place.column, mistake.message);
    });
    return std::move(mistakes_);
}

std::optional<std::int64_t> read_whole_number(const Value& value, std::int64_t least, std::int64_t most,
                                              const char* unit) {
    const auto* given = value.given.as<std::int64_t>();
    if (given && *given >= least && *given <= most) return *given;
    value.refuse("a whole number from " + std::to_string(least) + " to " + std::to_string(most) + unit);
    return {};
}

void read_seconds(const Value& value, std::chrono::seconds& into, std::int64_t least, std::int64_t most) {
    auto count = into.count();
    read_number(value, count, least, most, " (seconds)");
    into = std::chrono::seconds(count);
}

void read_flag(const Value& value, bool& into) {
    const auto* given = value.given.as<bool>();
    if (given == nullptr) return value.refuse("true or false");
    into = *given;
}

bool is_empty_list(const Value& value) {
    const auto* list = value.given.as<Given::List>();
    return list != nullptr && list->empty();
}

std::string did_you_mean(std::string_view wrong, std::span<const std::string_view> known) {
    const auto best = nearest(wrong, known);
    return best.empty() ? "" : "; did you mean `" + std::string(best) + "`?";
}

}  // namespace almon::host
