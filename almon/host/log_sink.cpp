#include "almon/host/log_sink.hpp"

#include <spdlog/fmt/chrono.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <ctime>
#include <string>

namespace almon::host {
namespace {

constexpr std::string_view hidden_text = "…";

const char* name_of(base::Level level) {
    switch (level) {
        case base::Level::error: return "error";
        case base::Level::warning: return "warning";
        case base::Level::info: return "info";
        case base::Level::debug: return "debug";
    }
    return "";
}

// Octets of strangers may be no UTF-8 and may hold line ends: what is not printable ASCII or part of a longer
// UTF-8 sequence is shown as \xHH, so that nobody can forge a log line.
std::string printable(std::string_view text) {
    std::string safe;
    for (const char c : text) {
        const auto octet = static_cast<unsigned char>(c);
        if (octet >= 0x20 && octet != 0x7f)
            safe += c;
        else
            safe += fmt::format("\\x{:02x}", octet);
    }
    return safe;
}

class Sink final : public base::LogSink {
 public:
    Sink(LogFormat format, Privacy privacy)
        : format_(format),
          privacy_(privacy),
          logger_("almon", std::make_shared<spdlog::sinks::stderr_sink_mt>()) {
        logger_.set_level(spdlog::level::trace);
        logger_.set_pattern(format == LogFormat::json ? "%v" : "%Y-%m-%dT%H:%M:%S.%eZ %v",
                            spdlog::pattern_time_type::utc);
    }
    void write(base::Level level, std::string_view event, base::LogValues values) override {
        logger_.info(
            "{}", format_ == LogFormat::json ? as_json(level, event, values) : as_text(level, event, values));
    }

 private:
    std::string_view shown(const base::LogValue& value) const {
        return value.is_private && privacy_ == Privacy::hidden ? hidden_text : value.text;
    }
    std::string as_text(base::Level level, std::string_view event, base::LogValues values) const {
        auto line = fmt::format("{:7} {}", name_of(level), event);
        for (const auto& value : values) line += fmt::format("  {}={}", value.name, printable(shown(value)));
        return line;
    }
    std::string as_json(base::Level level, std::string_view event, base::LogValues values) const {
        boost::json::object line{
            {"time", fmt::format("{:%Y-%m-%dT%H:%M:%S}Z", fmt::gmtime(std::time(nullptr)))},
            {"level", name_of(level)},
            {"event", event}};
        for (const auto& value : values) line[value.name] = printable(shown(value));
        return boost::json::serialize(line);
    }

    LogFormat format_;
    Privacy privacy_;
    spdlog::logger logger_;
};

}  // namespace

std::unique_ptr<base::LogSink> make_log_sink(LogFormat format, Privacy privacy) {
    return std::make_unique<Sink>(format, privacy);
}

}  // namespace almon::host
