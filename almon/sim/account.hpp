// Who a simulated phone is, and how it proves that: what its registration and its calls have in common.
#pragma once

#include <string>
#include <string_view>

#include "almon/sim/network.hpp"
#include "almon/sip/digest/client.hpp"
#include "almon/sip/message.hpp"
#include "almon/sip/transport/flow.hpp"

namespace almon::sim {

struct PhoneOptions {
    std::string user, password, domain;
    Endpoint address{};
    Endpoint server{};  // where all requests go that no route leads elsewhere
    sip::Transport transport = sip::Transport::udp;
};

class Account {
 public:
    explicit Account(PhoneOptions options);

    const PhoneOptions& options() const { return options_; }
    // The address-of-record, as From and To write it.
    std::string address_of_record() const { return "<sip:" + options_.user + "@" + options_.domain + ">"; }
    std::string contact() const;
    sip::Flow flow_to_server() const;

    // Takes in the challenges of a 401 or 407. True: the request is to be sent again, with credentials.
    bool answers_challenge(const sip::Message& answer, sip::digest::Tries& tries, base::Random& random);
    // A whole line; empty before the first challenge.
    std::string credentials(std::string_view field, std::string_view method, std::string_view uri);

 private:
    PhoneOptions options_;
    sip::digest::Client digest_;
};

}  // namespace almon::sim
