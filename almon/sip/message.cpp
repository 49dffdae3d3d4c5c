#include "almon/sip/message.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "almon/base/limits.hpp"
#include "almon/base/octet_block.hpp"
#include "almon/sip/headers/content_length.hpp"

namespace almon::sip {
namespace {

// The CRs of a text in order, looked for in a whole block at once; and the first LF without one.
class LineEnds {
 public:
    explicit LineEnds(std::string_view text) : block_(text.data()), end_(block_ + text.size()) { look(); }

    // The next CR, or the end.
    const char* next() {
        if (cr_ == 0 && !find_block()) return end_;
        const auto* found = block_ + std::countr_zero(cr_);
        cr_ &= cr_ - 1;
        return found;
    }
    // Of the octets passed so far, to the end of their block; null when there is none.
    const char* bare_lf() const { return bare_lf_; }

 private:
    // Goes on to the next block with a CR, if there is one.
    bool find_block() {
        while (cr_ == 0) {
            if (end_ - block_ <= std::ptrdiff_t{base::block_octets}) return false;
            block_ += base::block_octets;
            look();
        }
        return true;
    }
    void look() {
        const auto left = static_cast<std::size_t>(end_ - block_);
        if (left >= base::block_octets) return take(base::line_breaks(block_));
        char padded[base::block_octets] = {};
        std::memcpy(padded, block_, left);
        take(base::line_breaks(padded));
    }
    void take(base::LineBreaks found) {
        cr_ = found.cr;
        const auto bare = found.lf & ~(found.cr << 1 | std::uint64_t{ends_with_cr_});
        ends_with_cr_ = found.cr >> 63 != 0;
        if (bare != 0 && bare_lf_ == nullptr) bare_lf_ = block_ + std::countr_zero(bare);
    }

    const char* block_;
    const char* end_;
    const char* bare_lf_ = nullptr;
    std::uint64_t cr_ = 0;
    bool ends_with_cr_ = false;  // the block before this one
};

}  // namespace

// One pass over the header part. Every line ends with CRLF: a bare CR or LF, which others might take for a
// line end, is refused, so that two elements never see different header fields in one message. The buffer is
// a std::string, so the octet behind its end is a readable NUL; all scans stop there.
class Message::Indexer {
 public:
    Indexer(Message& message, std::size_t most_fields)
        : message_(message),
          most_fields_(most_fields),
          text_(message.octets_.data()),
          end_(text_ + message.octets_.size()),
          at_(text_),
          ends_(message.octets_) {}

    Result<void> run(Ends ends) {
        skip_empty_lines();
        read_start_line();
        while (!at_header_end()) {
            if (at_ == end_) {
                note(Errc::unexpected_end, at_, "RFC 3261 §7");
                break;
            }
            if (message_.fields_.size() == most_fields_) {
                note(Errc::too_large, at_, "limits::message_fields");
                break;
            }
            read_field();
        }
        finish_header();
        check_repeated_length();
        if (!error_) read_length(ends);
        if (!error_) return {};
        leave_out_torn();
        return tl::unexpected(*error_);
    }

 private:
    static bool is_blank(char c) { return c == ' ' || c == '\t'; }
    static bool is_space(char c) {
        return static_cast<unsigned char>(c) <= ' ' && (is_blank(c) || c == '\r' || c == '\n');
    }
    std::uint32_t offset(const char* place) const { return static_cast<std::uint32_t>(place - text_); }
    Slice slice(const char* from, const char* to) const {
        return {offset(from), static_cast<std::uint32_t>(to - from)};
    }
    bool at_header_end() const { return at_[0] == '\r' && at_[1] == '\n'; }
    // The first fault in the message is the one to be told. Kept out of the way of messages without a fault.
    [[gnu::cold, gnu::noinline]] void note(const Error& error) {
        if (!error_ || error.offset < error_->offset) error_ = error;
    }
    [[gnu::cold, gnu::noinline]] void note(Errc code, const char* place, const char* rule) {
        note({code, offset(place), rule});
    }
    // RFC 3261 §7.5: line breaks before the start line are not part of the message.
    void skip_empty_lines() {
        while (at_header_end()) next_line(find_line_end());
    }
    void next_line(const char* line_end) { at_ = line_end == end_ ? end_ : line_end + 2; }
    // The next CRLF, or the end.
    const char* find_line_end() {
        for (;;) {
            const char* found = ends_.next();
            if (found == end_ || found[1] == '\n') return found;
            note(Errc::unexpected_byte, found, "RFC 3261 §25.1 CRLF");
        }
    }

