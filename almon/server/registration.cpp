#include "almon/server/registration.hpp"

#include <algorithm>

#include "almon/base/limits.hpp"
#include "almon/server/reach.hpp"
#include "almon/sip/headers/expires.hpp"
#include "almon/sip/headers/path.hpp"

namespace almon::server {

namespace limits = base::limits;

// What the contacts of one REGISTER have in common.
struct Registration::Request {
    const stack::Arrival& arrival;
    const Settings& settings;
    base::Instant now;
    std::optional<std::uint32_t> expires;  // of the Expires field, seconds
    std::string_view path;

    std::string_view call_id() const { return arrival.envelope.call_id.value(); }
    std::uint32_t cseq() const { return arrival.envelope.cseq.number; }
    // A binding that this very request has made: its Call-ID lies in this message.
    bool made(const Binding& binding) const { return binding.call_id.data() == call_id().data(); }
    // §10.3 step 7: a request of the same phone that is not newer is out of order.
    bool is_late_for(const Binding& binding) const {
        return !made(binding) && binding.call_id == call_id() && cseq() <= binding.cseq;
    }
};

namespace {

constexpr Refusal out_of_order{sip::status::server_internal_error, "RFC 3261 §10.3: CSeq out of order"};

tl::unexpected<Refusal> refuse(sip::Status status, const char* why) {
    return tl::unexpected(Refusal{status, why});
}

tl::unexpected<Refusal> refuse(const sip::Error& error) {
    return tl::unexpected(Refusal{sip::status::bad_request, error.rule, error});
}

// §20.19: a malformed value counts as 3600.
std::optional<std::uint32_t> read_expires(const sip::Message& message) {
    if (!message.has(sip::Expires::name)) return {};
    const auto expires = message.get<sip::Expires>();
    return expires ? expires->seconds.count() : 3'600;
}

// A phone that has learnt its outer address (RFC 3581 §9, STUN) has a Contact that holds, and so has one that
// somebody else registers.
bool is_behind_nat(const stack::Arrival& arrival, const sip::Contact& contact) {
    if (sip::is_reliable(arrival.flow.transport) || !is_only_reached_back(arrival)) return false;
    const auto& uri = contact.address.uri;
    return !uri.is_sip() || uri.host().address != arrival.flow.peer.address ||
           uri.port().value_or(sip::default_port(sip::Transport::udp)) != arrival.flow.peer.port;
}

std::uint32_t count_of(std::chrono::seconds seconds) {
    return static_cast<std::uint32_t>(seconds.count());
}

}  // namespace

Registration::Applied Registration::apply(const AorRecord* before, const stack::Arrival& arrival,
                                          const Settings& settings, base::Instant now) {
    bindings_.clear();
    if (before != nullptr)
        for (const auto& binding : before->bindings())
            if (binding.is_current(now)) bindings_.push_back(binding);
    if (!changes_bindings(arrival.message)) return {};
    if (arrival.envelope.call_id.value().size() > limits::call_id_octets)
        return refuse(sip::status::forbidden, "limits::call_id_octets");
    if (auto read = read_path(arrival.message); !read) return read;
    return apply_all({arrival, settings, now, read_expires(arrival.message), path_});
}

Registration::Applied Registration::apply_all(const Request& request) {
    std::size_t contacts = 0;
    bool wildcard = false;
    for (const auto& contact : request.arrival.message.all<sip::Contact>()) {
        if (!contact) return refuse(contact.error());
        ++contacts;
        wildcard |= contact->is_wildcard;
        if (wildcard) continue;
        if (auto applied = apply_contact(request, *contact); !applied) return applied;
    }
    if (!wildcard) return {};
    // §10.3 step 6.
    if (contacts > 1) return refuse(sip::status::bad_request, "RFC 3261 §10.2.2: * beside other contacts");
    if (request.expires != 0U)
        return refuse(sip::status::bad_request, "RFC 3261 §10.2.2: * without Expires: 0");
    return remove_all(request);
}

Registration::Applied Registration::remove_all(const Request& request) {
    const auto late = [&](const Binding& binding) { return request.is_late_for(binding); };
    if (std::any_of(bindings_.begin(), bindings_.end(), late)) return tl::unexpected(out_of_order);
    bindings_.clear();
    return {};
}

Registration::Applied Registration::apply_contact(const Request& request, const sip::Contact& contact) {
    const auto& settings = request.settings;
    const auto asked = contact.expires.value_or(request.expires.value_or(count_of(settings.default_expires)));
    // §10.3 step 7: an hour is never too brief.
    if (asked > 0 && asked < 3'600 && asked < count_of(settings.min_expires))
        return refuse(sip::status::interval_too_brief, "RFC 3261 §10.3: interval too brief");
    if (contact.text.size() > limits::contact_octets)
        return refuse(sip::status::forbidden, "limits::contact_octets");
    Binding wanted;
    wanted.contact = contact.address.uri.text();
    wanted.parameters = contact.parameters.text();
    wanted.call_id = request.call_id();
    wanted.path = request.path;
    wanted.flow = request.arrival.flow;
    wanted.is_behind_nat = is_behind_nat(request.arrival, contact);
    wanted.cseq = request.cseq();
    wanted.q = contact.q.value_or(1'000);
    return put(request, wanted, std::min(asked, count_of(settings.max_expires)));
}

Registration::Applied Registration::put(const Request& request, const Binding& wanted,
                                        std::uint32_t seconds) {
    const auto same = [&](const Binding& binding) { return same_binding(binding, wanted); };
    auto found = std::find_if(bindings_.begin(), bindings_.end(), same);
    if (found != bindings_.end() && request.is_late_for(*found)) return tl::unexpected(out_of_order);
    if (seconds == 0) {
        if (found != bindings_.end()) bindings_.erase(found);
        return {};
    }
    if (found == bindings_.end()) {
        if (bindings_.size() >= request.settings.bindings_per_aor)
            return refuse(sip::status::forbidden, "limits::bindings_per_aor");
        found = bindings_.insert(found, wanted);
    }
    *found = wanted;
    found->expires = request.now + std::chrono::seconds(seconds);
    return {};
}

Registration::Applied Registration::read_path(const sip::Message& message) {
    path_.clear();
    for (const auto& hop : message.all<sip::Path>()) {
        if (!hop) return refuse(hop.error());
        if (!path_.empty()) path_ += ", ";
        path_ += base::printed(*hop);
        if (path_.size() > limits::contact_octets)
            return refuse(sip::status::forbidden, "limits::contact_octets");
    }
    return {};
}

bool changes_bindings(const sip::Message& message) {
    return message.has(sip::Contact::name);
}

void print_contacts(std::span<const Binding> bindings, base::Instant now, base::Printer& out) {
    for (const auto& binding : bindings) {
        if (!binding.is_current(now)) continue;
        out.put("Contact: <").put(binding.contact).put(">;expires=");
        out.put_number(std::chrono::ceil<std::chrono::seconds>(binding.expires - now).count());
        for (const auto& parameter : sip::Parameters::checked(binding.parameters)) {
            if (base::equal_nocase(parameter.name, "expires")) continue;
            out.put(';').put(parameter.name);
            if (parameter.value) out.put('=').put(*parameter.value);
        }
        out.put("\r\n");
    }
}

}  // namespace almon::server
