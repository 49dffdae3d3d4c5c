#include "almon/server/binding.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

#include "almon/base/assert.hpp"
#include "almon/base/scanner.hpp"
#include "almon/sip/parameters.hpp"
#include "almon/sip/uri.hpp"

namespace almon::server {

namespace {

// What of a binding has a fixed size; its texts follow it, in the order of `sizes`.
struct Fixed {
    base::Instant expires;
    sip::Flow flow;
    std::uint32_t cseq;
    std::uint16_t q;
    std::uint16_t sizes[4];  // contact, parameters, Call-ID, Path
    bool is_behind_nat;
};

std::uint16_t packed_size(std::size_t size) {
    ALMON_ASSERT(size <= std::numeric_limits<std::uint16_t>::max());
    return static_cast<std::uint16_t>(size);
}

std::size_t packed_octets(const Binding& b) {
    return sizeof(Fixed) + b.contact.size() + b.parameters.size() + b.call_id.size() + b.path.size();
}

char* put(char* to, std::string_view text) {
    return std::copy(text.begin(), text.end(), to);
}

char* put(char* to, const Binding& b) {
    const Fixed fixed{b.expires,
                      b.flow,
                      b.cseq,
                      b.q,
                      {packed_size(b.contact.size()), packed_size(b.parameters.size()),
                       packed_size(b.call_id.size()), packed_size(b.path.size())},
                      b.is_behind_nat};
    std::memcpy(to, &fixed, sizeof fixed);
    to += sizeof fixed;
    for (const auto text : {b.contact, b.parameters, b.call_id, b.path}) to = put(to, text);
    return to;
}

bool equivalent_contacts(std::string_view a, std::string_view b) {
    if (a == b) return true;
    const auto uri_a = sip::Uri::parse(a);
    const auto uri_b = sip::Uri::parse(b);
    return uri_a && uri_b && sip::equivalent(*uri_a, *uri_b);
}

}  // namespace

std::string_view Binding::instance() const {
    return sip::Parameters::checked(parameters).value("+sip.instance").value_or("");
}

std::optional<std::uint32_t> Binding::reg_id() const {
    const auto text = sip::Parameters::checked(parameters).value("reg-id");
    if (!text) return {};
    base::Scanner in(*text);
    const auto number = in.number(std::numeric_limits<std::uint32_t>::max(), "RFC 5626 §4.2");
    if (!number || !in.done()) return {};
    return static_cast<std::uint32_t>(*number);
}

bool same_binding(const Binding& a, const Binding& b) {
    const auto flow_a = a.reg_id();
    const auto flow_b = b.reg_id();
    if (flow_a && flow_b && !a.instance().empty() && !b.instance().empty())
        return flow_a == flow_b && a.instance() == b.instance();
    return equivalent_contacts(a.contact, b.contact);
}

AorRecord::Iterator::Iterator(const char* at, std::uint16_t left) : at_(at), left_(left) {
    if (left_ > 0) read();
}

AorRecord::Iterator& AorRecord::Iterator::operator++() {
    if (--left_ > 0) read();
    return *this;
}

void AorRecord::Iterator::read() {
    Fixed fixed;
    std::memcpy(&fixed, at_, sizeof fixed);
    at_ += sizeof fixed;
    const auto take = [this](std::uint16_t size) {
        at_ += size;
        return std::string_view(at_ - size, size);
    };
    binding_.contact = take(fixed.sizes[0]);
    binding_.parameters = take(fixed.sizes[1]);
    binding_.call_id = take(fixed.sizes[2]);
    binding_.path = take(fixed.sizes[3]);
    binding_.expires = fixed.expires;
    binding_.flow = fixed.flow;
    binding_.cseq = fixed.cseq;
    binding_.q = fixed.q;
    binding_.is_behind_nat = fixed.is_behind_nat;
}

AorRecord::Iterator AorRecord::Bindings::begin() const {
    return {record->text() + record->aor_size_, record->count_};
}

std::unique_ptr<AorRecord> AorRecord::pack(std::string_view aor, std::span<const Binding> bindings) {
    std::size_t size = aor.size();
    for (const auto& binding : bindings) size += packed_octets(binding);
    std::unique_ptr<AorRecord> record(new (size) AorRecord(size));
    record->aor_size_ = packed_size(aor.size());
    record->count_ = packed_size(bindings.size());
    auto* at = put(const_cast<char*>(record->text()), aor);
    for (const auto& binding : bindings) at = put(at, binding);
    ALMON_ASSERT(at == record->text() + size);
    return record;
}

base::Instant AorRecord::earliest_expiry() const {
    auto earliest = base::Instant::max();
    for (const auto& binding : bindings()) earliest = std::min(earliest, binding.expires);
    return earliest;
}

}  // namespace almon::server
