#include "almon/sip/headers/text_value.hpp"

#include "almon/sip/headers/reading_test.hpp"
#include "almon/sip/headers/server.hpp"
#include "almon/sip/headers/subject.hpp"
#include "almon/sip/headers/user_agent.hpp"

using namespace almon::sip;
using namespace almon::sip::test;

TEST_CASE("a text is taken as it stands") {
    for (const auto text :
         {"Need more boxes", "Tech Support, urgent; \"really\" (yes)", "a,b,,c", "\"open", "<",
          "J\xc3\xa4"
          "ger \xe6\x97\xa5\xe6\x9c\xac",
          "\xff not UTF-8", ""})
        CHECK(reprint<Subject>(text) == text);
    CHECK(reprint<Server>("HomeServer v2 (a (b))") == "HomeServer v2 (a (b))");
    CHECK(reprint<UserAgent>("Softphone/Beta1.5 x/1") == "Softphone/Beta1.5 x/1");
}

TEST_CASE("blanks round a text are not part of it, folds inside stay") {
    const auto folded = message("Subject:  \r\n I know\r\n\tyou're there  \r\n");
    CHECK(folded.get<Subject>()->text == "I know\r\n\tyou're there");
    CHECK(folded.find<Subject>().value()->text == "I know\r\n\tyou're there");
}

TEST_CASE("an empty text is there, an absent one is not") {
    const auto empty = message("Subject:\r\n");
    CHECK(empty.get<Subject>()->text.empty());
    CHECK(empty.find<Subject>().value()->text.empty());
    CHECK(is_absent<Subject>("Server: x\r\n"));
}

TEST_CASE("a text is one value a field, commas or not") {
    CHECK(values<Subject>("s: a, b\r\nSUBJECT: c\r\n") == Texts{"a, b", "c"});
    CHECK(values<Server>("server: a, b\r\n") == Texts{"a, b"});
}

TEST_CASE("text fields are found by their own names") {
    const auto three = message("s: about\r\nServer: almon\r\nuser-agent: phone\r\n");
    CHECK(three.get<Subject>()->text == "about");
    CHECK(three.get<Server>()->text == "almon");
    CHECK(three.get<UserAgent>()->text == "phone");
    CHECK(message("S: x\r\n").has(Subject::name));
    CHECK_FALSE(message("s: x\r\n").has(Server::name));
    CHECK_FALSE(message("u: x\r\n").has(UserAgent::name));
}
