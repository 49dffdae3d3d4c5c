#include "almon/app/test_state.hpp"
#include "almon/base/limits.hpp"

using namespace almon;
using namespace almon::app;

namespace {

// What the command returns for files of these texts.
int parsed(const std::vector<std::string>& texts) {
    const TestState state;
    std::vector<std::string> paths;
    for (const auto& text : texts) {
        const auto name = std::to_string(paths.size());
        state.folder.write(name, text);
        paths.push_back(state.folder.path() + '/' + name);
    }
    return parse(paths);
}

const std::string fine =
    "OPTIONS sip:a SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bKx\r\nFrom: <sip:a>;tag=1\r\nTo: <sip:a>\r\n"
    "Call-ID: c\r\nCSeq: 1 OPTIONS\r\n\r\n";

}  // namespace

TEST_CASE("a message that is understood is a success") {
    CHECK(parsed({fine}) == 0);
    CHECK(parsed({fine, fine}) == 0);
}

TEST_CASE("one message that is not understood is a failure, wherever it stands") {
    CHECK(parsed({"OPTIONS sip:a SIP/2.0\r\n\r\n"}) == 1);
    CHECK(parsed({fine, "", fine}) == 1);
}

TEST_CASE("a fault in a field that not every element reads is no failure") {
    auto odd = fine;
    odd.insert(odd.size() - 2, "Contact: x\r\n");
    CHECK(parsed({odd}) == 0);
}

TEST_CASE("a file that cannot be read is a failure") {
    const TestState state;
    CHECK(parse({state.folder.path() + "/none"}) == 1);
    CHECK(parse({state.folder.path()}) == 1);
}

TEST_CASE("a file is read as far as a message may go, and not one octet less") {
    CHECK(parsed({fine + std::string(base::limits::message_octets - fine.size(), 'x')}) == 0);
    CHECK(parsed({fine + std::string(base::limits::message_octets - fine.size() + 1, 'x')}) == 1);
    CHECK(parse({"/dev/zero"}) == 1);
}
