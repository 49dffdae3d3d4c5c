// A message that was written once, with slots for what changes: {local}, {user}, … Printing it is copying
// pieces.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "almon/base/printer.hpp"

namespace almon::load {

enum class Slot : std::uint8_t {
    local,        // our host and port
    user,         // who asks
    callee,       // who is asked
    number,       // of the unit: in its Call-ID, its tag and its branches
    cseq,         // also the end of its branch
    expires,      // of a registration
    credentials,  // a whole line, or nothing
    uri,          // the remote target
    routes,       // whole lines
    from,
    to,
    call_id,
    branch,
    none,  // behind the last piece
};

class Template {
 public:
    class Values {
     public:
        Values& set(Slot slot, std::string_view text) {
            texts_[static_cast<std::size_t>(slot)] = text;
            return *this;
        }
        std::string_view operator[](Slot slot) const { return texts_[static_cast<std::size_t>(slot)]; }

     private:
        std::array<std::string_view, static_cast<std::size_t>(Slot::none) + 1> texts_;
    };
    // What is known beforehand: {name} becomes text.
    struct Fixed {
        std::string_view name, text;
    };

    // Lines end with a line feed here and with CRLF when printed.
    Template(std::string_view text, std::span<const Fixed> fixed);
    void print(const Values& values, base::Printer& out) const;

 private:
    struct Piece {
        std::size_t end;  // of the literal text before the slot
        Slot slot;
    };
    void add(std::string_view name, std::span<const Fixed> fixed);

    std::string text_;
    std::vector<Piece> pieces_;
};

}  // namespace almon::load
