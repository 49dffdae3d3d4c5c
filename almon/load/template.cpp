#include "almon/load/template.hpp"

#include <algorithm>

#include "almon/base/assert.hpp"
#include "almon/base/scanner.hpp"

namespace almon::load {
namespace {

constexpr std::array<std::string_view, static_cast<std::size_t>(Slot::none)> names{
    "local", "user",   "callee", "number", "cseq",    "expires", "credentials",
    "uri",   "routes", "from",   "to",     "call_id", "branch"};

constexpr auto special = base::CharSet("{}\n");

}  // namespace

Template::Template(std::string_view text, std::span<const Fixed> fixed) {
    base::Scanner in(text);
    while (!in.done()) {
        text_ += in.take_until(special);
        if (in.take('\n')) text_ += "\r\n";
        if (in.take('{')) add(in.take_until(special), fixed);
        in.take('}');
    }
    pieces_.push_back({text_.size(), Slot::none});
}

void Template::add(std::string_view name, std::span<const Fixed> fixed) {
    if (const auto known = std::ranges::find(fixed, name, &Fixed::name); known != fixed.end()) {
        text_ += known->text;
        return;
    }
    const auto slot = std::ranges::find(names, name);
    ALMON_ASSERT(slot != names.end());
    pieces_.push_back({text_.size(), static_cast<Slot>(slot - names.begin())});
}

void Template::print(const Values& values, base::Printer& out) const {
    std::size_t at = 0;
    for (const auto& [end, slot] : pieces_) {
        out.put(std::string_view(text_).substr(at, end - at)).put(values[slot]);
        at = end;
    }
}

}  // namespace almon::load
