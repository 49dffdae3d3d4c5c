#include <cstdio>

#include "almon/base/address.hpp"

int main() {
    const auto endpoint = almon::base::Endpoint::parse("[2001:db8::1]:5060");
    if (!endpoint) return 1;
    std::puts(almon::base::printed(*endpoint).c_str());
    return almon::base::printed(*endpoint) == "[2001:db8::1]:5060" ? 0 : 1;
}
