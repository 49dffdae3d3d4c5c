// Header field parameters, ;name=value;name (RFC 3261 §25.1 generic-param): checked once, then read in place.
#pragma once

#include <cstddef>
#include <iterator>
#include <optional>
#include <string_view>

#include "almon/base/limits.hpp"
#include "almon/base/printer.hpp"
#include "almon/sip/grammar.hpp"

namespace almon::sip {

using base::Printer;

struct Parameter {
    std::string_view name;
    std::optional<std::string_view> value;  // a quoted-string keeps its quotes
    bool value_is_token = false;            // neither quoted, nor with the brackets or colons of an address
};

// Reads name [EQUAL value], what stands behind a SEMI, into `parameter`.
[[nodiscard]] Result<void> take_parameter(Scanner& in, Parameter& parameter, const char* rule);

class Parameters {
 public:
    class Iterator {
     public:
        using iterator_category = std::forward_iterator_tag;
        using value_type = Parameter;
        using difference_type = std::ptrdiff_t;
        using pointer = const Parameter*;
        using reference = const Parameter&;

        Iterator() = default;
        explicit Iterator(std::string_view text) : rest_(text) { advance(); }
        reference operator*() const { return *parameter_; }
        pointer operator->() const { return &*parameter_; }
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
            return a.parameter_.has_value() == b.parameter_.has_value() && a.rest_.size() == b.rest_.size();
        }

     private:
        void advance();
        std::string_view rest_;
        std::optional<Parameter> parameter_;
    };

    Parameters() = default;
    // Reads *( SEMI generic-param ) and stops before anything else; at most limits::parameters.
    [[nodiscard]] static Result<Parameters> parse(Scanner& in,
                                                  const char* rule = "RFC 3261 §25.1 generic-param");
    // The same in place; visit(parameter) sees each as it is read, and may refuse it by a Result<void>.
    template <class Visit>
    [[nodiscard]] Result<void> read(Scanner& in, const char* rule, Visit visit) {
        const auto from = in.position();
        Parameter parameter;
        for (std::size_t count = 0; take_separator(in, ';'); ++count) {
            if (const auto taken = take_parameter(in, parameter, rule); !taken) return taken;
            if (count == base::limits::parameters)
                return base::fail(Errc::too_large, in.offset(), "limits::parameters");
            if (const Result<void> seen = visit(parameter); !seen) return seen;
        }
        text_ = in.since(from);
        return {};
    }
    [[nodiscard]] Result<void> read(Scanner& in, const char* rule);
    // Of text that was checked before, starting with its first semicolon.
    static Parameters checked(std::string_view text) { return Parameters(text); }

    bool empty() const { return text_.empty(); }
    std::string_view text() const { return text_; }
    Iterator begin() const { return Iterator(text_); }
    Iterator end() const { return {}; }
    // The first of that name, compared without case.
    std::optional<Parameter> find(std::string_view name) const;
    bool has(std::string_view name) const { return find(name).has_value(); }
    // Its value; nullopt when it is absent or has none.
    std::optional<std::string_view> value(std::string_view name) const;

    // ;name=value for each, blanks and folds left out.
    void print(Printer& out) const;

 private:
    explicit Parameters(std::string_view text) : text_(text) {}
    std::string_view text_;
};

}  // namespace almon::sip
