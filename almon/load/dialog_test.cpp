#include "almon/load/dialog.hpp"

#include <doctest/doctest.h>

using namespace almon::load;

namespace {

const std::string contact = "Contact: \"a>b\" <sip:bob@192.0.2.9:7000;transport=tcp>;q=1\r\n";
const std::string to = "To: <sip:bob@example.com>;tag=b\r\n";

bool opens(Dialog& dialog, const std::string& fields) {
    return dialog.open("SIP/2.0 200 OK\r\n" + fields + "\r\n", {});
}

}  // namespace

TEST_CASE("a 2xx gives remote target, remote tag, and the Record-Routes in reverse") {
    Dialog dialog;
    CHECK_FALSE(dialog.is_open());
    REQUIRE(opens(dialog, "Record-Route: <sip:c;lr>,\r\n <sip:b;lr>;x=\",\"\r\n" + to +
                              "record-route:<sip:a;lr>\r\n" + contact));
    CHECK(dialog.is_open());
    CHECK(dialog.uri() == "sip:bob@192.0.2.9:7000;transport=tcp");
    CHECK(dialog.routes() == "Route: <sip:a;lr>\r\nRoute: <sip:b;lr>;x=\",\"\r\nRoute: <sip:c;lr>\r\n");
    CHECK(dialog.to() == "<sip:bob@example.com>;tag=b");
}

TEST_CASE("without Record-Route there is no route, and a bare Contact ends before its parameters") {
    Dialog dialog;
    REQUIRE(opens(dialog, to + "m: sip:bob@192.0.2.9;expires=5\r\n"));
    CHECK(dialog.routes().empty());
    CHECK(dialog.uri() == "sip:bob@192.0.2.9");
}

TEST_CASE("what makes no dialog is refused") {
    std::string many;
    for (std::size_t i = 0; i <= Dialog::most_routes; ++i) many += "Record-Route: <sip:a;lr>\r\n";
    for (const auto& fields : {to, contact, to + contact + "Record-Route: nonsense<\r\n", to + contact + many,
                               to + "Contact: <>\r\n"}) {
        CAPTURE(fields);
        Dialog dialog;
        CHECK_FALSE(opens(dialog, fields));
        CHECK_FALSE(dialog.is_open());
    }
}

TEST_CASE("a dialog uses the memory that it is given, and gives it back") {
    std::string memory(500, 'x');
    const auto* const place = memory.data();
    Dialog dialog;
    REQUIRE(dialog.open("SIP/2.0 200 OK\r\n" + to + contact + "\r\n", std::move(memory)));
    CHECK(dialog.uri().data() == place);
    CHECK(dialog.release().data() == place);
}