    void read_start_line() {
        const char* line_end = find_line_end();
        Scanner line({at_, static_cast<std::size_t>(line_end - at_)}, offset(at_));
        const bool response = base::equal_nocase(line.rest().substr(0, 4), "SIP/");
        message_.kind_ = response ? Kind::response : Kind::request;
        const auto read = response ? read_status_line(line) : read_request_line(line);
        if (!read) note(read.error());
        next_line(line_end);
    }
    // RFC 4475 §3.1.2.8 to §3.1.2.10: blanks too many are refused, which is as right as to mend them.
    Result<void> read_request_line(Scanner& line) {
        static constexpr auto rule = "RFC 3261 §25.1 Request-Line";
        static constexpr auto no_blank = ~base::chars::wsp;
        message_.first_ = slice_of(line.take_while(chars::token));
        if (message_.first_.size == 0 || !line.take(' ')) return line.refuse(rule);
        message_.second_ = slice_of(line.take_while(no_blank));
        if (message_.second_.size == 0 || !line.take(' ')) return line.refuse(rule);
        if (const auto version = read_version(line, rule); !version) return version;
        if (!line.done()) return line.refuse(rule);
        return {};
    }
    Result<void> read_status_line(Scanner& line) {
        static constexpr auto rule = "RFC 3261 §25.1 Status-Line";
        if (const auto version = read_version(line, rule); !version) return version;
        if (!line.take(' ')) return line.refuse(rule);
        const auto start = line.offset();
        const auto code = line.take_while(base::chars::digit);
        if (code.size() != 3 || code[0] < '1' || code[0] > '6')
            return base::fail(code.size() > 3 ? Errc::number_too_large : Errc::unexpected_byte, start, rule);
        message_.status_ =
            static_cast<std::uint16_t>((code[0] - '0') * 100 + (code[1] - '0') * 10 + code[2] - '0');
        if (!line.take(' ')) return line.refuse(rule);
        message_.second_ = slice_of(line.rest());
        return {};
    }
    static Result<void> read_version(Scanner& line, const char* rule) {
        if (line.rest().starts_with("SIP/2.0") && !base::chars::digit.has(line.peek(7))) {  // nearly all
            line.take_count(7);
            return {};
        }
        const auto start = line.offset();
        if (!line.take_nocase("SIP/")) return line.refuse(rule);
        const auto major = line.take_while(base::chars::digit);
        if (major.empty() || !line.take('.')) return line.refuse(rule);
        const auto minor = line.take_while(base::chars::digit);
        if (minor.empty()) return line.refuse(rule);
        if (major != "2" || minor != "0")
            return base::fail(Errc::unsupported_version, start, "RFC 3261 §7.1");
        return {};
    }
    void leave_out_torn() {
        std::erase_if(message_.fields_, [&](const Field& field) { return is_torn(message_.value(field)); });
        message_.kinds_ = message_.repeated_kinds_ = 0;
        for (std::size_t i = 0; i < message_.fields_.size(); ++i)
            message_.note_kind(message_.fields_[i].name_hash, i);
    }
    // Holds half a line end. Whoever writes the 400 would send it on, for others to split the 400 there.
    static bool is_torn(std::string_view value) {
        for (std::size_t i = 0; i < value.size(); ++i) {
            const bool line_end = value.substr(i, 2) == "\r\n";
            if (!line_end && (value[i] == '\r' || value[i] == '\n')) return true;
            i += line_end;
        }
        return false;
    }
    Slice slice_of(std::string_view text) const { return slice(text.data(), text.data() + text.size()); }

    // RFC 3261 §7.3.1.
    void read_field() {
        const char* name_end = find_name_end();
        const bool begins_tidily = name_end != at_ && name_end[0] == ':' && name_end[1] == ' ';
        if (!begins_tidily || is_space(name_end[2])) return read_untidy_field(name_end);
        const std::string_view name(at_, name_end);
        const char* line_end = find_field_end();
        next_line(line_end);
        if (line_end != end_ && !is_space(line_end[-1]))
            return add_field(name, slice(name_end + 2, line_end));
        message_.is_tidy_ = false;
        add_field(name, trimmed(name_end + 2, line_end));
    }
    // Blanks before the colon are legal (HCOLON); the name ends before them, so nobody can hide a field
    // behind a blank (CVE-2020-28361). A line without a name is passed over.
    void read_untidy_field(const char* name_end) {
        const std::string_view name(at_, name_end);
        const char* colon = name_end;
        while (is_blank(*colon)) ++colon;
        const bool named = !name.empty() && *colon == ':';
        if (!named)
            note(colon == end_ ? Errc::unexpected_end : Errc::unexpected_byte, colon, "RFC 3261 §7.3.1");
        const char* line_end = find_field_end();
        next_line(line_end);
        message_.is_tidy_ = false;
        if (named) add_field(name, trimmed(colon + 1, line_end));
    }
    const char* find_name_end() const {
        const char* place = at_;
        if (end_ - place >= std::ptrdiff_t{base::word_octets}) place += base::word_length(place);
        while (chars::token.has(*place)) ++place;
        return place;
    }
    Slice trimmed(const char* from, const char* to) const {
        while (from < to && is_space(*from)) ++from;
        while (from < to && is_space(to[-1])) --to;
        return slice(from, to);
    }
    // Lines that begin with a blank continue the one before.
    const char* find_field_end() {
        const char* line_end = find_line_end();
        while (line_end != end_ && is_blank(line_end[2])) line_end = find_line_end();
        return line_end;
    }
    void add_field(std::string_view name, Slice value) {
        const auto hash = hash_name(name);
        message_.note_kind(hash, message_.fields_.size());
        message_.has_compact_ |= name.size() == 1;
        message_.fields_.emplace_back(offset(name.data()), value.at, value.size, hash,
                                      static_cast<std::uint16_t>(name.size()));
    }

