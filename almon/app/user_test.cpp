#include "almon/app/test_state.hpp"
#include "almon/host/listing.hpp"

using namespace almon;
using namespace almon::app;

namespace {

store::Subscriber alice(std::string_view password) {
    return host::subscriber_of("alice", "example.com", sip::digest::Secret("alice", "example.com", password));
}

}  // namespace

TEST_CASE("without a server an account is stored with its secrets, never its password") {
    const TestState state;
    CHECK(add_user(state.user("alice@Example.com", "zanzibar")) == 0);
    CHECK(state.accounts() == std::vector{alice("zanzibar")});
}

TEST_CASE("an account is added once") {
    const TestState state;
    CHECK(add_user(state.user("alice@example.com", "one")) == 0);
    CHECK(add_user(state.user("alice@example.com", "two")) == 1);
    CHECK(state.accounts() == std::vector{alice("one")});
}

TEST_CASE("a password is changed for an account that exists") {
    const TestState state;
    CHECK(change_password(state.user("alice@example.com", "one")) == 1);
    CHECK(add_user(state.user("alice@example.com", "one")) == 0);
    CHECK(change_password(state.user("alice@example.com", "two")) == 0);
    CHECK(state.accounts() == std::vector{alice("two")});
}

TEST_CASE("a removed account is gone, and cannot be removed again") {
    const TestState state;
    CHECK(add_user(state.user("alice@example.com")) == 0);
    CHECK(remove_user(state.user("alice@example.com")) == 0);
    CHECK(state.accounts().empty());
    CHECK(remove_user(state.user("alice@example.com")) == 1);
    CHECK(list_users(state.user("")) == 0);
}

TEST_CASE("a password may stand in a file: its first line") {
    const TestState state;
    state.folder.write("password", "zanzibar\r\nnot this\n");
    auto options = state.user("alice@example.com");
    options.password_file = state.folder.path() + "/password";
    CHECK(add_user(options) == 0);
    CHECK(state.accounts() == std::vector{alice("zanzibar")});
    state.folder.write("password", "\n");
    CHECK(change_password(options) == 1);
    options.password_file = state.folder.path() + "/nowhere";
    CHECK(change_password(options) == 1);
}

TEST_CASE("what is no account is refused before anything is opened") {
    const TestState state;
    CHECK(add_user(state.user("alice", "x")) == 1);
    CHECK(remove_user(state.user("@", "x")) == 1);
    CHECK_FALSE(std::filesystem::exists(state.folder.path() + "/almon.db"));
}
