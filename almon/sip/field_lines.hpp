// Writing header fields as whole lines.
#pragma once

#include <string_view>

#include "almon/base/printer.hpp"
#include "almon/sip/message.hpp"

namespace almon::sip {

inline void put_line(base::Printer& out, HeaderName name, std::string_view value) {
    out.put(name.text()).put(": ").put(value).put("\r\n");
}

// The first field of that name as it stands in the message; nothing when there is none.
inline void put_first(base::Printer& out, const Message& message, HeaderName name) {
    if (const Field* field = message.find_field(name)) put_line(out, name, message.value(*field));
}

// All of them, in order.
inline void put_all(base::Printer& out, const Message& message, HeaderName name) {
    for (const Field& field : message.fields())
        if (name.matches(message.name(field), field.name_hash)) put_line(out, name, message.value(field));
}

}  // namespace almon::sip
