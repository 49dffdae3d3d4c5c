// Two codecs back to back, for tests: what one encodes is cut anyhow and given to the other.
#pragma once

#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "almon/base/random.hpp"
#include "almon/codec/certificate.hpp"
#include "almon/codec/codec.hpp"

namespace almon::codec {

inline constexpr base::WallTime noon{
    std::chrono::sys_days(std::chrono::year(2026) / 6 / 15).time_since_epoch() + std::chrono::hours(12)};
inline constexpr base::WallTime a_year_ago = noon - std::chrono::days(365);
inline constexpr base::WallTime in_a_year = noon + std::chrono::days(365);

// One end: its codec, and what its codec told.
class Peer final : public CodecUser {
 public:
    explicit Peer(std::unique_ptr<Codec> codec) : codec_(std::move(codec)) {}

    void start() { codec_->start(*this); }
    Codec& codec() { return *codec_; }
    bool is_open() const { return is_open_; }
    const std::string& plain() const { return plain_; }
    const std::vector<std::string>& messages() const { return messages_; }
    const std::optional<Ending>& ending() const { return ending_; }
    std::string kind() const { return ending_ ? describe(ending_->kind) : "not ended"; }
    std::string sentence() const { return ending_ ? ending_->sentence : ""; }
    std::string take_wire() { return std::exchange(wire_, {}); }
    // What it answers to everything.
    void echo() { is_echo_ = true; }
    void close_when_decoded() { closes_ = true; }
    void send_when_opened(std::string octets) { first_ = std::move(octets); }

 private:
    void opened() override {
        CHECK_FALSE(is_open_);
        is_open_ = true;
        if (!first_.empty()) codec_->send(first_);
    }
    void decoded(std::string_view octets) override {
        CHECK(is_open_);
        CHECK_FALSE(ending_);
        plain_.append(octets);
        messages_.emplace_back(octets);
        if (is_echo_) codec_->send(octets);
        if (closes_) codec_->close();
    }
    void encoded(std::string_view octets) override {
        CHECK_FALSE(ending_);
        wire_.append(octets);
    }
    void ended(const Ending& ending) override {
        CHECK_FALSE(ending_);
        ending_ = ending;
    }

    std::unique_ptr<Codec> codec_;
    bool is_open_ = false;
    bool is_echo_ = false;
    bool closes_ = false;
    std::string plain_, wire_, first_;
    std::vector<std::string> messages_;
    std::optional<Ending> ending_;
};

// How many octets arrive at a time.
class Cut {
 public:
    static Cut whole() { return Cut(0, nullptr); }
    static Cut single() { return Cut(1, nullptr); }
    static Cut random(base::Random& random) { return Cut(0, &random); }

    std::size_t next(std::size_t available) {
        if (random_ != nullptr) return 1 + random_->below(available);
        return size_ == 0 ? available : size_;
    }

 private:
    Cut(std::size_t size, base::Random* random) : size_(size), random_(random) {}
    std::size_t size_;
    base::Random* random_;
};

inline void deliver(std::string octets, Peer& to, Cut& cut) {
    while (!octets.empty()) {
        const auto size = std::min(cut.next(octets.size()), octets.size());
        // A buffer of its own: an address sanitizer sees every octet that is read beyond it.
        to.codec().received(std::string(octets.substr(0, size)));
        octets.erase(0, size);
    }
}

// Until nobody has anything to say.
inline void converse(Peer& a, Peer& b, Cut cut = Cut::whole()) {
    for (;;) {
        auto to_b = a.take_wire(), to_a = b.take_wire();
        if (to_a.empty() && to_b.empty()) return;
        deliver(std::move(to_b), b, cut);
        deliver(std::move(to_a), a, cut);
    }
}

inline CertificateWish wish_for(const std::string& domain) {
    return CertificateWish::for_hosts({domain}, {}, a_year_ago, in_a_year);
}

}  // namespace almon::codec
