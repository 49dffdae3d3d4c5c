// The values of a configuration, whatever file they come from, and what is wrong with them: a mistake is told
// with its place and with what was expected.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "almon/base/result.hpp"

namespace almon::host {

struct Place {
    std::size_t line = 0, column = 0;  // from 1
};

struct Mistake {
    Place place;
    std::string message;
};

class Complaints {
 public:
    void add(Place place, std::string message) { mistakes_.push_back({place, std::move(message)}); }
    std::size_t count() const { return mistakes_.size(); }
    bool empty() const { return mistakes_.empty(); }
    // In the order of the lines.
    std::vector<Mistake> take() &&;

 private:
    std::vector<Mistake> mistakes_;
};

// What stands behind a key. Empty: something that no key wants, such as a date.
struct Given {
    using List = std::vector<Given>;

    template <class T>
    const T* as() const {
        return std::get_if<T>(&value);
    }

    Place place;
    std::variant<std::monostate, bool, std::int64_t, std::string, List> value;
};

// The value of one key, and the way to refuse it.
struct Value {
    std::string_view key;
    const Given& given;
    Complaints& complaints;

    void refuse(const std::string& expected) const { refuse_at(given.place, "expected " + expected); }
    void refuse_at(Place culprit, const std::string& why) const {
        complaints.add(culprit, "`" + std::string(key) + "`: " + why);
    }
    // Empty when it is no text.
    std::string text() const {
        const auto* text = given.as<std::string>();
        return text ? *text : std::string();
    }
};

// Nullopt: it was refused.
std::optional<std::int64_t> read_whole_number(const Value& value, std::int64_t least, std::int64_t most,
                                              const char* unit);

template <class Number>
void read_number(const Value& value, Number& into, std::int64_t least, std::int64_t most,
                 const char* unit = "") {
    if (const auto number = read_whole_number(value, least, most, unit)) into = static_cast<Number>(*number);
}

void read_seconds(const Value& value, std::chrono::seconds& into, std::int64_t least, std::int64_t most);
void read_flag(const Value& value, bool& into);

template <class Choice>
using Names = std::initializer_list<std::pair<std::string_view, Choice>>;

template <class Choice>
void read_choice(const Value& value, Choice& into, Names<Choice> names) {
    const auto given = value.text();
    std::string expected;
    for (const auto& [name, choice] : names) {
        if (given == name) return void(into = choice);
        expected.append(expected.empty() ? "\"" : " or \"").append(name).append("\"");
    }
    value.refuse(expected);
}

// take(text) keeps one element, or says why it cannot: an Outcome<void>.
template <class Take>
void read_list(const Value& value, const std::string& of, Take take) {
    const auto* list = value.given.as<Given::List>();
    if (list == nullptr) return value.refuse("a list of " + of);
    for (const auto& element : *list) {
        const auto* text = element.as<std::string>();
        if (text == nullptr)
            value.refuse_at(element.place, "expected a list of " + of);
        else if (const base::Outcome<void> taken = take(*text); !taken)
            value.refuse_at(element.place, taken.error());
    }
}

bool is_empty_list(const Value& value);

// "; did you mean `listen`?", or nothing.
std::string did_you_mean(std::string_view wrong, std::span<const std::string_view> known);

}  // namespace almon::host
