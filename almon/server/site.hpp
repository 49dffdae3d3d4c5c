// What the shards of one server share: where users are, who they are, whose connections lead to whom, and
// the secrets of this installation.
// All of it may be read by every shard within its turn; each part says who writes it.
#pragma once

#include "almon/base/crypto/mac.hpp"
#include "almon/base/epochs.hpp"
#include "almon/server/connection_table.hpp"
#include "almon/server/location.hpp"
#include "almon/server/record_route.hpp"
#include "almon/server/subscribers.hpp"

namespace almon::server {

// The secrets. `tables` is made anew by each process; the other two outlive it, in the state folder, so that
// dialogs and nonces survive a restart.
struct Keys {
    base::HashKey tables;
    base::HashKey routes;
    base::MacKey nonces{};
};

struct Site {
    // One reader more than shards: the thread that starts and commands them.
    Site(const Keys& keys_of_site, std::uint16_t shard_count)
        : keys(keys_of_site),
          shards(shard_count),
          epochs(static_cast<std::uint16_t>(shard_count + 1)),
          location(epochs, keys.tables, shard_count),
          subscribers(epochs, keys.tables),
          connections(epochs, keys.tables, shard_count),
          signer(keys.routes) {}

    std::uint16_t commander() const { return shards; }

    const Keys keys;
    const std::uint16_t shards;
    base::Epochs epochs;
    Location location;
    Subscribers subscribers;
    ConnectionTable connections;
    const RouteSigner signer;
};

}  // namespace almon::server
