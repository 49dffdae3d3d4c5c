#include "almon/app/account.hpp"

#include "almon/host/config.hpp"

namespace almon::app {

base::Outcome<AccountName> read_account(std::string_view text) {
    const auto name = text.starts_with("sip:") ? text.substr(4) : text;
    const auto at = name.rfind('@');
    const auto refuse = [&](const std::string& why) {
        return base::trouble("`" + std::string(text) + "` is no name of an account: " + why +
                             "; write one such as alice@example.com");
    };
    if (at == name.npos) return refuse("it has no domain");
    const auto user = name.substr(0, at);
    if (user.empty()) return refuse("nothing stands before the @");
    for (const char c : user)
        if (static_cast<unsigned char>(c) <= ' ' || c == '\x7f') return refuse("blanks are not possible");
    auto domain = host::parse_domain(name.substr(at + 1));
    if (!domain) return refuse(domain.error());
    return AccountName{std::string(user), std::move(*domain)};
}

}  // namespace almon::app
