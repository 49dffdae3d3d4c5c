// Which of several final responses a forking proxy forwards (RFC 3261 §16.7 steps 6 and 7).
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "almon/sip/edits.hpp"
#include "almon/sip/message.hpp"

namespace almon::server {

// How much a caller gets from this final response; the lowest is the best. 6xx before all; then the lowest
// class; within 4xx those first that help to send the request again; 503 last.
unsigned rank(sip::Status status);

// Gathers the final responses of all branches and keeps the best of them, and the challenges of the rest.
class BestResponse {
 public:
    void offer(const sip::Message& response);
    // What a branch counts as that brought no response: 408 (§16.7 step 6), 503 (§16.9), 487.
    void offer(sip::Status own);

    // The status to answer with. A 503 means only its sender and goes no further: 500 (§16.7 step 6).
    std::optional<sip::Status> status() const;
    // The response to forward, or null when the answer is our own.
    const sip::Message* response() const;
    // §16.7 step 7: the challenges that came with other 401s and 407s, when it is one itself.
    void add_challenges(sip::Edits& edits) const;

 private:
    bool beats(sip::Status status) const;
    void keep_challenges(const sip::Message& response);

    std::optional<sip::Status> status_;
    std::unique_ptr<sip::Message> best_;
    struct Challenge {
        bool is_proxys;
        std::string value;
    };
    std::vector<Challenge> challenges_;  // of responses that are not the best
    std::size_t challenge_octets_ = 0;
};

}  // namespace almon::server
