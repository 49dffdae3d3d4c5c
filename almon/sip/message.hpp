// A SIP message: one buffer, and an index of slices into it (RFC 3261 §7). Nothing is copied or interpreted
// before somebody asks: unknown fields stay as they came, in order; typed values are parsed on demand.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "almon/base/limits.hpp"
#include "almon/base/result.hpp"
#include "almon/base/scanner.hpp"
#include "almon/sip/header_name.hpp"
#include "almon/sip/method.hpp"
#include "almon/sip/status.hpp"

namespace almon::sip {

using base::Errc;
using base::Error;
using base::Result;

// A header field as slices: offsets, so that they survive moves of the buffer.
struct Field {
    std::uint32_t name_at, value_at, value_size;  // the value is trimmed; folds inside stay
    std::uint32_t name_hash;
    std::uint16_t name_size;

    std::uint64_t kind() const { return kind_of(name_hash); }
};

template <class Header>
class Values;
class NamedFields;

class Message {
 public:
    // How the end of the message is known. A datagram ends with the packet: octets beyond Content-Length are
    // dropped, fewer are an error, no Content-Length means all (§18.3). A stream's framer cuts exact
    // messages.
    enum class Ends : std::uint8_t { with_datagram, with_content_length };

    Message() = default;

    // Copies the octets, indexes them, checks the structure: start line, field syntax, Content-Length.
    // What the fields mean is checked where they are used (read_envelope(), get()).
    [[nodiscard]] static Result<Message> parse(std::string_view octets, Ends ends = Ends::with_datagram);
    // The same into this object, whose memory is used again. After an error the fields found up to there and
    // behind it, as far as lines could be told apart, are indexed, so that a 400 can still be addressed.
    // `most_fields`: more than these are refused.
    [[nodiscard]] Result<void> assign(std::string_view octets, Ends ends = Ends::with_datagram,
                                      std::size_t most_fields = base::limits::message_fields);

    bool is_request() const { return kind_ == Kind::request; }
    bool is_response() const { return kind_ == Kind::response; }

    // Requests. The Request-URI is as it came, unparsed.
    Method method() const { return Method(slice(first_)); }
    std::string_view request_uri() const { return slice(second_); }
    // Responses.
    Status status() const { return Status(status_); }
    std::string_view reason() const { return slice(second_); }

    std::span<const Field> fields() const { return fields_; }
    std::string_view name(const Field& field) const { return at(field.name_at, field.name_size); }
    std::string_view value(const Field& field) const { return at(field.value_at, field.value_size); }
    std::string_view body() const { return std::string_view(octets_).substr(body_at_); }
    std::string_view octets() const { return octets_; }
    // Where a slice of octets() stands.
    std::size_t offset_of(std::string_view slice_of_octets) const;

    // The fields of that name, in order.
    NamedFields fields_of(const HeaderName& name) const;
    // The first of them, or the first whose value is not empty; or null. Inlined, since nearly every name is
    // known to the compiler, which then leaves little to do.
    [[gnu::always_inline]] const Field* find_field(const HeaderName& name) const;
    const Field* find_field_with_value(const HeaderName& name) const;
    bool has(const HeaderName& name) const { return find_field(name) != nullptr; }
    std::size_t count(const HeaderName& name) const;  // fields, not values
    // False when there surely is no second field of that name, or of a name of those kinds: the cheap
    // question before a count.
    bool may_repeat(std::uint64_t kinds) const { return has_compact_ || (repeated_kinds_ & kinds) != 0; }
    bool may_repeat(const HeaderName& name) const {
        const bool has_both = has_compact_ && (kinds_ & name.kinds()) == name.kinds();
        return has_both || (repeated_kinds_ & name.kinds()) != 0;
    }
    // Each field stands as almon would write it: "Name: value" and CRLF, without other blanks.
    bool is_tidy() const { return is_tidy_; }
    // The whole line or lines of a field in a tidy message, with the CRLF.
    std::string_view line(const Field& field) const {
        return at(field.name_at, field.value_at + field.value_size + 2 - field.name_at);
    }

