#include "almon/store/visitor.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using almon::store::Visitor;

namespace {

void visit_words(Visitor<std::string_view, int> visit) {
    visit("one", 1);
    visit("two", 2);
}

struct Counter {
    int sum = 0;
    void operator()(std::string_view, int value) { sum += value; }
};

}  // namespace

TEST_CASE("a visitor calls the lambda that it was made of, with its captures") {
    std::string seen;
    visit_words([&](std::string_view word, int value) { seen += std::string(word) + std::to_string(value); });
    CHECK(seen == "one1two2");
}

TEST_CASE("a visitor borrows: what the callable keeps is the caller's own") {
    Counter counter;
    visit_words(counter);
    const Visitor<std::string_view, int> visitor(counter);
    visit_words(visitor);
    CHECK(counter.sum == 6);
}

TEST_CASE("a constant callable can be visited with") {
    int calls = 0;
    const auto count = [&calls](std::string_view, int) { ++calls; };
    visit_words(count);
    CHECK(calls == 2);
}
