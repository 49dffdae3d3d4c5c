// Which responses a host may send again, watched on the wire (RFC 3261 §17.2, §13.3.1.4; RFC 6026 §7.1). A
// refusal of an INVITE is repeated by its transaction over UDP, after T1 and then after longer and longer
// until T2, to the ACK or for 64 T1. A 2xx to an INVITE is repeated in the same way by who was called, and
// passed on by a proxy as often as it comes. Everything else is sent again only to whoever asks again.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "almon/sim/trace.hpp"
#include "almon/sip/envelope.hpp"

namespace almon::sim {

class Repeats {
 public:
    // To the host that it was sent to.
    void arrived(const Passage& passage, const sip::Message& message, const sip::Envelope& envelope);
    // A response leaves: the rule that it breaks, if it does.
    std::optional<std::string_view> sent(const Passage& passage, sip::Status status,
                                         const sip::Envelope& envelope);
    // A host has crashed: it cannot know any more what it has answered.
    void forget(const base::IpAddress& host);

 private:
    using Key = std::pair<base::IpAddress, std::string>;  // the host that answers, and what
    // Something has come that one response may leave for: at once, but over a stream that is to be opened.
    struct Occasion {
        Instant last{};
        unsigned at_last = 0, ever = 0;
        void note(Instant now);
        bool take(Instant now, bool over_stream);
    };
    struct Answer {
        Instant first{}, last{};
        Duration pause{};  // until the next one may follow by itself
        bool was_passed_on = false;
    };
    static bool has_occasion(std::map<Key, Occasion>& occasions, const Key& key, Instant now,
                             bool over_stream);
    static std::optional<std::string_view> judge_timed(Answer& answer, Instant now, bool is_acknowledged);

    std::map<Key, Occasion> asked_;  // by transaction
    std::map<Key, Occasion> heard_;  // by response, from whom it was passed on
    std::map<Key, Answer> answers_;  // by transaction and response
    std::set<Key> acknowledged_;     // refused transactions, and accepted dialogs
};

}  // namespace almon::sim