    // The first value, parsed. get(): absence is Errc::missing_field; find(): absence is nullopt.
    // The value borrows from this message, so none can be had of a temporary.
    template <class Header>
    [[nodiscard]] Result<Header> get() const&;
    template <class Header>
    Result<Header> get() const&& = delete;
    template <class Header>
    [[nodiscard]] Result<std::optional<Header>> find() const&;
    template <class Header>
    Result<std::optional<Header>> find() const&& = delete;
    // All values of all fields of that name in order, comma-separated ones one by one (§7.3.1).
    template <class Header>
    Values<Header> all() const&;
    template <class Header>
    Values<Header> all() const&& = delete;

    // Inserts text into the buffer; all slices behind it move along. For what must be added to a message
    // before anybody looks at it: received and rport (§18.2.1). Invalidates views, not offsets before `at`.
    void insert(std::size_t at, std::string_view text);

 private:
    enum class Kind : std::uint8_t { none, request, response };
    struct Slice {
        std::uint32_t at = 0, size = 0;
    };
    std::string_view at(std::uint32_t from, std::uint32_t size) const {
        return {octets_.data() + from, size};
    }
    std::string_view slice(Slice s) const { return at(s.at, s.size); }

    class Indexer;
    friend class NamedFields;

    void note_kind(std::uint32_t name_hash, std::size_t index) {
        const auto kind = kind_of(name_hash);
        if ((kinds_ & kind) != 0) return note_repeat(name_hash, index);
        kinds_ |= kind;
        first_of_kind_[name_hash >> 26] = static_cast<std::uint8_t>(std::min<std::size_t>(index, 255));
    }
    void note_repeat(std::uint32_t name_hash, std::size_t index);
    // How many fields can be passed over in the search for that name.
    std::size_t first_index(const HeaderName& name) const {
        return std::min(first_index(name.hash()), first_index(name.compact_hash()));
    }
    std::size_t first_index(std::uint32_t name_hash) const {
        return (kinds_ & kind_of(name_hash)) != 0 ? first_of_kind_[name_hash >> 26] : fields_.size();
    }

    std::string octets_;
    std::vector<Field> fields_;
    std::uint64_t kinds_ = 0, repeated_kinds_ = 0;  // those that there are, and those with several fields
    std::array<std::uint8_t, 64> first_of_kind_;    // an index, where kinds_ has the bit; at most 255
    Slice first_, second_;                          // method and Request-URI, or (unused) and reason phrase
    std::uint32_t body_at_ = 0;
    std::uint16_t status_ = 0;
    Kind kind_ = Kind::none;
    bool has_compact_ = false;  // a field in its one-letter form
    bool is_tidy_ = false;
};

// The fields of one name: a forward range of const Field. Borrows from the message.
class NamedFields {
 public:
    class Iterator {
     public:
        using iterator_category = std::forward_iterator_tag;
        using value_type = Field;
        using difference_type = std::ptrdiff_t;
        using pointer = const Field*;
        using reference = const Field&;

        Iterator() = default;
        Iterator(const NamedFields& all, std::size_t index) : all_(&all), index_(index) { skip_others(); }
        reference operator*() const { return all_->message_.fields_[index_]; }
        pointer operator->() const { return &**this; }
        Iterator& operator++() {
            ++index_;
            skip_others();
            return *this;
        }
        Iterator operator++(int) {
            auto before = *this;
            ++*this;
            return before;
        }
        friend bool operator==(const Iterator& a, const Iterator& b) { return a.index_ == b.index_; }

     private:
        void skip_others() {
            const auto& message = all_->message_;
            while (index_ < message.fields_.size() &&
                   !all_->name_.matches(message.name(message.fields_[index_]),
                                        message.fields_[index_].name_hash))
                ++index_;
        }
        const NamedFields* all_ = nullptr;
        std::size_t index_ = 0;
    };

    NamedFields(const Message& message, const HeaderName& name) : message_(message), name_(name) {}
    Iterator begin() const { return Iterator(*this, message_.first_index(name_)); }
    Iterator end() const { return Iterator(*this, message_.fields_.size()); }

 private:
    const Message& message_;
    HeaderName name_;
};

inline NamedFields Message::fields_of(const HeaderName& name) const {
    return {*this, name};
}

inline const Field* Message::find_field(const HeaderName& name) const {
    const auto* end = fields_.data() + fields_.size();
    for (const auto* field = fields_.data() + first_index(name); field != end; ++field)
        if (name.matches(this->name(*field), field->name_hash)) return field;
    return nullptr;
}

}  // namespace almon::sip

#include "almon/sip/values.hpp"
