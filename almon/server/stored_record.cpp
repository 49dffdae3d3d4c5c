#include "almon/server/stored_record.hpp"

#include <algorithm>
#include <concepts>
#include <vector>

#include "almon/base/limits.hpp"
#include "almon/base/scanner.hpp"

namespace almon::server {

namespace {

using base::Errc;
using base::Result;
using base::Scanner;

// The layout: version, then bindings up to the end. Numbers are little-endian, texts have their size before
// them.
constexpr char version = 1;
// Beside the transport: the phone is behind a NAT.
constexpr std::uint8_t behind_nat = 0x80;
constexpr auto rule = "stored binding, version 1";

template <std::unsigned_integral Number>
void put(std::string& out, Number number) {
    for (std::size_t i = 0; i < sizeof number; ++i) out.push_back(static_cast<char>(number >> (8 * i)));
}

void put(std::string& out, std::string_view text) {
    put(out, static_cast<std::uint16_t>(text.size()));
    out.append(text);
}

void put(std::string& out, const sip::Endpoint& endpoint) {
    const auto& octets = endpoint.address.octets();
    const bool v4 = endpoint.address.family() == base::IpAddress::Family::v4;
    put(out, std::string_view(reinterpret_cast<const char*>(octets.data()), v4 ? 4 : 16));
    put(out, endpoint.port);
}

void put(std::string& out, const Binding& binding, const base::Moment& moment) {
    const auto expires =
        moment.wall + std::chrono::ceil<std::chrono::milliseconds>(binding.expires - moment.now);
    put(out, static_cast<std::uint64_t>(expires.time_since_epoch().count()));
    put(out, binding.cseq);
    put(out, binding.q);
    put(out, static_cast<std::uint8_t>(static_cast<std::uint8_t>(binding.flow.transport) |
                                       (binding.is_behind_nat ? behind_nat : 0)));
    put(out, binding.flow.local);
    put(out, binding.flow.peer);
    for (const auto text : {binding.contact, binding.parameters, binding.call_id, binding.path})
        put(out, text);
}

// Reads what put() wrote. After the first fault nothing is read any more: everything is zero or empty.
class Reader {
 public:
    explicit Reader(std::string_view octets) : in_(octets) {}

    bool ok() const { return ok_; }
    bool done() const { return in_.done(); }
    std::size_t offset() const { return in_.offset(); }
    void fail() { ok_ = false; }

    template <std::unsigned_integral Number>
    Number number() {
        const auto octets = take(sizeof(Number));
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < octets.size(); ++i)
            value |= std::uint64_t{static_cast<unsigned char>(octets[i])} << (8 * i);
        return static_cast<Number>(value);
    }
    std::string_view text() { return take(number<std::uint16_t>()); }
    sip::Endpoint endpoint() {
        const auto address = text();
        const auto port = number<std::uint16_t>();
        if (address.size() == 4) return {base::IpAddress::v4(octets<4>(address)), port};
        if (address.size() == 16) return {base::IpAddress::v6(octets<16>(address)), port};
        ok_ = false;
        return {};
    }

 private:
    std::string_view take(std::size_t count) {
        const auto taken = ok_ ? in_.take_count(count) : std::string_view{};
        ok_ = ok_ && taken.size() == count;
        return ok_ ? taken : std::string_view{};
    }
    template <std::size_t count>
    static std::array<std::uint8_t, count> octets(std::string_view text) {
        std::array<std::uint8_t, count> copy;
        std::copy_n(text.begin(), count, copy.begin());
        return copy;
    }

    Scanner in_;
    bool ok_ = true;
};

base::Instant read_expiry(Reader& in, const base::Moment& moment, std::chrono::seconds longest) {
    const auto stored = in.number<std::uint64_t>();
    const auto now = static_cast<std::uint64_t>(moment.wall.time_since_epoch().count());
    if (stored <= now) return moment.now;
    const auto most = static_cast<std::uint64_t>(std::chrono::milliseconds(longest).count());
    return moment.now + std::chrono::milliseconds(std::min(stored - now, most));
}

Binding read_binding(Reader& in, const base::Moment& moment, std::chrono::seconds longest) {
    Binding binding;
    binding.expires = read_expiry(in, moment, longest);
    binding.cseq = in.number<std::uint32_t>();
    binding.q = in.number<std::uint16_t>();
    const auto way = in.number<std::uint8_t>();
    binding.is_behind_nat = (way & behind_nat) != 0;
    const auto transport = static_cast<std::uint8_t>(way & ~behind_nat);
    if (transport > static_cast<std::uint8_t>(sip::Transport::wss) || binding.q > 1000) in.fail();
    binding.flow.transport = static_cast<sip::Transport>(transport);
    binding.flow.local = in.endpoint();
    binding.flow.peer = in.endpoint();
    for (auto* text : {&binding.contact, &binding.parameters, &binding.call_id, &binding.path})
        *text = in.text();
    return binding;
}

}  // namespace

std::string encode(const AorRecord& record, const base::Moment& moment) {
    std::string out(1, version);
    out.reserve(record.memory_octets());
    for (const auto& binding : record.bindings()) put(out, binding, moment);
    return out;
}

Result<std::unique_ptr<AorRecord>> decode(std::string_view aor, std::string_view octets,
                                          const base::Moment& moment, std::chrono::seconds longest) {
    if (aor.size() > base::limits::aor_octets) return base::fail(Errc::too_large, 0, "limits::aor_octets");
    Reader in(octets);
    if (in.number<std::uint8_t>() != version) return base::fail(Errc::unsupported_version, 0, rule);
    std::vector<Binding> bindings;
    while (!in.done()) {
        const auto binding = read_binding(in, moment, longest);
        if (!in.ok()) return base::fail(Errc::unexpected_byte, in.offset(), rule);
        if (binding.is_current(moment.now)) bindings.push_back(binding);
    }
    if (bindings.empty()) return std::unique_ptr<AorRecord>{};
    return AorRecord::pack(aor, bindings);
}

}  // namespace almon::server
