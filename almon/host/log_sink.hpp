// Where log lines go: standard error, as text for people or one JSON object a line.
#pragma once

#include <memory>
#include <string>

#include "almon/base/log.hpp"

namespace almon::host {

enum class LogFormat : unsigned char { text, json };
enum class Privacy : unsigned char { shown, hidden };

// May be written to from every thread. Hidden: private values are replaced by "…".
std::unique_ptr<base::LogSink> make_log_sink(LogFormat format, Privacy privacy);

// One line without its time and its end. Octets of strangers cannot forge a line or a value in it, nor reach
// the terminal as anything but text.
std::string log_line(LogFormat format, Privacy privacy, base::Level level, std::string_view event,
                     base::LogValues values);

}  // namespace almon::host
