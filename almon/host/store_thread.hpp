// The one thread that writes to the store. The commits of one moment, from all shards, share one disk write:
// while one batch is being written the next gathers. In idle moments it folds the journal.
#pragma once

#include <condition_variable>
#include <future>
#include <memory>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "almon/base/log.hpp"
#include "almon/server/registrar.hpp"
#include "almon/store/store.hpp"

namespace almon::host {

struct CommitAnswer {
    std::uint64_t ticket;
    bool durable;
};

class CommitReader {
 public:
    // Called on the store's thread.
    virtual void committed(std::span<const CommitAnswer> answers) = 0;

 protected:
    ~CommitReader() = default;
};

class StoreThread {
 public:
    StoreThread(std::unique_ptr<store::Store> store, base::Log log);
    // Writes what is still waiting, folds the journal, closes the store.
    ~StoreThread();

    // From any thread: makes these durable, all together or in several batches, each in order, and answers
    // those with a ticket. The reader must live until the answer or until this thread has ended.
    void commit(std::vector<server::Commit> commits, CommitReader& reader);
    // From any thread: has task(store) done between two batches, and waits for what it returns.
    template <class Task>
    auto with_store(Task task) {
        std::packaged_task<decltype(task(std::declval<store::Store&>()))(store::Store&)> wrapped(
            std::move(task));
        auto result = wrapped.get_future();
        enqueue_task(std::make_unique<Wrapped<decltype(wrapped)>>(std::move(wrapped)));
        return result.get();
    }
    // Commits that wait for the disk.
    std::size_t waiting() const;

 private:
    struct AnyTask {
        virtual ~AnyTask() = default;
        virtual void run(store::Store& store) = 0;
    };
    template <class Function>
    struct Wrapped final : AnyTask {
        explicit Wrapped(Function given) : function(std::move(given)) {}
        void run(store::Store& store) override { function(store); }
        Function function;
    };
    struct Waiting {
        server::Commit commit;
        CommitReader* reader;
    };

    void enqueue_task(std::unique_ptr<AnyTask> task);
    void work();
    bool wait_for_work(std::vector<Waiting>& batch, std::vector<std::unique_ptr<AnyTask>>& tasks);
    void write(std::span<Waiting> batch);
    void answer(std::span<const Waiting> batch, bool durable);
    void note(const tl::expected<void, store::Failure>& outcome);
    void fold(std::size_t changes);

    std::unique_ptr<store::Store> store_;
    base::Log log_;
    bool failing_ = false;
    mutable std::mutex lock_;
    std::condition_variable wake_;
    std::vector<Waiting> waiting_;                 // under lock_
    std::vector<std::unique_ptr<AnyTask>> tasks_;  // under lock_
    bool stopping_ = false;                        // under lock_
    std::thread thread_;
};

}  // namespace almon::host
