#include "almon/server/best_response.hpp"

#include <array>

#include "almon/base/limits.hpp"

namespace almon::server {
namespace {

constexpr sip::HeaderName www_authenticate{"WWW-Authenticate"};
constexpr sip::HeaderName proxy_authenticate{"Proxy-Authenticate"};

// §16.7 step 6 names the first five; a phone that rang and was busy says more than one that nobody answered.
unsigned rank_in_class(sip::Status status) {
    switch (status.code()) {
        case 401:
        case 407:
        case 415:
        case 420:
        case 484: return 0;
        case 408:
        case 480: return 2;
        case 487: return 3;
        case 503: return 3;
        default: return 1;
    }
}

bool is_challenge(sip::Status status) {
    return status == sip::status::unauthorized || status == sip::status::proxy_authentication_required;
}

}  // namespace

unsigned rank(sip::Status status) {
    if (status.is_global_failure()) return 0;
    return status.response_class() * 10U + rank_in_class(status);
}

void BestResponse::offer(const sip::Message& response) {
    if (!beats(response.status())) return keep_challenges(response);
    if (best_) keep_challenges(*best_);
    if (!best_) best_ = std::make_unique<sip::Message>();
    *best_ = response;
    status_ = response.status();
}

void BestResponse::offer(sip::Status own) {
    if (!beats(own)) return;
    if (best_) keep_challenges(*best_);
    best_.reset();
    status_ = own;
}

std::optional<sip::Status> BestResponse::status() const {
    return status_ == sip::status::service_unavailable ? sip::status::server_internal_error : status_;
}

const sip::Message* BestResponse::response() const {
    return status_ == sip::status::service_unavailable ? nullptr : best_.get();
}

void BestResponse::add_challenges(sip::Edits& edits) const {
    if (!status_ || !is_challenge(*status_)) return;
    for (const auto& challenge : challenges_)
        edits.append(challenge.is_proxys ? proxy_authenticate : www_authenticate, challenge.value);
}

bool BestResponse::beats(sip::Status status) const {
    return !status_ || rank(status) < rank(*status_);
}

void BestResponse::keep_challenges(const sip::Message& response) {
    if (!is_challenge(response.status())) return;
    for (const auto& field : response.fields()) {
        const bool is_proxys = proxy_authenticate.matches(response.name(field), field.name_hash);
        if (!is_proxys && !www_authenticate.matches(response.name(field), field.name_hash)) continue;
        const auto value = response.value(field);
        // They must all fit one response.
        if (challenge_octets_ + value.size() > base::limits::message_octets / 4) return;
        challenge_octets_ += value.size();
        challenges_.push_back({is_proxys, std::string(value)});
    }
}

}  // namespace almon::server
