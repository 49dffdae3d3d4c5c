#include "almon/base/assert.hpp"

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <string>

namespace {

struct End {
    int status;        // as waitpid() tells it
    std::string last;  // what it wrote to its error output
};

// Does it in a process of its own, which writes no core file.
template <class Deed>
End end_of(Deed deed) {
    std::array<int, 2> pipe{};
    REQUIRE(::pipe(pipe.data()) == 0);
    const auto child = ::fork();
    if (child == 0) {
        std::signal(SIGABRT, SIG_DFL);
        const rlimit none{0, 0};
        ::setrlimit(RLIMIT_CORE, &none);
        ::dup2(pipe[1], STDERR_FILENO);
        deed();
        ::_exit(0);
    }
    ::close(pipe[1]);
    End end{};
    std::array<char, 256> piece;
    while (const auto size = ::read(pipe[0], piece.data(), piece.size())) {
        if (size < 0) break;
        end.last.append(piece.data(), static_cast<std::size_t>(size));
    }
    ::close(pipe[0]);
    REQUIRE(::waitpid(child, &end.status, 0) == child);
    return end;
}

}  // namespace

TEST_CASE("what holds costs nothing and is asked once") {
    int asked = 0;
    ALMON_ASSERT(++asked == 1);
    CHECK(asked == 1);
    const auto end = end_of([] { ALMON_ASSERT(2 + 2 == 4); });
    CHECK(WIFEXITED(end.status));
    CHECK(end.last.empty());
}

TEST_CASE("a broken invariant stops the process, and says which one and where") {
    const auto end = end_of([] { ALMON_ASSERT(2 + 2 == 5); });
    REQUIRE(WIFSIGNALED(end.status));
    CHECK(WTERMSIG(end.status) == SIGABRT);
    CHECK(end.last.find("almon: broken invariant `2 + 2 == 5` at ") == 0);
    CHECK(end.last.find("assert_test.cpp:") != std::string::npos);
}
