// Writing header fields as whole lines.
#pragma once

#include <string_view>

#include "almon/base/printer.hpp"
#include "almon/sip/message.hpp"

namespace almon::sip {

inline void put_line(base::Printer& out, const HeaderName& name, std::string_view value) {
    out.put(name.text()).put(": ").put(value).put("\r\n");
}

// A field of that name, in its full form and without blanks too many.
inline void put_field(base::Printer& out, const Message& message, const Field& field,
                      const HeaderName& name) {
    if (message.is_tidy() && message.name(field) == name.text())
        out.put(message.line(field));
    else
        put_line(out, name, message.value(field));
}

// The first field of that name as it stands in the message; nothing when there is none.
inline void put_first(base::Printer& out, const Message& message, const HeaderName& name) {
    if (const Field* field = message.find_field(name)) put_field(out, message, *field, name);
}

// All of them, in order.
inline void put_all(base::Printer& out, const Message& message, const HeaderName& name) {
    for (const Field& field : message.fields_of(name)) put_field(out, message, field, name);
}

}  // namespace almon::sip
