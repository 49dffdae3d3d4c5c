#include "almon/sip/transaction/actions.hpp"

#include <doctest/doctest.h>

namespace almon::sip {

TEST_CASE("actions say what they ask for") {
    CHECK(base::printed(Actions{}) == "ignored");
    CHECK(base::printed(Actions{.send_ack = true, .deliver = true}) == "send_ack deliver");
    const Actions all{true, true, true, true, true, true, true, true};
    CHECK(base::printed(all) ==
          "send_request send_response send_trying send_ack deliver timed_out failed ended");
    CHECK(sizeof(Actions) == 1);
}

}  // namespace almon::sip
