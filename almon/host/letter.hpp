// What the threads of a server write to each other's shards. A letter is a value; nothing in it is shared.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "almon/host/store_thread.hpp"
#include "almon/stack/outbox.hpp"

namespace almon::host {

class Shard;

// A whole message that the reader owns, as another shard received it.
struct HandedOver {
    sip::Flow flow;
    std::string octets;
};

// Whom to tell when something cannot be sent: a client transaction of that shard, or nobody.
struct Sender {
    stack::ClientHandle origin;
    std::uint16_t shard;
};

// To be sent over a connection of the reader's.
struct SendOn {
    sip::Flow flow;
    sip::Endpoint fallback;
    std::string octets;
    Sender sender;
};

struct SendFailed {
    stack::ClientHandle origin;
};

// The store's answers to commits of the reader's.
struct Committed {
    std::vector<CommitAnswer> answers;
};

// Something the commanding thread wants to be done with a shard, on the shard's own thread.
class Order {
 public:
    virtual ~Order() = default;
    virtual void carry_out(Shard& shard) = 0;
};

using Letter = std::variant<HandedOver, SendOn, SendFailed, Committed, std::unique_ptr<Order>>;

}  // namespace almon::host
