// What the threads of a server write to each other's shards. A letter is a value; nothing in it is shared.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <variant>

#include "almon/stack/outbox.hpp"

namespace almon::server {
class Node;
}

namespace almon::host {

// A whole message that the reader owns, as another shard received it.
struct HandedOver {
    sip::Flow flow;
    std::string octets;
};

// To be sent over a connection of the reader's.
struct SendOn {
    sip::Flow flow;
    sip::Endpoint fallback;
    std::string octets;
    stack::ClientHandle origin;
    std::uint16_t sender;  // the shard to tell when it cannot be sent
};

struct SendFailed {
    stack::ClientHandle origin;
};

// The store's answer to a commit of the reader's.
struct Committed {
    std::uint64_t ticket;
    bool durable;
};

// Something the commanding thread wants to be done with the node, on the node's own thread.
class Order {
 public:
    virtual ~Order() = default;
    virtual void carry_out(server::Node& node) = 0;
};

using Letter = std::variant<HandedOver, SendOn, SendFailed, Committed, std::unique_ptr<Order>>;

}  // namespace almon::host
