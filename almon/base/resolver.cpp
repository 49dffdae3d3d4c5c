#include "almon/base/resolver.hpp"

#include <optional>
#include <utility>

namespace almon::base {
namespace {

std::optional<IpAddress> numeric(std::string_view host) {
    if (!host.starts_with('[') || !host.ends_with(']')) return IpAddress::parse(host);
    const auto address = IpAddress::parse(host.substr(1, host.size() - 2));
    return address && address->family() == IpAddress::Family::v6 ? address : std::nullopt;
}

}  // namespace

void NumericResolver::ask(Query query) {
    if (const auto address = numeric(query.host)) {
        answers_.push_back({query.id, std::vector{*address}});
    } else {
        answers_.push_back(
            {query.id, trouble("the host \"" + query.host +
                               "\" is a name, and names are not looked up: give its IP address")});
    }
}

std::vector<Answer> NumericResolver::take_answers() {
    return std::exchange(answers_, {});
}

}  // namespace almon::base
