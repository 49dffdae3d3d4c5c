#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cstdio>

#include "almon/app/commands.hpp"
#include "almon/app/message_json.hpp"
#include "almon/base/limits.hpp"

namespace almon::app {
namespace {

namespace json = boost::json;

// As much as a message may have, and an octet more, for the parser to say so. False: it cannot be read.
bool read_stream(std::FILE* stream, std::string& octets) {
    octets.resize(base::limits::message_octets + 1);
    octets.resize(std::fread(octets.data(), 1, octets.size(), stream));
    return std::ferror(stream) == 0;
}

bool read_message(const std::string& path, std::string& octets) {
    if (path == "-") return read_stream(stdin, octets);
    std::FILE* file = std::fopen(path.c_str(), "rb");
    if (file == nullptr) return false;
    const bool whole = read_stream(file, octets);
    std::fclose(file);
    return whole;
}

json::object parse_file(const std::string& path) {
    std::string octets;
    if (read_message(path, octets)) return message_json(octets);
    return {{"error", json::object{{"fault", "the file cannot be read"}}}};
}

}  // namespace

// One line of JSON for each message.
int parse(const std::vector<std::string>& files) {
    int exit_code = 0;
    for (const auto& path : files.empty() ? std::vector<std::string>{"-"} : files) {
        auto shown = parse_file(path);
        if (shown.contains("error")) exit_code = 1;
        if (files.size() > 1) shown["file"] = path;
        std::printf("%s\n", json::serialize(shown).c_str());
    }
    return exit_code;
}

}  // namespace almon::app
