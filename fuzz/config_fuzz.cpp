// The configuration: whatever the file says, each complaint names a line inside it, in order, and what is
// accepted lies within its limits.
#include "almon/host/config.hpp"
#include "fuzz/fuzzing.hpp"

using namespace almon;

namespace {

void check_errors(const std::vector<host::ConfigError>& errors, std::size_t lines) {
    ALMON_ASSERT(!errors.empty());
    std::size_t last = 1;
    for (const auto& error : errors) {
        ALMON_ASSERT(error.line >= last && error.line <= lines && error.column >= 1);
        ALMON_ASSERT(!error.message.empty() && error.text().starts_with("almon.toml:"));
        last = error.line;
    }
}

void check_config(const host::Config& config) {
    const auto& policy = config.policy;
    ALMON_ASSERT(!config.listen.empty() && !policy.digest.empty());
    ALMON_ASSERT(policy.min_expires <= policy.default_expires &&
                 policy.default_expires <= policy.max_expires);
    ALMON_ASSERT(policy.bindings_per_aor > 0 && policy.max_branches > 0 && config.shards <= 256);
    ALMON_ASSERT(!host::needs_restart(config, config));
    for (const auto& domain : policy.domains) ALMON_ASSERT(host::parse_domain(domain) == domain);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const auto text = fuzz::text_of(data, size);
    const auto config = host::parse_config(text, "almon.toml");
    if (config) {
        check_config(*config);
    } else {
        check_errors(config.error(), 1 + static_cast<std::size_t>(std::ranges::count(text, '\n')));
    }
    return 0;
}
