// What a REGISTER makes of the bindings of its address-of-record (RFC 3261 §10.3 steps 6 to 8), as a plain
// calculation: nothing is answered, stored or published here. All of a request takes effect, or nothing of
// it.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "almon/base/printer.hpp"
#include "almon/server/binding.hpp"
#include "almon/server/settings.hpp"
#include "almon/sip/headers/contact.hpp"
#include "almon/stack/users.hpp"

namespace almon::server {

// Why a request gets no 2xx.
struct Refusal {
    sip::Status status;
    const char* why;                       // for the Warning and for the log
    std::optional<sip::Error> where = {};  // when the octets are to blame
};

// One object serves all REGISTERs of a shard, one after the other, so that its memory is used again.
class Registration {
 public:
    // `before`: the bindings so far, null when there are none; the expired ones of them count as gone.
    // After a refusal bindings() means nothing.
    [[nodiscard]] tl::expected<void, Refusal> apply(const AorRecord* before, const stack::Arrival& arrival,
                                                    const Settings& settings, base::Instant now);
    // What is bound then. Borrows from `before` and from the message.
    std::span<const Binding> bindings() const { return bindings_; }

 private:
    using Applied = tl::expected<void, Refusal>;
    struct Request;
    Applied apply_all(const Request& request);
    Applied apply_contact(const Request& request, const sip::Contact& contact);
    Applied remove_all(const Request& request);
    Applied put(const Request& request, const Binding& wanted, std::uint32_t seconds);
    Applied read_path(const sip::Message& message);

    std::vector<Binding> bindings_;
    std::string path_;
};

// Whether it asks for a change at all; without a Contact it fetches (§10.2.3).
bool changes_bindings(const sip::Message& message);

// "Contact: <…>;expires=…" for each current binding (§10.3 step 8), with the parameters that the phone gave.
void print_contacts(std::span<const Binding> bindings, base::Instant now, base::Printer& out);

}  // namespace almon::server
