// Where subscribers and bindings last. A store belongs to one thread at a time; a host runs it on its store
// thread and gives it the changes of all shards in batches. Nothing here is on the way of a call: look-ups
// are answered from memory, and the store is read when a server starts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "almon/store/failure.hpp"
#include "almon/store/record.hpp"
#include "almon/store/visitor.hpp"

namespace almon::store {

// What a commit() that succeeded promises.
enum class Durability : std::uint8_t {
    commit,   // the changes survive a power cut
    relaxed,  // they survive the death of this process; a power cut may take the last ones, never half a
              // batch
    memory,   // nothing: locations are not written, and those of an earlier run are forgotten
};

class Store {
 public:
    virtual ~Store() = default;

    // All of the changes, in order, or none of them. A failure leaves the store as it was and usable.
    [[nodiscard]] virtual Stored<void> commit(std::span<const Change> changes) = 0;

    // What was committed before survives a power cut from here on, where it is kept at all. With
    // Durability::commit it does so anyway.
    [[nodiscard]] virtual Stored<void> sync() = 0;

    // Commits are appended to a journal, which is cheap; folding moves the oldest `max_changes` of them to
    // their place. To be called when there is nothing else to do or the journal is long. Gives how many are
    // left. What is not folded is neither lost nor invisible, it only makes the next start longer.
    [[nodiscard]] virtual Stored<std::size_t> fold(std::size_t max_changes) = 0;
    // Changes that wait for fold().
    virtual std::size_t journal_length() const = 0;

    // Each address-of-record that has a record: key, record. In no particular order.
    using LocationVisitor = Visitor<std::string_view, std::string_view>;
    [[nodiscard]] virtual Stored<void> for_each_location(LocationVisitor visit) = 0;

    // Subscribers are written whatever the Durability.
    [[nodiscard]] virtual Stored<void> add(const Subscriber& subscriber) = 0;          // else Kind::exists
    [[nodiscard]] virtual Stored<void> set_secrets(const Subscriber& subscriber) = 0;  // else Kind::missing
    [[nodiscard]] virtual Stored<void> remove(SubscriberName name) = 0;                // else Kind::missing
    // By domain, then by user.
    [[nodiscard]] virtual Stored<void> for_each_subscriber(Visitor<const Subscriber&> visit) = 0;
};

}  // namespace almon::store
