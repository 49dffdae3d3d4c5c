// What must hold for every message that any host sends, whatever the network and the disks do to it: looked
// at as it is sent, so that a run stops being believed at the first one that breaks a rule.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "almon/sim/repeats.hpp"
#include "almon/sim/trace.hpp"
#include "almon/sip/envelope.hpp"

namespace almon::sim {

class Rules final : public Observer {
 public:
    void note(const Passage& passage) override;
    void arrived(const Passage& passage) override;
    // A host has crashed: it cannot know any more what it has answered.
    void forget(const base::IpAddress& host);

    // One sentence for each rule that was broken, with the time and the Call-ID.
    const std::vector<std::string>& broken() const { return broken_; }

 private:
    struct Answered {
        base::IpAddress by;
        std::string challenge, final_response;  // status and To tag; empty: none yet
        bool is_accepted = false;               // an INVITE: by a 2xx
    };
    // What a client has sent, as long as somebody watches (RFC 3261 §17.1).
    struct Asked {
        base::IpAddress by;
        Instant first{}, last{};
        Duration pause{};  // until the next one may follow
        bool has_provisional = false, has_final = false;
    };
    void judge_repeat(const Passage& passage, const sip::Envelope& envelope);
    void judge(const Passage& passage, const sip::Envelope& envelope, sip::Status status);
    void breaks(const Passage& passage, std::string_view call_id, std::string_view rule);

    std::map<std::string, Answered> answered_;  // by who asked, branch and method
    std::map<std::string, Asked> asked_;        // by who asked whom, Via and method
    Repeats repeats_;                           // of responses
    std::vector<std::string> broken_;
};

}  // namespace almon::sim
