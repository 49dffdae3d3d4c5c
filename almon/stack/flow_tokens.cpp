#include "almon/stack/flow_tokens.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <concepts>
#include <span>

namespace almon::stack {
namespace {

constexpr std::size_t octets_of_v4 = 4, octets_of_v6 = 16;
// Transport, listener, address, port; for a connection also its process, shard, slot and generation.
constexpr std::size_t most_octets = 1 + 1 + octets_of_v6 + 2 + 4 + 2 + 4 + 4;
constexpr std::uint8_t v6_mark = 0x80;  // beside the transport

class Writer {
 public:
    template <std::unsigned_integral Number>
    void put(Number number) {
        for (auto shift = 8 * sizeof number; shift > 0; shift -= 8)
            octets_[size_++] = static_cast<unsigned char>(number >> (shift - 8));
    }
    void put(std::span<const std::uint8_t> octets) {
        for (const auto octet : octets) put(octet);
    }
    std::span<const unsigned char> octets() const { return std::span(octets_).first(size_); }

 private:
    std::array<unsigned char, most_octets> octets_;
    std::size_t size_ = 0;
};

// After what is no number all is zero, and ok() false.
class Reader {
 public:
    explicit Reader(std::string_view digits) : digits_(digits) {}

    template <std::unsigned_integral Number>
    Number number() {
        Number number = 0;
        const auto part = digits_.substr(0, 2 * sizeof number);
        const auto [stop, error] = std::from_chars(part.data(), part.data() + part.size(), number, 16);
        ok_ = ok_ && part.size() == 2 * sizeof number && error == std::errc{} &&
              stop == part.data() + part.size();
        digits_.remove_prefix(part.size());
        return ok_ ? number : Number{0};
    }
    template <std::size_t count>
    std::array<std::uint8_t, count> octets() {
        std::array<std::uint8_t, count> read;
        for (auto& octet : read) octet = number<std::uint8_t>();
        return read;
    }
    bool ok() const { return ok_; }
    bool done() const { return digits_.empty(); }

 private:
    std::string_view digits_;
    bool ok_ = true;
};

base::IpAddress read_address(Reader& in, bool is_v6) {
    return is_v6 ? base::IpAddress::v6(in.octets<octets_of_v6>())
                 : base::IpAddress::v4(in.octets<octets_of_v4>());
}

}  // namespace

FlowTokens::FlowTokens(const std::vector<Listener>& listeners, const base::HashKey& key)
    : listeners_(listeners), process_(static_cast<std::uint32_t>(base::siphash64(key, {"flow tokens"}))) {}

void FlowTokens::print(const sip::Flow& flow, base::Printer& out) const {
    const auto own = std::ranges::find_if(listeners_, [&](const Listener& one) {
        return one.transport == flow.transport && one.local == flow.local;
    });
    if (own == listeners_.end()) return;
    const auto& address = flow.peer.address;
    const bool is_v6 = address.family() == base::IpAddress::Family::v6;
    Writer word;
    word.put(static_cast<std::uint8_t>(static_cast<std::uint8_t>(flow.transport) | (is_v6 ? v6_mark : 0)));
    word.put(static_cast<std::uint8_t>(own - listeners_.begin()));
    word.put(std::span(address.octets()).first(is_v6 ? octets_of_v6 : octets_of_v4));
    word.put(flow.peer.port);
    if (flow.connection) {
        word.put(process_);
        word.put(flow.connection.shard);
        word.put(flow.connection.slot);
        word.put(flow.connection.generation);
    }
    out.put_hex(word.octets());
}

std::optional<sip::Flow> FlowTokens::read(std::string_view word) const {
    Reader in(word);
    sip::Flow flow;
    const auto transport = in.number<std::uint8_t>();
    const auto own = in.number<std::uint8_t>();
    flow.peer.address = read_address(in, (transport & v6_mark) != 0);
    flow.peer.port = in.number<std::uint16_t>();
    if (!in.ok() || own >= listeners_.size()) return {};
    flow.transport = listeners_[own].transport;
    flow.local = listeners_[own].local;
    if (static_cast<std::uint8_t>(flow.transport) != (transport & ~v6_mark)) return {};
    if (in.done()) return flow;
    const bool is_of_this_process = in.number<std::uint32_t>() == process_;
    const auto shard = in.number<std::uint16_t>();
    const auto slot = in.number<std::uint32_t>();
    const auto generation = in.number<std::uint32_t>();
    if (!in.ok() || !in.done()) return {};
    if (is_of_this_process) flow.connection = {slot, generation, shard};
    return flow;
}

}  // namespace almon::stack
