#include "almon/net/datagram_queue.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "almon/base/limits.hpp"

using namespace almon;
using namespace almon::net;

namespace {

// A kernel with room for so many datagrams.
struct Kernel {
    std::size_t room;
    std::vector<std::string> taken;
    std::size_t operator()(std::span<const Outgoing> datagrams) {
        const auto count = std::min(room, datagrams.size());
        for (const auto& datagram : datagrams.first(count)) taken.emplace_back(datagram.bytes);
        room -= count;
        return count;
    }
};

std::vector<std::string> numbers(std::size_t from, std::size_t to) {
    std::vector<std::string> texts;
    for (auto i = from; i < to; ++i) texts.push_back(std::to_string(i));
    return texts;
}

std::size_t keep(DatagramQueue& queue, const std::vector<std::string>& texts) {
    std::vector<Outgoing> datagrams;
    for (const auto& text : texts) datagrams.push_back({{}, text});
    return queue.keep(datagrams);
}

std::vector<std::string> offer(DatagramQueue& queue, std::size_t room) {
    Kernel kernel{room, {}};
    queue.offer([&](std::span<const Outgoing> batch) { return kernel(batch); });
    return kernel.taken;
}

}  // namespace

TEST_CASE("kept datagrams leave in order as room comes") {
    DatagramQueue queue(100);
    CHECK(keep(queue, numbers(0, 5)) == 0);
    CHECK(offer(queue, 2) == numbers(0, 2));
    CHECK(offer(queue, 0).empty());
    CHECK_FALSE(queue.empty());
    CHECK(offer(queue, 9) == numbers(2, 5));
    CHECK(queue.empty());
}

TEST_CASE("datagrams beyond the limit are dropped, the latest first") {
    DatagramQueue queue(base::limits::unsent_datagrams);
    CHECK(keep(queue, numbers(0, base::limits::unsent_datagrams + 3)) == 3);
    CHECK(keep(queue, numbers(0, 1)) == 1);
    CHECK(offer(queue, 9'999) == numbers(0, base::limits::unsent_datagrams));
}

TEST_CASE("an endpoint stays with its datagram") {
    DatagramQueue queue(1);
    const auto to = base::Endpoint::parse("[2001:db8::1]:5060").value();
    const Outgoing datagram{to, "x"};
    CHECK(queue.keep({&datagram, 1}) == 0);
    queue.offer([&](std::span<const Outgoing> batch) {
        CHECK(batch[0].to == to);
        return batch.size();
    });
    CHECK(queue.empty());
}
