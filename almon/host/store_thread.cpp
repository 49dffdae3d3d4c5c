#include "almon/host/store_thread.hpp"

#include <chrono>

namespace almon::host {
namespace {

using namespace std::chrono_literals;

// How long nothing must happen before the journal is folded, and how much of it at once: a REGISTER that
// comes meanwhile waits for that much.
constexpr auto idle_before_folding = 200ms;
constexpr std::size_t fold_at_once = 1'000;
// A journal longer than this is folded even while there is work, so that a start stays short.
constexpr std::size_t long_journal = 200'000;

}  // namespace

StoreThread::StoreThread(std::unique_ptr<store::Store> store, base::Log log)
    : store_(std::move(store)), log_(log), thread_([this] { work(); }) {}

StoreThread::~StoreThread() {
    {
        const std::lock_guard guard(lock_);
        stopping_ = true;
    }
    wake_.notify_one();
    thread_.join();
}

void StoreThread::commit(std::vector<server::Commit> commits, CommitReader& reader) {
    {
        const std::lock_guard guard(lock_);
        for (auto& commit : commits) waiting_.push_back({std::move(commit), &reader});
    }
    wake_.notify_one();
}

std::size_t StoreThread::waiting() const {
    const std::lock_guard guard(lock_);
    return waiting_.size();
}

void StoreThread::enqueue_task(std::unique_ptr<AnyTask> task) {
    {
        const std::lock_guard guard(lock_);
        tasks_.push_back(std::move(task));
    }
    wake_.notify_one();
}

void StoreThread::work() {
    std::vector<Waiting> batch;
    std::vector<std::unique_ptr<AnyTask>> tasks;
    while (wait_for_work(batch, tasks)) {
        if (!batch.empty()) write(batch);
        for (auto& task : tasks) task->run(*store_);
        if (store_->journal_length() > long_journal) fold(fold_at_once);
        batch.clear();
        tasks.clear();
    }
    while (store_->journal_length() > 0) {
        const auto before = store_->journal_length();
        fold(before);
        if (store_->journal_length() == before) break;  // it fails: the next start will fold
    }
}

// False when the thread is to end, which it does only with nothing left to write.
bool StoreThread::wait_for_work(std::vector<Waiting>& batch, std::vector<std::unique_ptr<AnyTask>>& tasks) {
    std::unique_lock guard(lock_);
    const auto wanted = [this] { return stopping_ || !waiting_.empty() || !tasks_.empty(); };
    while (!wanted()) {
        if (store_->journal_length() == 0 || failing_) {
            wake_.wait(guard, wanted);
        } else if (!wake_.wait_for(guard, idle_before_folding, wanted)) {
            guard.unlock();
            fold(fold_at_once);
            guard.lock();
        }
    }
    batch.swap(waiting_);
    tasks.swap(tasks_);
    return !stopping_ || !batch.empty() || !tasks.empty();
}

void StoreThread::write(std::span<Waiting> batch) {
    std::vector<store::Change> changes;
    changes.reserve(batch.size());
    bool must_be_synced = false;
    for (auto& waiting : batch) {
        changes.push_back({std::move(waiting.commit.key), std::move(waiting.commit.record)});
        must_be_synced = must_be_synced || waiting.commit.must_be_synced;
    }
    const auto outcome = store_->commit(changes);
    note(outcome && must_be_synced ? store_->sync() : outcome);
    answer(batch, outcome.has_value());
}

void StoreThread::answer(std::span<const Waiting> batch, bool durable) {
    std::vector<CommitAnswer> answers;
    for (std::size_t i = 0; i < batch.size(); ++i) {
        if (batch[i].commit.ticket != 0) answers.push_back({batch[i].commit.ticket, durable});
        const bool last_of_reader = i + 1 == batch.size() || batch[i + 1].reader != batch[i].reader;
        if (last_of_reader && !answers.empty()) batch[i].reader->committed(answers);
        if (last_of_reader) answers.clear();
    }
}

// A disk that fails says so once, and once that it works again, however many REGISTERs it refuses between.
void StoreThread::note(const tl::expected<void, store::Failure>& outcome) {
    if (outcome.has_value() != failing_) return;
    failing_ = !outcome.has_value();
    if (failing_)
        log_.write(base::Level::error, "the store fails; registrations get 503",
                   {{"kind", store::describe(outcome.error().kind)}, {"reason", outcome.error().sentence}});
    else
        log_.write(base::Level::info, "the store works again");
}

void StoreThread::fold(std::size_t changes) {
    const auto left = store_->fold(changes);
    if (!left) note(tl::unexpected(left.error()));
}

}  // namespace almon::host
