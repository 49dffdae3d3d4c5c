// Values handed from many threads to the one of a loop: datagrams and messages between shards, answers of the
// store. A lock for the length of a move; the loop is woken only when the box was empty.
#pragma once

#include <cstddef>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

#include "almon/net/loop.hpp"

namespace almon::net {

template <class T>
class MailboxReader {
 public:
    // All that has come since the last time, in the order of arrival; the reader may move the values away.
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
        bool was_empty = false;
        {
            const std::lock_guard guard(lock_);
            if (arriving_.size() >= limit_) return false;
            was_empty = arriving_.empty();
            arriving_.push_back(std::move(letter));
        }
        if (was_empty) loop_.post([this] { deliver(); });
        return true;
    }

 private:
    // The two vectors change places, so after a while neither grows any more.
    void deliver() {
        {
            const std::lock_guard guard(lock_);
            arriving_.swap(delivering_);
        }
        reader_.delivered(delivering_);
        delivering_.clear();
    }

    Loop& loop_;
    MailboxReader<T>& reader_;
    const std::size_t limit_;
    std::mutex lock_;
    std::vector<T> arriving_;    // under lock_
    std::vector<T> delivering_;  // the loop's thread only
};

}  // namespace almon::net
