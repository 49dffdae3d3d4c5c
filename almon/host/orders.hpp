// Asking all shards something, from the commanding thread: each answers on its own thread.
#pragma once

#include <future>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "almon/host/shard.hpp"

namespace almon::host {

template <class Question>
class Inquiry final : public Order {
 public:
    using Answer = decltype(std::declval<Question&>()(std::declval<Shard&>()));

    explicit Inquiry(Question question) : question_(std::move(question)) {}
    void carry_out(Shard& shard) override { answer_.set_value(question_(shard)); }
    std::future<Answer> answer() { return answer_.get_future(); }

 private:
    Question question_;
    std::promise<Answer> answer_;
};

// One answer a shard, in their order. The shards must be running.
template <class Question>
auto ask_all(std::span<Shard* const> shards, const Question& question) {
    using Asked = Inquiry<std::decay_t<Question>>;
    std::vector<std::future<typename Asked::Answer>> asked;
    for (auto* shard : shards) {
        auto inquiry = std::make_unique<Asked>(question);
        asked.push_back(inquiry->answer());
        shard->order(std::move(inquiry));
    }
    std::vector<typename Asked::Answer> answers;
    for (auto& answer : asked) answers.push_back(answer.get());
    return answers;
}

}  // namespace almon::host
