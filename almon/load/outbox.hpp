// What is to be sent, in one arena whose memory is used again, so that a whole step leaves in one batch.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "almon/base/address.hpp"
#include "almon/base/printer.hpp"

namespace almon::load {

class Outbox {
 public:
    struct Packet {
        std::uint32_t lane;
        base::Endpoint to;
        std::size_t at, size;
    };

    // Has print(Printer&) write one message, once more with more room when that is too little.
    template <class Print>
    void send(std::uint32_t lane, const base::Endpoint& to, Print print) {
        for (std::size_t room = usual_octets;; room *= 2) {
            if (arena_.size() - used_ < room) arena_.resize(std::max(2 * arena_.size(), used_ + room));
            base::Printer out{std::span(arena_).subspan(used_)};
            print(out);
            if (out.overflowed()) continue;
            packets_.push_back({lane, to, used_, out.size()});
            used_ += out.size();
            return;
        }
    }

    std::span<const Packet> packets() const { return packets_; }
    std::string_view octets(const Packet& packet) const { return {arena_.data() + packet.at, packet.size}; }
    bool empty() const { return packets_.empty(); }
    void clear() {
        packets_.clear();
        used_ = 0;
    }

 private:
    static constexpr std::size_t usual_octets = 4'096;
    std::vector<char> arena_;
    std::size_t used_ = 0;
    std::vector<Packet> packets_;
};

}  // namespace almon::load
