#include "almon/sip/edits.hpp"

#include <algorithm>

#include "almon/sip/field_lines.hpp"
#include "almon/sip/grammar.hpp"
#include "almon/sip/headers/content_length.hpp"

namespace almon::sip {

// Copies what is not edited in the longest runs that it can; only fields that an edit names, or that do not
// stand as they should, are written line by line.
class Edits::Writer {
 public:
    Writer(const Edits& edits, const Message& message, base::Printer& out)
        : edits_(edits),
          message_(message),
          out_(out),
          body_octets_(message.body().size()),
          has_length_(message.has(ContentLength::name)) {
        for (const Edit& edit : edits.edits_) {
            replaces_ |= edit.kind == Kind::replace;
            edited_kinds_ |= edit.name.kinds();
        }
        if (replaces_) count_body();
        if (body_octets_ != message.body().size()) edited_kinds_ |= ContentLength::name.kinds();
    }

    void run() {
        write_start_line();
        write_fields();
        write_additions();
        if (!has_length_) out_.put("Content-Length: ").put_number(body_octets_).put("\r\n");
        out_.put("\r\n");
        copy(body_at(), message_.octets().size());
    }

 private:
    // What the edits want of one field.
    struct Wish {
        bool prepended = false, removed = false;
        const Edit* set = nullptr;
        std::size_t value_from;
    };

    std::string_view text(const Edit& edit) const {
        return std::string_view(edits_.text_).substr(edit.text_at, edit.text_size);
    }
    std::size_t body_at() const { return message_.octets().size() - message_.body().size(); }
    bool is_first(const Edit& edit, const Field& field) const {
        return message_.find_field(edit.name) == &field;
    }

    void write_start_line() {
        if (message_.is_response()) {
            out_.put("SIP/2.0 ").put_number(message_.status().code()).put(' ');
            copy(message_.reason());
        } else {
            out_.put(message_.method().value()).put(' ');
            write_request_uri();
            out_.put(" SIP/2.0");
        }
        out_.put("\r\n");
        for (auto edit = edits_.edits_.rbegin(); edit != edits_.edits_.rend(); ++edit)
            if (edit->kind == Kind::prepend && !message_.has(edit->name)) put(*edit);
    }
    void write_request_uri() {
        const auto replaced = std::find_if(edits_.edits_.rbegin(), edits_.edits_.rend(),
                                           [](const Edit& edit) { return edit.kind == Kind::request_uri; });
        if (replaced != edits_.edits_.rend()) {
            out_.put(text(*replaced));
        } else {
            copy(message_.request_uri());
        }
    }

    void write_fields() {
        const auto fields = message_.fields();
        if (fields.empty()) return;
        const auto end_of_last = fields.back().value_at + fields.back().value_size + 2;
        kept_from_ = fields.front().name_at;
        for (std::size_t i = 0; i < fields.size(); ++i) {
            if (!may_change(fields[i])) continue;
            write_field(fields[i], i + 1 < fields.size() ? fields[i + 1].name_at : end_of_last);
        }
        copy(kept_from_, end_of_last);
    }
    // The cheap question: for most fields the answer is no. A message that needs tidying is written line by
    // line.
    bool may_change(const Field& field) const {
        return (edited_kinds_ & field.kind()) != 0 || !message_.is_tidy();
    }
    // `end`: where the next field begins.
    void write_field(const Field& field, std::size_t end) {
        const auto wish = wish_for(field);
        if (wish.removed && is_length(field)) has_length_ = false;
        const bool untouched = !wish.prepended && !wish.removed && wish.set == nullptr;
        if (untouched && wish.value_from == field.value_at && message_.is_tidy()) return;
        copy(kept_from_, field.name_at);
        kept_from_ = end;
        if (wish.prepended) write_prepended(field);
        if (wish.set != nullptr) {
            put(*wish.set);
        } else if (!wish.removed) {
            out_.put(message_.name(field)).put(": ");
            copy(wish.value_from, field.value_at + field.value_size);
            out_.put("\r\n");
        }
    }
    Wish wish_for(const Field& field) const {
        Wish wish{.value_from = field.value_at};
        wish.removed = body_octets_ != message_.body().size() && is_length(field);  // not true any more
        for (const Edit& edit : edits_.edits_) {
            if (!edit.name.matches(message_.name(field), field.name_hash)) continue;
            if (edit.kind == Kind::prepend) wish.prepended |= is_first(edit, field);
            if (edit.kind == Kind::set && is_first(edit, field)) wish.set = &edit;
            if (edit.kind == Kind::remove) wish.removed = true;
            if (edit.kind == Kind::remove_first) remove_values(edit, field, wish);
        }
        return wish;
    }
    // edit.size values go, counted over all fields of the name.
    void remove_values(const Edit& edit, const Field& field, Wish& wish) const {
        std::size_t left = edit.size;
        for (const Field* other = message_.find_field(edit.name); other <= &field && left > 0; ++other) {
            if (!edit.name.matches(message_.name(*other), other->name_hash)) continue;
            Scanner in(message_.value(*other), other->value_at);
            for (bool more = true; left > 0 && more; --left) {
                skip_value(in);
                more = take_separator(in, ',');
            }
            if (other == &field) wish.value_from = in.offset(), wish.removed |= in.done();
        }
    }
    // Of several with this name the last one stands topmost.
    void write_prepended(const Field& field) {
        for (auto edit = edits_.edits_.rbegin(); edit != edits_.edits_.rend(); ++edit)
            if (edit->kind == Kind::prepend && edit->name.matches(message_.name(field), field.name_hash))
                put(*edit);
    }
    void write_additions() {
        for (const Edit& edit : edits_.edits_)
            if (edit.kind == Kind::append || (is_last_set(edit) && !message_.has(edit.name))) put(edit);
    }
    bool is_last_set(const Edit& edit) const {
        const auto sets_it_too = [&](const Edit& other) {
            return other.kind == Kind::set && other.name.matches(edit.name.text());
        };
        const auto* end = edits_.edits_.data() + edits_.edits_.size();
        return edit.kind == Kind::set && std::none_of(&edit + 1, end, sets_it_too);
    }
    void put(const Edit& edit) {
        has_length_ |= edit.name.matches(ContentLength::name.text());
        put_line(out_, edit.name, text(edit));
    }

