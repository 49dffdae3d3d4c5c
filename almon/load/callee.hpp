// The side that is asked: rings and answers INVITEs, confirms BYEs (RFC 3261 §13.3, §15.1.2). It keeps an
// invitation until its ACK or BYE comes; everything else is answered from the request alone.
#pragma once

#include <string>
#include <string_view>

#include "almon/base/crypto/siphash.hpp"
#include "almon/base/hash_index.hpp"
#include "almon/base/random.hpp"
#include "almon/base/slab.hpp"
#include "almon/load/desk.hpp"
#include "almon/sip/header_name.hpp"

namespace almon::load {

// What the responses to a request repeat of it (RFC 3261 §8.2.6.2).
struct Echo {
    std::string lines;             // To is the last one, and open: its tag may be yet to come
    bool has_tag = false;          // the request is in a dialog
    std::uint64_t invitation = 0;  // of that dialog, if it is one of ours
    std::uint64_t via_hash = 0;    // of the topmost Via, which a repeated INVITE and its CANCEL have too
};

// Where a request came from, and where its responses go.
struct Source {
    std::uint32_t lane = 0;
    Endpoint from{};
};

struct Invitation {
    std::string lines{};  // of all its responses
    Source source{};
    std::uint64_t via_hash = 0;
    bool answered = false;
    Duration interval{};
    Instant gives_up{};
    base::TimerId timer{};
};
using InvitationHandle = base::Handle<Invitation>;

class Callee {
 public:
    Callee(const Desk& desk, base::Random& random);

    void receive(const Source& source, std::string_view octets, Instant now);
    void expire(InvitationHandle handle, Instant now);

    std::size_t invitations() const { return invitations_.size(); }

 private:
    void read(std::string_view octets);
    void read_to(std::string_view value);
    std::uint64_t invitation_in(std::string_view to) const;
    void add_line(const sip::HeaderName& name, std::string_view value);

    void invite(const Source& source, Instant now);
    void ring(const Invitation& invitation);
    void answer(InvitationHandle handle, Instant now);
    void repeat(const Invitation& invitation);
    void cancel(const Source& source);
    void bye(const Source& source);
    void acknowledged(std::string_view octets);
    void confirm(const Source& source, std::string_view start_line);
    void forget(InvitationHandle handle);
    InvitationHandle find() const;
    void send(const Source& source, std::string_view start_line, std::string_view lines,
              std::string_view rest);

    Desk desk_;
    base::HashKey key_;
    std::string ringing_, accepted_;  // what a 180 and a 200 to an INVITE end with
    Echo echo_;                       // of the request that is being worked on
    base::Slab<Invitation> invitations_;
    base::HashIndex by_via_;
    Spares spares_;
};

}  // namespace almon::load
