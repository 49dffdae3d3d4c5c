// What commands ask a running server over its control socket: one line, answered with one JSON document.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "almon/host/shard.hpp"
#include "almon/host/store_thread.hpp"
#include "almon/net/line_server.hpp"

namespace almon::host {

// The questions: a word, then what it needs, parted by single blanks.
//   status                              figures of the whole server
//   bindings [AOR]                      who is registered where
//   user-list
//   user-add USER DOMAIN SECRETS        SECRETS as digest::Secret prints them
//   user-passwd USER DOMAIN SECRETS
//   user-remove USER DOMAIN
// The answer is {"ok":true, …} or {"ok":false,"error":"a sentence"}.
class Control final : net::LineReader {
 public:
    // All must outlive it. `answer_octets`: a longer answer is refused.
    [[nodiscard]] static base::Outcome<std::unique_ptr<Control>> listen(
        net::Loop& loop, const std::string& path, server::Site& site, std::span<Shard* const> shards,
        StoreThread& store, std::size_t answer_octets = base::limits::control_answer_octets);
    Control(net::Loop& loop, server::Site& site, std::span<Shard* const> shards, StoreThread& store,
            std::size_t answer_octets);

 private:
    void asked(net::QuestionId id, std::string_view line) override;
    std::string answer(std::string_view line);
    std::string status();
    std::string bindings(std::string_view aor);
    std::string user_list();
    std::string set_user(std::string_view verb, std::span<const std::string_view> words);
    std::string remove_user(std::span<const std::string_view> words);

    net::Loop& loop_;
    server::Site& site_;
    std::span<Shard* const> shards_;
    StoreThread& store_;
    const std::size_t answer_octets_;
    base::Instant started_;
    base::Instant counted_at_;  // when the messages were counted last
    std::uint64_t counted_ = 0;
    std::unique_ptr<net::LineServer> server_;
};

}  // namespace almon::host
