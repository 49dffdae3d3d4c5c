#include "almon/host/log_sink.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <mutex>
#include <string>

#include "almon/host/log_budget.hpp"
#include "almon/net/clock.hpp"

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

unsigned char octet_at(std::string_view text, std::size_t at) {
    return at < text.size() ? static_cast<unsigned char>(text[at]) : 0;
}

// The size of the UTF-8 sequence that the text begins with (RFC 3629 §4); 0: none, or a control character.
std::size_t printable_octets(std::string_view text) {
    const auto first = octet_at(text, 0);
    const auto second = octet_at(text, 1);
    if (first < 0x80) return first >= 0x20 && first != 0x7f ? 1 : 0;
    const std::size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    const auto least = first == 0xc2 ? 0xa0 : first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;  // c2: C1
    const auto most = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    if (first < 0xc2 || first > 0xf4 || second < least || second > most) return 0;
    for (std::size_t i = 2; i < size; ++i)
        if ((octet_at(text, i) & 0xc0) != 0x80) return 0;
    return size;
}

// What is no printable UTF-8 is shown as \xHH.
std::string printable(std::string_view text) {
    std::string safe;
    while (!text.empty()) {
        const auto size = printable_octets(text);
        if (size == 0) safe += fmt::format("\\x{:02x}", octet_at(text, 0));
        safe += text.substr(0, size);
        text.remove_prefix(std::max<std::size_t>(size, 1));
    }
    return safe;
}

// In quotes when a reader could take it for several values.
std::string as_value(std::string_view text) {
    auto value = printable(text);
    if (!value.empty() && value.find_first_of(" \"=") == value.npos) return value;
    for (std::size_t at = 0; (at = value.find('"', at)) != value.npos; at += 2) value.insert(at, 1, '\\');
    return '"' + value + '"';
}

std::string_view shown(const base::LogValue& value, Privacy privacy) {
    return value.is_private && privacy == Privacy::hidden ? hidden_text : value.text;
}

class Sink final : public base::LogSink {
 public:
    Sink(LogFormat format, Privacy privacy)
        : format_(format),
          privacy_(privacy),
          logger_("almon", std::make_shared<spdlog::sinks::stderr_sink_mt>()) {
        logger_.set_level(spdlog::level::trace);
        constexpr auto time = "%Y-%m-%dT%H:%M:%S.%eZ";
        logger_.set_pattern(format == LogFormat::json ? fmt::format("{{\"time\":\"{}\",%v", time)
                                                      : fmt::format("{} %v", time),
                            spdlog::pattern_time_type::utc);
    }
    void write(base::Level level, std::string_view event, base::LogValues values) override {
        const auto decision = spend(event);
        if (decision.left_out > 0) {
            const auto count = std::to_string(decision.left_out);
            put(base::Level::warning, "log lines left out", {{"of", event}, {"count", count}});
        }
        if (decision.write) put(level, event, values);
    }

 private:
    LogBudget::Decision spend(std::string_view event) {
        const std::scoped_lock lock(mutex_);
        return budget_.spend(event, net::read_clocks().now);
    }
    void put(base::Level level, std::string_view event, base::LogValues values) {
        const auto line = log_line(format_, privacy_, level, event, values);
        // The time stands in the object of the others.
        logger_.info("{}", std::string_view(line).substr(format_ == LogFormat::json ? 1 : 0));
    }

    LogFormat format_;
    Privacy privacy_;
    spdlog::logger logger_;
    std::mutex mutex_;
    LogBudget budget_;
};

}  // namespace

std::unique_ptr<base::LogSink> make_log_sink(LogFormat format, Privacy privacy) {
    return std::make_unique<Sink>(format, privacy);
}

std::string log_line(LogFormat format, Privacy privacy, base::Level level, std::string_view event,
                     base::LogValues values) {
    if (format == LogFormat::json) {
        boost::json::object line{{"level", name_of(level)}, {"event", event}};
        for (const auto& value : values) line[value.name] = printable(shown(value, privacy));
        return boost::json::serialize(line);
    }
    auto line = fmt::format("{:7} {}", name_of(level), event);
    for (const auto& value : values)
        line += fmt::format("  {}={}", value.name, as_value(shown(value, privacy)));
    return line;
}

}  // namespace almon::host
