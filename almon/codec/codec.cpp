#include "almon/codec/codec.hpp"

#include "almon/base/assert.hpp"

namespace almon::codec {

namespace {

class Layered final : public Codec {
 public:
    Layered(std::unique_ptr<Codec> outer, std::unique_ptr<Codec> inner)
        : outer_(std::move(outer)), inner_(std::move(inner)) {}

    void start(CodecUser& user) override {
        user_ = &user;
        outer_->start(between_);
    }
    void received(std::string_view octets) override { outer_->received(octets); }
    void send(std::string_view octets) override { inner_->send(octets); }
    void close() override {
        if (inner_started_)
            inner_->close();
        else
            outer_->close();
    }

 private:
    // The outer codec's user: what it decodes is for the inner one.
    struct Between final : CodecUser {
        explicit Between(Layered& owner) : all(owner) {}
        void opened() override { all.start_inner(); }
        void decoded(std::string_view octets) override { all.inner_->received(octets); }
        void encoded(std::string_view octets) override { all.user_->encoded(octets); }
        void ended(const Ending& ending) override { all.end(ending); }
        Layered& all;
    };
    // The inner codec's user: what it encodes goes out through the outer one.
    struct Above final : CodecUser {
        explicit Above(Layered& owner) : all(owner) {}
        // The outer codec may have ended inside a call of the inner one, which goes on for a moment.
        void opened() override {
            if (!all.ended_) all.user_->opened();
        }
        void decoded(std::string_view octets) override {
            if (!all.ended_) all.user_->decoded(octets);
        }
        void encoded(std::string_view octets) override { all.outer_->send(octets); }
        void ended(const Ending& ending) override { all.inner_ended(ending); }
        Layered& all;
    };

    void start_inner() {
        inner_started_ = true;
        inner_->start(above_);
    }

    // The user is told when the outer farewell is encoded too, and by the first reason.
    void inner_ended(const Ending& ending) {
        if (ended_) return;
        ended_ = true;
        outer_->close();
        user_->ended(ending);
    }

    void end(const Ending& ending) {
        if (ended_) return;
        ended_ = true;
        user_->ended(ending);
    }

    CodecUser* user_ = nullptr;
    bool inner_started_ = false;
    bool ended_ = false;
    Between between_{*this};
    Above above_{*this};
    std::unique_ptr<Codec> outer_;
    std::unique_ptr<Codec> inner_;
};

}  // namespace

const char* describe(Ending::Kind kind) {
    switch (kind) {
        case Ending::Kind::closed: return "closed";
        case Ending::Kind::closed_by_peer: return "closed by the peer";
        case Ending::Kind::other_protocol: return "another protocol";
        case Ending::Kind::no_agreement: return "no agreement";
        case Ending::Kind::untrusted: return "not trusted";
        case Ending::Kind::refused_by_peer: return "refused by the peer";
        case Ending::Kind::rule_broken: return "a rule was broken";
        case Ending::Kind::too_large: return "too large";
    }
    ALMON_ASSERT(false);
}

std::unique_ptr<Codec> layered(std::unique_ptr<Codec> outer, std::unique_ptr<Codec> inner) {
    return std::make_unique<Layered>(std::move(outer), std::move(inner));
}

}  // namespace almon::codec
