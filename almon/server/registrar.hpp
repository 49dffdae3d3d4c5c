// The registrar (RFC 3261 §10.3) of one shard. A 200 leaves after its change is durable: until then the
// change is pending, look-ups see what was committed last, and the next REGISTER for the same
// address-of-record is judged by the pending state and waits its turn. Each address-of-record has at most one
// change at the store, so one that fails takes along only those that were built upon it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "almon/base/limits.hpp"
#include "almon/server/authenticator.hpp"
#include "almon/server/domains.hpp"
#include "almon/server/location.hpp"
#include "almon/server/pending_changes.hpp"
#include "almon/server/registration.hpp"
#include "almon/stack/stack.hpp"

namespace almon::server {

// What the store is to make durable, in this order: the whole record of one address-of-record (encode()), or
// that it has none any more.
struct Commit {
    std::uint64_t ticket;  // to be handed to Registrar::committed(); 0: nobody waits for it
    std::string key;       // the address-of-record
    std::optional<std::string> record;
    // What was promised long ago depends on it: it is to be synced even where the latest promises need not
    // be.
    bool must_be_synced = false;
};

enum class Durability : std::uint8_t {
    commit,  // the 200 waits for the store
    memory,  // bindings do not outlive the process; nothing goes to the store
};

class Registrar final : stack::ServerUser, stack::AlarmUser {
 public:
    // Everything must outlive it. `key`: secret of this process. It appends to `commits`, which the host
    // empties.
    Registrar(stack::Stack& stack, const Domains& domains, Location& location, Authenticator& authenticator,
              SettingsSnapshot settings, Durability durability, const base::HashKey& key,
              std::vector<Commit>& commits);
    Registrar(const Registrar&) = delete;
    Registrar& operator=(const Registrar&) = delete;

    // A REGISTER whose Request-URI is ours.
    void request(const stack::Arrival& arrival);
    // The store's answer to the commit with that ticket. When it failed, all that waits for this
    // address-of-record gets 503.
    void committed(std::uint64_t ticket, bool durable);
    // A record that the store has kept, before the first request. Expired bindings are left out. Fails when
    // the record cannot be read.
    [[nodiscard]] base::Result<void> restore(std::string_view aor, std::string_view record,
                                             const base::Moment& moment);
    // To be called now and then; the registrar also looks itself. When somebody has set the calendar, what
    // the store has bears wrong dates: all of it is written again, bit by bit.
    void look_at_calendar();
    static constexpr std::size_t redated_per_turn = 100;
    void apply(SettingsSnapshot settings) { settings_ = std::move(settings); }
    // An operator removes one binding, or all when `contact` is empty. False when there is none such, or
    // while a change of that address-of-record waits for the store.
    bool unbind(std::string_view aor, std::string_view contact = {});

    struct Counters {
        std::uint64_t accepted = 0, refused = 0, challenged = 0, failed_commits = 0, expired = 0;
    };
    const Counters& counters() const { return counters_; }
    // REGISTERs that wait for the store.
    std::size_t pending() const { return pending_.size(); }

 private:
    void cancelled(std::uint64_t) override {}  // only an INVITE can be
    void server_ended(std::uint64_t) override {}
    void alarm(std::uint64_t cookie) override;

    // The address-of-record that this request may change.
    tl::expected<std::string, Refusal> authorize(const sip::Uri& uri, const Verdict& verdict) const;
    void update(const stack::Arrival& arrival, const std::string& aor);
    void change(const stack::Arrival& arrival, const std::string& aor);
    void store(PendingChanges::Ticket ticket, PendingChanges::Line& line);
    void fail(PendingChanges::Ticket ticket);
    std::optional<Refusal> overload(std::string_view aor) const;

    void publish(std::string_view aor, std::unique_ptr<AorRecord> record);
    // Binds these and no others, without anybody who waits for it.
    void rebind(std::string_view aor, std::span<const Binding> bindings);
    void redate_if_needed(const PendingChanges::Line& line);
    void redate_some();

    void accept(stack::ServerTransaction&& transaction, std::string_view answer);
    void refuse(const stack::Arrival& arrival, const Refusal& refusal);
    // The fields of a 200 that tells of the bindings in registration_. Nullopt: more than a message can hold.
    std::optional<std::string_view> success_fields(const sip::Message& request);
    // A buffer for the fields of one answer.
    base::Printer fields() { return base::Printer({fields_.get(), fields_octets}); }

    static constexpr std::size_t fields_octets = base::limits::message_octets;
    stack::Stack& stack_;
    const Domains& domains_;
    Location& location_;
    Authenticator& authenticator_;
    SettingsSnapshot settings_;
    Durability durability_;
    std::vector<Commit>& commits_;
    Registration registration_;
    PendingChanges pending_;
    std::optional<base::Duration> calendar_;  // what it is ahead of the clock that only runs forward
    unsigned calendars_ = 0;                  // how often it was set
    std::vector<std::string> misdated_;       // addresses-of-record that are to be written again
    stack::Alarm redating_{};
    std::unique_ptr<char[]> fields_ = std::make_unique<char[]>(fields_octets);
    Counters counters_;
};

}  // namespace almon::server
