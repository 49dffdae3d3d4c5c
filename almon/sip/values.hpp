// Typed access to header fields: message.get<Via>(), find<Via>(), all<Via>(). A header type has a HeaderName
// `name`, a parse(Scanner&) that consumes one value, and says `list = true` when its grammar is
// comma-separated and `may_be_empty = true` when a field without any value is legal. A large one has also
// read(Scanner&), or a `rule` and read(Scanner&, rule), which reads into a fresh object in place. Included by
// message.hpp; include that.
#pragma once

#include <cstddef>
#include <iterator>
#include <optional>

#include "almon/base/limits.hpp"
#include "almon/sip/grammar.hpp"
#include "almon/sip/message.hpp"

namespace almon::sip {

template <class Header>
constexpr bool is_list() {
    if constexpr (requires { Header::list; }) return Header::list;
    return false;
}
template <class Header>
constexpr bool may_be_empty() {
    if constexpr (requires { Header::may_be_empty; }) return Header::may_be_empty;
    return false;
}

template <class Header>
[[nodiscard]] Result<void> read_header(Scanner& in, Header& header) {
    if constexpr (requires { header.read(in); }) {
        return header.read(in);
    } else if constexpr (requires { header.read(in, Header::rule); }) {
        return header.read(in, Header::rule);
    } else {
        return Header::parse(in).map([&](const Header& parsed) { header = parsed; });
    }
}

// Reads one value into a fresh `header` and sees to it that it is whole: behind it comes the end or, in a
// list, a comma, which is consumed too.
template <class Header>
[[nodiscard]] Result<void> read_value(Scanner& in, Header& header) {
    if (const auto read = read_header(in, header); !read) return read;
    in.skip_lws();
    if (in.done()) return {};
    if (!is_list<Header>() || !in.take(',')) return in.refuse("RFC 3261 §7.3.1");
    in.skip_lws();
    if (in.done()) return in.refuse("RFC 3261 §7.3.1");
    return {};
}

template <class Header>
[[nodiscard]] Result<Header> parse_value(Scanner& in) {
    return base::in_place<Header>([&](Header& header) { return read_value(in, header); });
}

// A forward range of Result<Header>. It ends with the last value, or with the first error.
template <class Header>
class Values {
 public:
    class Iterator {
     public:
        using iterator_category = std::forward_iterator_tag;
        using value_type = Result<Header>;
        using difference_type = std::ptrdiff_t;
        using pointer = const value_type*;
        using reference = const value_type&;

        Iterator() = default;
        explicit Iterator(const Message& message)
            : message_(&message), field_(message.find_field(Header::name)) {
            advance();
        }
        reference operator*() const { return *value_; }
        pointer operator->() const { return &*value_; }
        Iterator& operator++() {
            advance();
            return *this;
        }
        Iterator operator++(int) {
            auto before = *this;
            advance();
            return before;
        }
        friend bool operator==(const Iterator& a, const Iterator& b) {
            return a.value_.has_value() == b.value_.has_value() && (!a.value_ || a.read_ == b.read_);
        }

     private:
        void advance() {
            const bool failed = value_ && !*value_;
            value_.reset();
            if (failed || !message_) return;
            if (in_.done() && !next_field()) return;
            if (++read_ > base::limits::values_per_field) {
                value_ = base::fail(Errc::too_large, in_.offset(), "limits::values_per_field");
            } else {
                value_ = parse_value<Header>(in_);
            }
        }
        bool next_field() {
            const auto* end = message_->fields().data() + message_->fields().size();
            while (field_ != nullptr && field_ != end) {
                const Field& field = *field_++;
                if (!Header::name.matches(message_->name(field), field.name_hash)) continue;
                in_ = Scanner(message_->value(field), field.value_at);
                if (!in_.done() || !may_be_empty<Header>()) return true;
            }
            return false;
        }

        const Message* message_ = nullptr;
        const Field* field_ = nullptr;  // the next to look at; null when there is none
        std::size_t read_ = 0;          // values so far
        Scanner in_{{}};
        std::optional<Result<Header>> value_;
    };

    explicit Values(const Message& message) : message_(&message) {}
    Iterator begin() const { return Iterator(*message_); }
    Iterator end() const { return {}; }

 private:
    const Message* message_;
};

template <class Header>
Result<Header> Message::get() const& {
    const Field* field = find_field(Header::name);
    if (!field) return base::fail(Errc::missing_field, body_at_, Header::name.text().data());
    Scanner in(value(*field), field->value_at);
    return parse_value<Header>(in);
}

template <class Header>
Result<std::optional<Header>> Message::find() const& {
    const Field* field =
        may_be_empty<Header>() ? find_field_with_value(Header::name) : find_field(Header::name);
    return base::in_place<std::optional<Header>>([&](std::optional<Header>& found) -> Result<void> {
        if (field == nullptr) return {};
        Scanner in(value(*field), field->value_at);
        return read_value(in, found.emplace());
    });
}

template <class Header>
Values<Header> Message::all() const& {
    return Values<Header>(*this);
}

}  // namespace almon::sip
