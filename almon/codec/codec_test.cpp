#include "almon/codec/codec.hpp"

#include <doctest/doctest.h>

#include "almon/codec/test_peers.hpp"

using namespace almon::codec;

namespace {

// Opens after one octet from the wire, brackets what it encodes, ends on '!'.
class Bracket final : public Codec {
 public:
    void start(CodecUser& user) override { user_ = &user; }
    void received(std::string_view octets) override {
        if (!is_open_) {
            is_open_ = true;
            octets.remove_prefix(1);
            user_->opened();
        }
        if (octets.starts_with('!')) return user_->ended({Ending::Kind::rule_broken, "an exclamation mark"});
        if (!octets.empty()) user_->decoded(octets);
    }
    void send(std::string_view octets) override { user_->encoded("<" + std::string(octets) + ">"); }
    void close() override {
        user_->encoded("bye");
        user_->ended({Ending::Kind::closed, "closed"});
    }

 private:
    CodecUser* user_ = nullptr;
    bool is_open_ = false;
};

Peer two_brackets() {
    return Peer(layered(std::make_unique<Bracket>(), std::make_unique<Bracket>()));
}

}  // namespace

TEST_CASE("one codec in another: octets go through both, each way") {
    auto peer = two_brackets();
    peer.start();
    peer.codec().received("1");
    CHECK_FALSE(peer.is_open());
    peer.codec().received("2hello");
    CHECK(peer.is_open());
    CHECK(peer.plain() == "hello");
    peer.codec().send("x");
    CHECK(peer.take_wire() == "<<x>>");
}

TEST_CASE("closing says the farewells of both, the inner first, and ends once") {
    auto peer = two_brackets();
    peer.start();
    peer.codec().received("1");
    peer.codec().received("2");
    peer.codec().close();
    CHECK(peer.take_wire() == "<bye>bye");
    CHECK(peer.kind() == "closed");
}

TEST_CASE("closing before the outer codec is open closes that one") {
    auto peer = two_brackets();
    peer.start();
    peer.codec().close();
    CHECK(peer.take_wire() == "bye");
    CHECK(peer.kind() == "closed");
}

TEST_CASE("whichever ends first gives the reason") {
    auto inner = two_brackets();
    inner.start();
    inner.codec().received("1");
    inner.codec().received("2!");
    CHECK(inner.sentence() == "an exclamation mark");
    CHECK(inner.take_wire() == "bye");
    auto outer = two_brackets();
    outer.start();
    outer.codec().received("1!");
    CHECK(outer.sentence() == "an exclamation mark");
}

TEST_CASE("each kind of ending has its words") {
    for (int kind = 0; kind <= static_cast<int>(Ending::Kind::too_large); ++kind)
        CHECK_FALSE(std::string_view(describe(static_cast<Ending::Kind>(kind))).empty());
}
