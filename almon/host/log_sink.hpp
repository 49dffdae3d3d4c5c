// Where log lines go: standard error, as text for people or one JSON object a line.
#pragma once

#include <memory>

#include "almon/base/log.hpp"

namespace almon::host {

enum class LogFormat : unsigned char { text, json };
enum class Privacy : unsigned char { shown, hidden };

// May be written to from every thread. Hidden: private values are replaced by "…".
std::unique_ptr<base::LogSink> make_log_sink(LogFormat format, Privacy privacy);

}  // namespace almon::host
