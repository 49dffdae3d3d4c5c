// Asking the nodes of all shards something, from the commanding thread: each answers on its own thread.
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
    using Answer = decltype(std::declval<Question&>()(std::declval<server::Node&>()));

    explicit Inquiry(Question question) : question_(std::move(question)) {}
    void carry_out(server::Node& node) override { answer_.set_value(question_(node)); }
    std::future<Answer> answer() { return answer_.get_future(); }

 private:
    Question question_;
    std::promise<Answer> answer_;
};

// One answer a shard, in their order; those of shards that do not keep up are left out. The shards must be
// running.
template <class Question>
auto ask_all(std::span<Shard* const> shards, Question question) {
    using Answer = typename Inquiry<Question>::Answer;
    std::vector<std::future<Answer>> asked;
    for (auto* shard : shards) {
        auto inquiry = std::make_unique<Inquiry<Question>>(question);
        auto answer = inquiry->answer();
        if (shard->deliver(std::move(inquiry))) asked.push_back(std::move(answer));
    }
    std::vector<Answer> answers;
    for (auto& answer : asked) answers.push_back(answer.get());
    return answers;
}

}  // namespace almon::host
