// How the store fails: a kind for the program, a sentence for the operator's log.
#pragma once

#include <cstdint>
#include <string>
#include <tl/expected.hpp>

namespace almon::store {

struct Failure {
    enum class Kind : std::uint8_t {
        full,     // the disk or the quota is exhausted; works again once there is space
        busy,     // another process has the state folder
        corrupt,  // the file is damaged or no database of ours
        exists,   // add: there is such a subscriber already
        missing,  // set or remove: there is no such subscriber
        other,
    };
    Kind kind;
    std::string sentence;
};

// One word for logs and counters: "full", "busy", …
const char* describe(Failure::Kind kind);

// What a store operation gives: a value, or why not.
template <class T>
using Stored = tl::expected<T, Failure>;

[[nodiscard]] inline tl::unexpected<Failure> fail(Failure::Kind kind, std::string sentence) {
    return tl::unexpected(Failure{kind, std::move(sentence)});
}

}  // namespace almon::store
