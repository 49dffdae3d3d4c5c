#include "almon/sip/digest/nonce_ledger.hpp"

#include <doctest/doctest.h>

#include <array>
#include <set>
#include <string>
#include <vector>

using namespace almon::sip::digest;
using namespace almon;
using namespace std::chrono_literals;

namespace {

constexpr base::MacKey key{1, 2, 3};
constexpr base::Instant start(10s);

struct Desk {
    explicit Desk(std::size_t capacity = 4, std::uint16_t shard = 1, base::MacKey mac_key = key,
                  base::Instant from = start)
        : ledger(mac_key, shard, from, capacity) {}

    std::string issue(base::Instant now) {
        std::string text(Nonce::digits, '\0');
        base::Printer out(text);
        ledger.issue(now, random, out);
        return text;
    }
    Standing judge(const std::string& text, std::uint32_t nc, base::Instant now) const {
        return ledger.judge(text, nc, now).standing;
    }
    // A request that proves to know the secret.
    Standing use(const std::string& text, std::uint32_t nc, base::Instant now) {
        const auto [standing, nonce] = ledger.judge(text, nc, now);
        if (standing == Standing::fresh) ledger.enter(nonce, nc);
        return standing;
    }

    base::Random random{1};
    NonceLedger ledger;
};

}  // namespace

TEST_CASE("a new nonce is fresh, each count once") {
    Desk desk;
    const auto nonce = desk.issue(start);
    CHECK(desk.use(nonce, 1, start) == Standing::fresh);
    CHECK(desk.use(nonce, 1, start) == Standing::replayed);
    CHECK(desk.use(nonce, 2, start) == Standing::fresh);
    CHECK(desk.use(nonce, 4, start) == Standing::fresh);
    CHECK(desk.use(nonce, 3, start) == Standing::fresh);
    CHECK(desk.use(nonce, 3, start) == Standing::replayed);
    CHECK(desk.use(nonce, 0, start) == Standing::replayed);
}

TEST_CASE("nonces are never alike") {
    Desk desk;
    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i) seen.insert(desk.issue(start));
    CHECK(seen.size() == 1000);
}

TEST_CASE("judging leaves no trace: a wrong response spends no count") {
    Desk desk;
    const auto nonce = desk.issue(start);
    for (int i = 0; i < 10; ++i) CHECK(desk.judge(nonce, 1, start) == Standing::fresh);
    CHECK(desk.ledger.size() == 0);
}

TEST_CASE("a nonce lives 300 seconds, used or not") {
    Desk desk;
    const auto used = desk.issue(start);
    const auto unused = desk.issue(start);
    CHECK(desk.use(used, 1, start) == Standing::fresh);
    CHECK(desk.judge(used, 2, start + base::limits::nonce_life) == Standing::fresh);
    CHECK(desk.judge(unused, 1, start + base::limits::nonce_life) == Standing::fresh);
    CHECK(desk.judge(used, 2, start + base::limits::nonce_life + 1ms) == Standing::stale);
    CHECK(desk.judge(unused, 1, start + base::limits::nonce_life + 1ms) == Standing::stale);
}

TEST_CASE("a nonce from the future is stale") {
    Desk desk;
    CHECK(desk.judge(desk.issue(start + 1s), 1, start) == Standing::stale);
}

TEST_CASE("the first use of a nonce has count 1") {
    Desk desk;
    const auto nonce = desk.issue(start);
    CHECK(desk.judge(nonce, 2, start) == Standing::stale);
    CHECK(desk.judge(nonce, 0, start) == Standing::stale);
    CHECK(desk.judge(nonce, 1, start) == Standing::fresh);
}

TEST_CASE("a nonce of another shard is stale, one of another key is forged") {
    Desk here(4, 1), there(4, 2), elsewhere(4, 1, base::MacKey{9});
    const auto nonce = here.issue(start);
    CHECK(there.judge(nonce, 1, start) == Standing::stale);
    CHECK(elsewhere.judge(nonce, 1, start) == Standing::forged);
    CHECK(here.judge("", 1, start) == Standing::forged);
    CHECK(here.judge("dcd98b7102dd2f0e8b11d0f600bfb0c093", 1, start) == Standing::forged);
}

TEST_CASE("after a restart no old request passes again, even with the same key") {
    Desk before;
    const auto nonce = before.issue(start);
    CHECK(before.use(nonce, 1, start) == Standing::fresh);
    Desk after(4, 1, key, start + 1s);
    CHECK(after.judge(nonce, 1, start + 1s) == Standing::stale);
    CHECK(after.use(after.issue(start + 1s), 1, start + 1s) == Standing::fresh);
}

TEST_CASE("a full ledger forgets the nonce that entered first, which then is stale and not fresh again") {
    Desk desk(2);
    std::vector<std::string> nonces;
    for (int i = 0; i < 3; ++i) nonces.push_back(desk.issue(start + i * 1ms));
    for (const auto& nonce : nonces) CHECK(desk.use(nonce, 1, start + 5ms) == Standing::fresh);
    CHECK(desk.ledger.size() == 2);
    CHECK(desk.judge(nonces[0], 1, start + 5ms) == Standing::stale);
    CHECK(desk.judge(nonces[0], 2, start + 5ms) == Standing::stale);
    CHECK(desk.judge(nonces[1], 1, start + 5ms) == Standing::replayed);
    CHECK(desk.judge(nonces[1], 2, start + 5ms) == Standing::fresh);
    CHECK(desk.judge(nonces[2], 1, start + 5ms) == Standing::replayed);
}

TEST_CASE("what is as old as a forgotten nonce and unknown is stale, younger ones are fresh") {
    Desk desk(1);
    const auto twin = desk.issue(start + 1ms);
    const auto forgotten = desk.issue(start + 1ms);
    const auto younger = desk.issue(start + 2ms);
    CHECK(desk.use(forgotten, 1, start + 3ms) == Standing::fresh);
    CHECK(desk.use(desk.issue(start + 3ms), 1, start + 3ms) == Standing::fresh);
    CHECK(desk.judge(twin, 1, start + 3ms) == Standing::stale);
    CHECK(desk.judge(younger, 1, start + 3ms) == Standing::fresh);
}

TEST_CASE("the ledger never holds more than its limit, and no pair of nonce and count passes twice") {
    Desk desk(base::limits::nonce_windows);
    auto now = start;
    std::vector<std::string> nonces;
    for (std::size_t i = 0; i < base::limits::nonce_windows + 1000; ++i) {
        if (i % 100 == 0) now += 1ms;
        nonces.push_back(desk.issue(now));
        REQUIRE(desk.use(nonces.back(), 1, now) == Standing::fresh);
    }
    CHECK(desk.ledger.size() == base::limits::nonce_windows);
    for (const auto& nonce : nonces) REQUIRE(desk.judge(nonce, 1, now) != Standing::fresh);
}