    bool is_length(const Field& field) const {
        return ContentLength::name.matches(message_.name(field), field.name_hash);
    }

    void copy(std::string_view slice) {
        const auto from = message_.offset_of(slice);
        copy(from, from + slice.size());
    }
    void copy(std::size_t from, std::size_t to) {
        if (!replaces_)
            out_.put(message_.octets().substr(from, to - from));
        else
            walk(from, to, [this](std::string_view piece) { out_.put(piece); });
    }
    void count_body() {
        body_octets_ = 0;
        walk(body_at(), message_.octets().size(),
             [this](std::string_view piece) { body_octets_ += piece.size(); });
    }
    // The octets, piece by piece, with the replacements that lie among them.
    template <class Take>
    void walk(std::size_t from, std::size_t to, Take take) const {
        const Edit* next = nullptr;
        while ((next = next_replacement(from, to, next)) != nullptr) {
            take(message_.octets().substr(from, next->at - from));
            take(text(*next));
            from = next->at + next->size;
        }
        take(message_.octets().substr(from, to - from));
    }
    // What is put at a place comes, in order, before what replaces the octets there.
    const Edit* next_replacement(std::size_t from, std::size_t to, const Edit* last) const {
        const Edit* first = nullptr;
        for (const Edit& edit : edits_.edits_) {
            if (edit.kind != Kind::replace || edit.at < from || edit.at + edit.size > to) continue;
            if (edit.size == 0 && last != nullptr && edit.at == last->at && &edit <= last) continue;
            const bool before = first == nullptr || edit.at < first->at ||
                                (edit.at == first->at && edit.size == 0 && first->size > 0);
            if (before) first = &edit;
        }
        return first;
    }

    const Edits& edits_;
    const Message& message_;
    base::Printer& out_;
    std::size_t kept_from_ = 0;       // from here on nothing is written yet
    std::size_t body_octets_;         // of the body as edited
    std::uint64_t edited_kinds_ = 0;  // of the names in the edits
    bool replaces_ = false;
    bool has_length_;
};

namespace {

// The name of edits that are about no field: it matches none.
constexpr HeaderName no_name{""};

}  // namespace

void Edits::clear() {
    edits_.clear();
    text_.clear();
}

Edits& Edits::add(Kind kind, HeaderName name, std::string_view text) {
    edits_.push_back({kind, name, 0, 0, text_.size(), text.size()});
    text_.append(text);
    return *this;
}

Edits& Edits::set_request_uri(std::string_view uri) {
    return add(Kind::request_uri, no_name, uri);
}
Edits& Edits::prepend(HeaderName name, std::string_view value) {
    return add(Kind::prepend, name, value);
}
Edits& Edits::append(HeaderName name, std::string_view value) {
    return add(Kind::append, name, value);
}
Edits& Edits::remove(HeaderName name) {
    return add(Kind::remove, name, {});
}
Edits& Edits::set(HeaderName name, std::string_view value) {
    return add(Kind::set, name, value);
}

Edits& Edits::remove_first_value(HeaderName name) {
    for (Edit& edit : edits_) {
        if (edit.kind != Kind::remove_first || !edit.name.matches(name.text())) continue;
        ++edit.size;
        return *this;
    }
    add(Kind::remove_first, name, {});
    edits_.back().size = 1;
    return *this;
}

Edits& Edits::replace(const Message& message, std::string_view slice, std::string_view text) {
    add(Kind::replace, no_name, text);
    edits_.back().at = message.offset_of(slice);
    edits_.back().size = slice.size();
    return *this;
}

void Edits::write(const Message& message, base::Printer& out) const {
    Writer(*this, message, out).run();
}

}  // namespace almon::sip
