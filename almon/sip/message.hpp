// A SIP message: one buffer, and an index of slices into it (RFC 3261 §7). Nothing is copied or interpreted
// before somebody asks: unknown fields stay as they came, in order; typed values are parsed on demand.
#pragma once

#include <cstdint>
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
};

template <class Header>
class Values;

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

    // False when there surely is no field of that name: the cheap question before a search.
    bool may_have(const HeaderName& name) const {
        return (kinds_ & (kind_of(name.hash()) | kind_of(name.compact_hash()))) != 0;
    }
    // The first field of that name, or null.
    const Field* find_field(HeaderName name) const;
    bool has(HeaderName name) const { return find_field(name) != nullptr; }
    std::size_t count(HeaderName name) const;  // fields, not values

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

    // Which hashes of names there are, 64 kinds: most fields that are looked for are not there.
    static std::uint64_t kind_of(std::uint32_t name_hash) { return std::uint64_t{1} << (name_hash >> 26); }

    std::string octets_;
    std::vector<Field> fields_;
    std::uint64_t kinds_ = 0;
    Slice first_, second_;  // method and Request-URI, or (unused) and reason phrase
    std::uint32_t body_at_ = 0;
    std::uint16_t status_ = 0;
    Kind kind_ = Kind::none;
};

}  // namespace almon::sip

#include "almon/sip/values.hpp"
