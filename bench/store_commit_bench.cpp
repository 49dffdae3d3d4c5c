// What the store's work costs, for each change: CPU time and, with the disk, wall time. Keys come in random
// order out of a million, records are 300 octets, about one binding.
#include <benchmark/benchmark.h>

#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "almon/store/sqlite_store.hpp"

using namespace almon::store;

namespace {

constexpr unsigned aors = 100'000;

class Folder {
 public:
    Folder() : path_((std::filesystem::temp_directory_path() / "almon-bench-XXXXXX").string()) {
        if (::mkdtemp(path_.data()) == nullptr) std::abort();
    }
    ~Folder() { std::filesystem::remove_all(path_); }
    const std::string& path() const { return path_; }

 private:
    std::string path_;
};

Change change(unsigned aor) {
    return {"sip:" + std::to_string(aor) + "@example.com", std::string(300, 'r')};
}

std::vector<std::vector<Change>> batches(std::size_t changes_in_each) {
    std::mt19937 random(1);
    std::vector<std::vector<Change>> made(aors / changes_in_each);
    for (auto& batch : made)
        for (std::size_t i = 0; i < changes_in_each; ++i) batch.push_back(change(random() % aors));
    return made;
}

std::unique_ptr<Store> opened(const Folder& folder, Durability durability) {
    auto store = open_sqlite_store(folder.path(), {durability, {}});
    if (!store) std::abort();
    return std::move(*store);
}

// Commits alone: what a REGISTER waits for.
void commit(benchmark::State& state, Durability durability) {
    const Folder folder;
    const auto store = opened(folder, durability);
    const auto work = batches(static_cast<std::size_t>(state.range(0)));
    std::size_t next = 0;
    for (auto _ : state)
        if (!store->commit(work[next++ % work.size()])) std::abort();
    state.SetItemsProcessed(state.iterations() * state.range(0));
}

// Commits and, later, their folding into a table that has all keys: what a refresh costs in all.
void commit_and_fold(benchmark::State& state) {
    const Folder folder;
    const auto store = opened(folder, Durability::relaxed);
    std::vector<Change> all;
    for (unsigned aor = 0; aor < aors; ++aor) all.push_back(change(aor));
    if (!store->commit(all) || !store->fold(all.size())) std::abort();

    const auto fold_at_once = static_cast<std::size_t>(state.range(0));
    const auto work = batches(100);
    std::size_t next = 0;
    for (auto _ : state) {
        if (!store->commit(work[next++ % work.size()])) std::abort();
        if (store->journal_length() >= fold_at_once && !store->fold(fold_at_once)) std::abort();
    }
    state.SetItemsProcessed(state.iterations() * 100);
}

BENCHMARK_CAPTURE(commit, durable, Durability::commit)->Arg(1)->Arg(10)->Arg(100);
BENCHMARK_CAPTURE(commit, relaxed, Durability::relaxed)->Arg(1)->Arg(10)->Arg(100);
BENCHMARK(commit_and_fold)->Arg(1'000)->Arg(10'000)->Arg(100'000)->MinTime(2);

}  // namespace
