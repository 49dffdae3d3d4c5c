#include "almon/sip/transport/stream_framer.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include "almon/base/limits.hpp"
#include "almon/sip/message.hpp"

namespace almon::sip {
namespace {

using base::Errc;
namespace limits = base::limits;

const std::string options = "OPTIONS sip:a SIP/2.0\r\nCall-ID: 1\r\nContent-Length: 4\r\n\r\nbody";
const std::string bye = "BYE sip:a SIP/2.0\r\nl: 0\r\n\r\n";

using Log = std::vector<std::string>;

std::string told(const StreamFramer::Broken& broken) {
    return std::string("broken: ") + base::describe(broken.error.code) + " at " +
           std::to_string(broken.error.offset) + " in " + std::string(broken.head);
}

void drain(StreamFramer& framer, Log& log) {
    for (;;) {
        const auto event = framer.next();
        if (std::holds_alternative<StreamFramer::NeedMore>(event)) return;
        if (std::holds_alternative<StreamFramer::Pong>(event)) log.push_back("pong");
        if (std::holds_alternative<StreamFramer::Ping>(event)) log.push_back("ping");
        if (const auto* whole = std::get_if<StreamFramer::Whole>(&event)) log.emplace_back(whole->octets);
        if (const auto* broken = std::get_if<StreamFramer::Broken>(&event)) log.push_back(told(*broken));
    }
}

// What the framer says to a stream that comes in these chunks. Each chunk is gone when the next one comes.
Log framed_in(const std::vector<std::string_view>& chunks) {
    StreamFramer framer;
    Log log;
    for (const auto chunk : chunks) {
        const std::string short_lived(chunk);
        framer.feed(short_lived);
        drain(framer, log);
    }
    return log;
}

Log framed(std::string_view stream) {
    return framed_in({stream});
}

std::optional<StreamFramer::Broken> broken_by(std::string_view stream) {
    StreamFramer framer;
    framer.feed(stream);
    const auto event = framer.next();
    const auto* broken = std::get_if<StreamFramer::Broken>(&event);
    return broken ? std::optional(*broken) : std::nullopt;
}

std::string with_length_line(std::string_view line) {
    return "OPTIONS sip:a SIP/2.0\r\n" + std::string(line) + "\r\nTo: x\r\n\r\nbody";
}

void same_however_split(std::string_view stream) {
    const auto whole = framed(stream);
    for (std::size_t cut = 1; cut < stream.size(); ++cut) {
        CAPTURE(cut);
        REQUIRE(framed_in({stream.substr(0, cut), stream.substr(cut)}) == whole);
    }
    std::vector<std::string_view> octets;
    for (std::size_t i = 0; i < stream.size(); ++i) octets.push_back(stream.substr(i, 1));
    REQUIRE(framed_in(octets) == whole);
}

struct Vector {
    std::string name, octets;
};

std::vector<Vector> torture_messages() {
    std::vector<Vector> all;
    for (const auto& entry : std::filesystem::directory_iterator(ALMON_SOURCE_DIR "/tests/vectors/rfc4475")) {
        if (entry.path().extension() != ".dat") continue;
        std::ifstream file(entry.path(), std::ios::binary);
        all.push_back({entry.path().stem().string(), std::string(std::istreambuf_iterator<char>(file), {})});
    }
    return all;
}

}  // namespace

TEST_CASE("framer: messages are cut by their Content-Length") {
    CHECK(framed(options) == Log{options});
    CHECK(framed(options + bye + options) == Log{options, bye, options});
    CHECK(framed(options.substr(0, options.size() - 1)).empty());
}

TEST_CASE("framer: a message that lies whole in a chunk is not copied") {
    StreamFramer framer;
    const auto stream = bye + options;
    framer.feed(stream);
    const auto first = framer.next();
    const auto second = framer.next();
    CHECK(std::get<StreamFramer::Whole>(first).octets.data() == stream.data());
    CHECK(std::get<StreamFramer::Whole>(second).octets.data() == stream.data() + bye.size());
    CHECK(framer.unfinished() == 0);
}

TEST_CASE("framer: only the unfinished message is kept, and nothing once it is whole") {
    StreamFramer framer;
    Log log;
    const auto chunk = bye + options.substr(0, 30);
    framer.feed(chunk);
    drain(framer, log);
    CHECK(framer.unfinished() == 30);
    const auto more = options.substr(30) + bye + "OPT";
    framer.feed(more);
    drain(framer, log);
    CHECK(framer.unfinished() == 3);
    framer.feed(std::string_view(options).substr(3));
    drain(framer, log);
    CHECK(framer.unfinished() == 0);
    CHECK(log == Log{bye, options, bye, options});
}

TEST_CASE("framer: the same events however the stream is split") {
    same_however_split("\r\n\r\n" + options + "\r\n" + bye + "\r\n\r\n\r\n" + options);
    same_however_split(with_length_line("Content-Length: 5\r\nContent-Length: 13"));
    same_however_split("\r\r\n\n\r\n" + bye);
}

TEST_CASE("framer: every torture message of RFC 4475, split at every octet, with a message behind it") {
    const auto all = torture_messages();
    REQUIRE(all.size() >= 49);
    for (const auto& [name, octets] : all) {
        CAPTURE(name);
        same_however_split(octets + bye);
    }
}

TEST_CASE("framer: what the torture messages of RFC 4475 become") {
    int whole = 0;
    for (const auto& [name, octets] : torture_messages()) {
        CAPTURE(name);
        const auto log = framed(octets);
        const bool unframed = name == "ncl" || name == "mcl01";
        if (unframed) CHECK(log.at(0).starts_with("broken"));
        if (log.empty() || unframed) continue;
        ++whole;
        // What was cut as one message, Message ends at the same octet (when it has no other complaint).
        const auto message = Message::parse(log[0], Message::Ends::with_content_length);
        if (message) CHECK(message->octets().size() == log[0].size());
    }
    CHECK(whole >= 40);
}

TEST_CASE("framer: Content-Length in all its forms") {
    for (const auto* line : {"Content-Length: 4", "content-length:4", "CONTENT-LENGTH :   4", "l: 4",
                             "L\t:\t4 \t", "l:\r\n 4", "Content-Length:\r\n\t \r\n 4", "l: 4\r\n ", "l: 0004",
                             "X: a\r\n l: 9\r\nl: 4", "l: 4\r\nContent-Length: 4"}) {
        CAPTURE(line);
        const auto message = with_length_line(line);
        CHECK(framed(message + bye) == Log{message, bye});
    }
}

TEST_CASE("framer: a length that cannot be trusted breaks the stream, and the head is there for the answer") {
    struct Case {
        const char* line;
        Errc code;
        std::size_t offset;
    };
    for (const auto& [line, code, offset] : {
             Case{"l: -999", Errc::unexpected_byte, 26},
             Case{"l: 4x", Errc::unexpected_byte, 27},
             Case{"l: 4, 4", Errc::unexpected_byte, 27},
             Case{"l: 4\r\n 4", Errc::unexpected_byte, 27},
             Case{"l:", Errc::unexpected_end, 25},
             Case{"l: 99999999999999999999", Errc::number_too_large, 26},
             Case{"l: 4294967295", Errc::too_large, limits::message_octets},
             Case{"l: 5\r\nl: 4", Errc::repeated_field, 32},
             Case{"X: y", Errc::missing_field, 38},
             Case{" l: 4", Errc::missing_field, 39},
         }) {
        CAPTURE(line);
        const auto stream = with_length_line(line);
        const auto broken = broken_by(stream);
        REQUIRE(broken);
        CHECK(broken->error.code == code);
        CHECK(broken->error.offset == offset);
        CHECK(broken->head == stream.substr(0, stream.size() - 4));
    }
}

TEST_CASE("framer: a broken stream is broken once and then silent") {
    StreamFramer framer;
    Log log;
    const auto bad = with_length_line("X: y");
    framer.feed(bad);
    drain(framer, log);
    CHECK(log.size() == 1);
    framer.feed(bye);
    drain(framer, log);
    CHECK(log.size() == 1);
    CHECK(framer.unfinished() == 0);
}

TEST_CASE("framer: a message may be as large as the limit and no larger") {
    const auto of_size = [](std::size_t size) {
        const std::string head = "OPTIONS sip:a SIP/2.0\r\nContent-Length: ";
        const auto body = size - head.size() - 5 - 4;
        return head + std::to_string(body) + "\r\n\r\n" + std::string(body, 'x');
    };
    const auto largest = of_size(limits::message_octets);
    REQUIRE(largest.size() == limits::message_octets);
    CHECK(framed(largest + bye) == Log{largest, bye});
    CHECK(broken_by(of_size(limits::message_octets + 1))->error.code == Errc::too_large);
}

TEST_CASE("framer: a head without end is given up at the limit, in one chunk or in many") {
    const std::string endless = "OPTIONS sip:a SIP/2.0\r\nX: " + std::string(limits::message_octets, 'x');
    const auto broken = broken_by(endless);
    REQUIRE(broken);
    CHECK(broken->error.code == Errc::too_large);
    CHECK(broken->head == endless.substr(0, limits::message_octets));

    StreamFramer framer;
    Log log;
    for (std::size_t at = 0; at < endless.size(); at += 1000) {
        framer.feed(std::string_view(endless).substr(at, 1000));
        drain(framer, log);
        CHECK(framer.unfinished() <= limits::message_octets + 1000);
    }
    CHECK(log.size() == 1);
}

TEST_CASE("framer: a CRLF between messages is a pong, a second one makes them a ping") {
    CHECK(framed("\r\n") == Log{"pong"});
    CHECK(framed("\r\n\r\n") == Log{"pong", "ping"});
    CHECK(framed("\r\n\r\n\r\n\r\n") == Log{"pong", "ping", "pong", "ping"});
    CHECK(framed_in({"\r\n\r", "\n"}) == Log{"pong", "ping"});
    CHECK(framed("\r\n" + bye + "\r\n\r\n") == Log{"pong", bye, "pong", "ping"});
}

TEST_CASE("framer: only CRLF ends a line, so a bare line feed cannot cut a message in two") {
    const auto smuggled = "OPTIONS sip:a SIP/2.0\r\nl: 0\r\nSubject: x\n\n" + bye;
    CHECK(framed(smuggled) == Log{smuggled});
    CHECK_FALSE(Message::parse(smuggled, Message::Ends::with_content_length));
    CHECK(framed("OPTIONS sip:a SIP/2.0\nl: 0\n\n").empty());
}

TEST_CASE("framer: a framer may be moved between chunks") {
    StreamFramer framer;
    Log log;
    framer.feed(std::string_view(bye).substr(0, 5));
    drain(framer, log);
    auto moved = std::move(framer);
    moved.feed(std::string_view(bye).substr(5));
    drain(moved, log);
    CHECK(log == Log{bye});
}

TEST_CASE("framer: a bare line feed does not make the end of its line the end of the head") {
    const std::string smuggled = "OPTIONS sip:a SIP/2.0\r\nSubject: x\n\r\nl: 0\r\n\r\n";
    CHECK(framed(smuggled + bye) == Log{smuggled, bye});
    CHECK_FALSE(Message::parse(smuggled, Message::Ends::with_content_length));
}

}  // namespace almon::sip