    void finish_header() {
        if (at_header_end()) next_line(at_);
        message_.body_at_ = offset(at_);
        const char* bare = ends_.bare_lf();
        if (bare == nullptr || bare >= at_) return;
        if (error_ && error_->offset == offset(bare)) error_.reset();  // for want of a line's end
        note(Errc::unexpected_byte, bare, "RFC 3261 §25.1 CRLF");
    }

    void check_repeated_length() {
        if (!message_.may_repeat(ContentLength::name)) return;
        for (std::size_t seen = 0; const Field& field : message_.fields_of(ContentLength::name))
            if (seen++ > 0) note(Errc::repeated_field, text_ + field.name_at, ContentLength::rule);
    }
    // RFC 3261 §18.3; RFC 4475 §3.1.2.2, §3.1.2.3, §3.3.9.
    void read_length(Ends ends) {
        const std::size_t available = end_ - at_;
        const Field* field = message_.find_field(ContentLength::name);
        if (field == nullptr) {
            if (ends == Ends::with_content_length && available > 0)
                note(Errc::missing_field, at_, ContentLength::rule);
            return;
        }
        Scanner in(message_.value(*field), field->value_at);
        const auto length = parse_value<ContentLength>(in);
        if (!length) return note(length.error());
        const bool surplus_is_noise = ends == Ends::with_datagram;
        if (length->number > available || (length->number < available && !surplus_is_noise))
            return note(Errc::length_mismatch, text_ + field->value_at, "RFC 3261 §18.3");
        message_.octets_.resize(message_.body_at_ + length->number);
    }

    Message& message_;
    const std::size_t most_fields_;
    const char* text_;
    const char* end_;
    const char* at_;
    LineEnds ends_;
    std::optional<Error> error_;
};

Result<Message> Message::parse(std::string_view octets, Ends ends) {
    Message message;
    if (const auto done = message.assign(octets, ends); !done) return tl::unexpected(done.error());
    return message;
}

Result<void> Message::assign(std::string_view octets, Ends ends, std::size_t most_fields) {
    fields_.clear();
    kinds_ = repeated_kinds_ = 0;
    has_compact_ = false;
    is_tidy_ = true;
    first_ = second_ = {};
    body_at_ = 0;
    status_ = 0;
    kind_ = Kind::none;
    octets_.assign(octets.substr(0, base::limits::message_octets + 1));
    if (octets.size() > base::limits::message_octets)
        return base::fail(Errc::too_large, base::limits::message_octets, "limits::message_octets");
    return Indexer(*this, most_fields).run(ends);
}

std::size_t Message::offset_of(std::string_view slice_of_octets) const {
    return static_cast<std::size_t>(slice_of_octets.data() - octets_.data());
}

void Message::note_repeat(std::uint32_t name_hash, std::size_t index) {
    const auto same = [&](const Field& field) { return field.name_hash == name_hash; };
    const auto before = std::span(fields_).first(index).subspan(first_of_kind_[name_hash >> 26]);
    if (std::any_of(before.begin(), before.end(), same)) repeated_kinds_ |= kind_of(name_hash);
}

const Field* Message::find_field_with_value(const HeaderName& name) const {
    for (const Field& field : fields_of(name))
        if (field.value_size != 0) return &field;
    return nullptr;
}

std::size_t Message::count(const HeaderName& name) const {
    const auto found = fields_of(name);
    return static_cast<std::size_t>(std::distance(found.begin(), found.end()));
}

void Message::insert(std::size_t at, std::string_view text) {
    octets_.insert(at, text);
    const auto size = static_cast<std::uint32_t>(text.size());
    const auto move = [&](std::uint32_t& start, std::uint32_t& extent) {
        if (start > at) {
            start += size;
        } else if (start + extent >= at) {
            extent += size;
        }
    };
    move(first_.at, first_.size);
    move(second_.at, second_.size);
    for (Field& field : fields_) {
        if (field.name_at >= at) field.name_at += size;
        move(field.value_at, field.value_size);
    }
    if (body_at_ >= at) body_at_ += size;
}

}  // namespace almon::sip
