#include "almon/net/loop.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <thread>

#include "almon/base/limits.hpp"
#include "almon/net/clock.hpp"
#include "almon/net/turn_until.hpp"

using namespace almon;
using namespace almon::net;
using namespace std::chrono_literals;

namespace {

struct Diary : TurnEnd {
    Diary(Loop& its_loop, std::string its_name, std::string& shared_text)
        : loop(its_loop), name(std::move(its_name)), text(shared_text) {}
    void turn_ended() override {
        text += name;
        if (next != nullptr) loop.at_this_turn_end(*std::exchange(next, nullptr));
    }
    Loop& loop;
    std::string name;
    std::string& text;
    TurnEnd* next = nullptr;
};

}  // namespace

TEST_CASE("posted work is done in order, on the loop's thread") {
    Loop loop;
    std::string text;
    std::thread::id worker;
    std::thread thread([&] {
        worker = std::this_thread::get_id();
        loop.run();
    });
    bool elsewhere = true;
    loop.post([&] { text += 'a'; });
    loop.post([&, word = std::make_unique<std::string>("b")] { text += *word; });
    loop.post([&] {
        elsewhere = std::this_thread::get_id() != worker;
        loop.stop();
    });
    thread.join();
    CHECK(text == "ab");
    CHECK_FALSE(elsewhere);
}

TEST_CASE("a loop that was stopped does not run again") {
    Loop loop;
    loop.stop();
    loop.run();
    bool done = false;
    loop.post([&] { done = true; });
    CHECK_FALSE(loop.turn(0ns));
    CHECK_FALSE(done);
}

TEST_CASE("an idle turn reports that nothing happened") {
    Loop loop;
    CHECK_FALSE(loop.turn(0ns));
    CHECK_FALSE(loop.turn(1ms));
}

TEST_CASE("work left on a loop is destroyed with it") {
    auto token = std::make_shared<int>(1);
    {
        Loop loop;
        loop.post([token] {});
        CHECK(token.use_count() == 2);
    }
    CHECK(token.use_count() == 1);
}

TEST_CASE("a turn ends once, after a whole batch") {
    Loop loop;
    std::string text;
    Diary host(loop, "|", text);
    loop.at_every_turn_end(&host);
    for (int i = 0; i < 3; ++i) loop.post([&] { text += 'w'; });
    CHECK(loop.turn(0ns));
    CHECK(text == "www|");
    loop.at_every_turn_end(nullptr);
    loop.turn(0ns);
    CHECK(text == "www|");
}

TEST_CASE("a batch is at most a turn's share of events") {
    Loop loop;
    std::size_t done = 0;
    for (std::size_t i = 0; i < base::limits::events_per_turn + 1; ++i) loop.post([&] { ++done; });
    loop.turn(0ns);
    CHECK(done == base::limits::events_per_turn);
    loop.turn(0ns);
    CHECK(done == base::limits::events_per_turn + 1);
}

TEST_CASE("events that come often share their turns when the loop gathers") {
    Loop loop;
    std::string text;
    Diary host(loop, "|", text);
    loop.at_every_turn_end(&host);
    loop.gather_for(200ms);
    std::thread thread([&] { loop.run(); });
    for (int i = 0; i < 50; ++i) {
        loop.post([&] { loop.moment(); });  // as all do who have work
        for (const auto begin = read_clocks().now; read_clocks().now < begin + 100us;)
            std::this_thread::yield();
    }
    loop.post([&] { loop.stop(); });
    thread.join();
    CHECK(text.size() < 10);  // of up to 51
}

TEST_CASE("a loop gathers neither at the first event nor while it leaves more behind than it takes") {
    Loop loop;
    loop.gather_for(1h);
    loop.post([&] {
        loop.hurry();
        loop.post([&] { loop.stop(); });
    });
    loop.run();
}

TEST_CASE("hooks of one turn come after the host's, once, and may add others") {
    Loop loop;
    std::string text;
    Diary host(loop, "h", text);
    Diary first(loop, "1", text);
    Diary second(loop, "2", text);
    loop.at_every_turn_end(&host);
    host.next = &first;
    first.next = &second;
    loop.post([] {});
    loop.turn(0ns);
    CHECK(text == "h12");
    loop.turn(0ns);
    CHECK(text == "h12h");
}

TEST_CASE("a hook set between turns is called before the loop waits") {
    Loop loop;
    std::string text;
    Diary hook(loop, "x", text);
    loop.at_this_turn_end(hook);
    loop.turn(0ns);
    CHECK(text == "x");
}

TEST_CASE("a hook that goes away is not called") {
    Loop loop;
    std::string text;
    Diary hook(loop, "x", text);
    loop.at_this_turn_end(hook);
    loop.forget(hook);
    loop.turn(0ns);
    CHECK(text.empty());
}

TEST_CASE("time stands still within a turn") {
    Loop loop;
    base::Instant early{};
    base::Instant late{};
    base::Instant next{};
    loop.post([&] { early = loop.moment().now; });
    loop.post([&] {
        while (read_clocks().now <= early) {
        }
        late = loop.moment().now;
    });
    loop.turn(0ns);
    loop.post([&] { next = loop.moment().now; });
    loop.turn(0ns);
    CHECK(early == late);
    CHECK(next > early);
}
