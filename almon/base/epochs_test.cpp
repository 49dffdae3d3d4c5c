#include "almon/base/epochs.hpp"

#include <doctest/doctest.h>

using namespace almon::base;

TEST_CASE("what was unlinked is free once every turn that saw it has ended") {
    Epochs epochs(2);
    epochs.enter(0);
    epochs.enter(1);
    const auto unlinked = epochs.advance();
    CHECK(epochs.oldest() < unlinked);
    epochs.leave(0);
    CHECK(epochs.oldest() < unlinked);
    epochs.leave(1);
    CHECK(epochs.oldest() >= unlinked);
}

TEST_CASE("a turn that begins after the unlinking holds nothing up") {
    Epochs epochs(2);
    const auto unlinked = epochs.advance();
    const Epochs::Turn turn(epochs, 1);
    CHECK(epochs.oldest() >= unlinked);
    CHECK(epochs.oldest() < epochs.advance());
}

TEST_CASE("a reader between turns holds nothing up") {
    Epochs epochs(8);
    CHECK(epochs.oldest() >= epochs.advance());
}
