// The log front: pure code says what happened, a sink that the host hands in decides where it goes. Events
// have a fixed name and named values; values that tell who calls whom are wrapped in Private, so that an
// operator can have them hidden. A line that is not wanted costs one branch.
#pragma once

#include <initializer_list>
#include <string_view>

namespace almon::base {

enum class Level : unsigned char { error, warning, info, debug };

// Names a person: an address-of-record, a phone number, an address, a Call-ID that carries one.
struct Private {
    std::string_view text;
};

struct LogValue {
    std::string_view name;
    std::string_view text;
    bool is_private = false;
    LogValue(std::string_view value_name, std::string_view value) : name(value_name), text(value) {}
    LogValue(std::string_view value_name, Private value)
        : name(value_name), text(value.text), is_private(true) {}
};

using LogValues = std::initializer_list<LogValue>;

class LogSink {
 public:
    virtual ~LogSink() = default;
    virtual void write(Level level, std::string_view event, LogValues values) = 0;
};

class Log {
 public:
    Log() = default;  // says nothing
    Log(LogSink& sink, Level level) : sink_(&sink), level_(level) {}

    bool wants(Level level) const { return sink_ != nullptr && level <= level_; }
    // `event`: what happened, in a few words that never change, such as "call refused". Give the values
    // "call" (the Call-ID) and "reason" wherever there is one.
    void write(Level level, std::string_view event, LogValues values = {}) const {
        if (wants(level)) sink_->write(level, event, values);
    }

 private:
    LogSink* sink_ = nullptr;
    Level level_ = Level::info;
};

}  // namespace almon::base
