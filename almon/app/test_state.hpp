// Test kit: a state folder with what a command left in it.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "almon/app/commands.hpp"
#include "almon/app/remote.hpp"
#include "almon/store/scratch_folder_test.hpp"

namespace almon::app {

struct TestState {
    store::ScratchFolder folder;

    UserOptions user(const std::string& name, const std::string& password = {}) const {
        return {.name = name, .password = password, .password_file = {}, .state = folder.path()};
    }
    std::vector<store::Subscriber> accounts() const {
        const auto opened = open_store(folder.path()).value();
        std::vector<store::Subscriber> all;
        REQUIRE(opened->for_each_subscriber([&](const store::Subscriber& one) { all.push_back(one); }));
        return all;
    }
};

}  // namespace almon::app
