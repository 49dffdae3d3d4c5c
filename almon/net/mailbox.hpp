// Values handed from many threads to the one of a loop: datagrams and messages between shards, answers of the
// store. A lock for the length of a move; the loop is woken only when the box was empty.
#pragma once

#include <algorithm>
#include <cstddef>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

#include "almon/base/limits.hpp"
#include "almon/net/loop.hpp"

namespace almon::net {

template <class T>
class MailboxReader {
 public:
    // What has come since the last time, in the order of arrival, at most limits::letters_per_turn at once;
    // the reader may move the values away.
    virtual void delivered(std::span<T> letters) = 0;

 protected:
    ~MailboxReader() = default;
};

// It must live until its loop has stopped and nobody pushes any more.
template <class T>
class Mailbox {
 public:
    Mailbox(Loop& loop, MailboxReader<T>& reader, std::size_t limit)
        : loop_(loop), reader_(reader), limit_(limit) {}
    Mailbox(const Mailbox&) = delete;
    Mailbox& operator=(const Mailbox&) = delete;

    // From any thread. False: the box is full, the letter is shed, and the sender decides what that means.
    [[nodiscard]] bool push(T letter) {
        {
            const std::lock_guard guard(lock_);
            if (arriving_.size() >= limit_) return false;
            arriving_.push_back(std::move(letter));
            if (std::exchange(delivery_is_due_, true)) return true;
        }
        loop_.post([this] { deliver(); });
        return true;
    }
    // As push(), for letters that must not be lost and whose number has a limit of its own.
    void push_always(T letter) {
        {
            const std::lock_guard guard(lock_);
            arriving_.push_back(std::move(letter));
            if (std::exchange(delivery_is_due_, true)) return;
        }
        loop_.post([this] { deliver(); });
    }

 private:
    // The two vectors change places, so after a while neither grows any more.
    void deliver() {
        if (read_ == delivering_.size()) {
            read_ = 0;
            delivering_.clear();
            const std::lock_guard guard(lock_);
            arriving_.swap(delivering_);
        }
        const auto rest = std::span(delivering_).subspan(read_);
        const auto batch = rest.first(std::min(rest.size(), base::limits::letters_per_turn));
        read_ += batch.size();
        reader_.delivered(batch);
        if (read_ < delivering_.size()) loop_.hurry();
        if (is_more_due()) loop_.post([this] { deliver(); });
    }
    bool is_more_due() {
        const std::lock_guard guard(lock_);
        return delivery_is_due_ = read_ < delivering_.size() || !arriving_.empty();
    }

    Loop& loop_;
    MailboxReader<T>& reader_;
    const std::size_t limit_;
    std::mutex lock_;
    std::vector<T> arriving_;       // under lock_
    bool delivery_is_due_ = false;  // under lock_: deliver() is posted or at work
    std::vector<T> delivering_;     // the loop's thread only
    std::size_t read_ = 0;          // so many of delivering_
};

}  // namespace almon::net
