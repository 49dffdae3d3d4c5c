#include "almon/net/mailbox.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <thread>

#include "almon/net/turn_until.hpp"

using namespace almon::net;

namespace {

template <class T>
struct Desk : MailboxReader<T> {
    void delivered(std::span<T> letters) override {
        ++deliveries;
        for (auto& letter : letters) read.push_back(std::move(letter));
    }
    std::vector<T> read;
    int deliveries = 0;
};

struct Letter {
    int sender;
    int number;
};

}  // namespace

TEST_CASE("letters of one moment are delivered together, in order") {
    Loop loop;
    Desk<std::unique_ptr<std::string>> desk;
    Mailbox<std::unique_ptr<std::string>> box(loop, desk, 10);
    CHECK(box.push(std::make_unique<std::string>("a")));
    CHECK(box.push(std::make_unique<std::string>("b")));
    CHECK(desk.read.empty());
    settle(loop);
    REQUIRE(desk.read.size() == 2);
    CHECK(*desk.read[0] == "a");
    CHECK(*desk.read[1] == "b");
    CHECK(desk.deliveries == 1);
}

TEST_CASE("a full mailbox sheds, an emptied one takes again") {
    Loop loop;
    Desk<int> desk;
    Mailbox<int> box(loop, desk, 2);
    CHECK(box.push(1));
    CHECK(box.push(2));
    CHECK_FALSE(box.push(3));
    settle(loop);
    CHECK(box.push(4));
    settle(loop);
    CHECK(desk.read == std::vector<int>{1, 2, 4});
}

TEST_CASE("a letter that must not be lost finds room in a full mailbox, in its order") {
    Loop loop;
    Desk<int> desk;
    Mailbox<int> box(loop, desk, 1);
    CHECK(box.push(1));
    box.push_always(2);
    CHECK_FALSE(box.push(3));
    box.push_always(4);
    settle(loop);
    CHECK(desk.read == std::vector<int>{1, 2, 4});
}

TEST_CASE("many letters come in several turns, so that others get theirs between") {
    constexpr auto share = static_cast<int>(almon::base::limits::letters_per_turn);
    Loop loop;
    Desk<int> desk;
    Mailbox<int> box(loop, desk, 10'000);
    for (int i = 0; i < 3 * share + 1; ++i) CHECK(box.push(i));
    settle(loop);
    CHECK(desk.deliveries == 4);
    REQUIRE(desk.read.size() == 3U * share + 1);
    CHECK(desk.read.back() == 3 * share);
}

TEST_CASE("a reader may write to its own mailbox") {
    Loop loop;
    struct Echo : MailboxReader<int> {
        void delivered(std::span<int> letters) override {
            for (const int letter : letters) {
                sum += letter;
                if (letter > 0) CHECK(box->push(letter - 1));
            }
        }
        Mailbox<int>* box = nullptr;
        int sum = 0;
    } echo;
    Mailbox<int> box(loop, echo, 1);
    echo.box = &box;
    CHECK(box.push(4));
    settle(loop);
    CHECK(echo.sum == 10);
}

TEST_CASE("four threads write to one: nothing is lost and each one's order is kept") {
    constexpr int senders = 4;
    constexpr int each = 20'000;
    Loop loop;
    Desk<Letter> desk;
    Mailbox<Letter> box(loop, desk, 256);
    std::vector<std::thread> threads;
    for (int sender = 0; sender < senders; ++sender)
        threads.emplace_back([&box, sender] {
            for (int number = 0; number < each; ++number)
                while (!box.push({sender, number})) std::this_thread::yield();
        });
    CHECK(turn_until(loop, [&] { return desk.read.size() == std::size_t{senders} * each; }));
    for (auto& thread : threads) thread.join();
    std::vector<int> expected(senders, 0);
    for (const auto& letter : desk.read) REQUIRE(letter.number == expected[letter.sender]++);
}
