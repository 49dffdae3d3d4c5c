// Strong ids: a CallId is not a Tag, though both are text.
#pragma once

#include <compare>
#include <string_view>
#include <utility>

namespace almon::base {

template <class Tag, class Rep = std::string_view>
class Id {
 public:
    constexpr Id() = default;
    constexpr explicit Id(Rep value) : value_(std::move(value)) {}
    constexpr const Rep& value() const { return value_; }
    friend constexpr auto operator<=>(const Id&, const Id&) = default;
    friend constexpr bool operator==(const Id&, const Id&) = default;

 private:
    Rep value_{};
};

}  // namespace almon::base
