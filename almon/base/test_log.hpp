// A sink for tests that keeps what was logged.
#pragma once

#include <string>
#include <vector>

#include "almon/base/log.hpp"

namespace almon::base {

// Each line as "level event name=value name=(value)", the private ones in brackets.
struct RecordedLog : LogSink {
    void write(Level level, std::string_view event, LogValues values) override {
        auto line = std::to_string(static_cast<int>(level)) + " " + std::string(event);
        for (const auto& value : values) {
            const std::string text(value.text);
            line += " " + std::string(value.name) + "=" + (value.is_private ? "(" + text + ")" : text);
        }
        lines.push_back(line);
    }
    std::vector<std::string> lines;
};

}  // namespace almon::base
