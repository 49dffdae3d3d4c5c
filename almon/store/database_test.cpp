#include "almon/store/database.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace almon::store;

namespace {

Database in_memory(const char* script) {
    auto database = Database::open(":memory:", "");
    REQUIRE(database.has_value());
    REQUIRE(database->execute(script).has_value());
    return std::move(*database);
}

std::vector<std::string> rows_of(const Database& database, const char* sql) {
    std::vector<std::string> rows;
    Statement select(database, sql);
    CHECK(select.each({}, [&](const Row& row) { rows.push_back(row.text(0)); }).has_value());
    return rows;
}

}  // namespace

TEST_CASE("values of all kinds come back as they were bound") {
    const auto database = in_memory("CREATE TABLE t (n INTEGER, x TEXT, o BLOB, z BLOB) STRICT");
    Statement insert(database, "INSERT INTO t VALUES (?1, ?2, ?3, ?4)");
    REQUIRE(insert.run({std::int64_t{-7}, "text", Blob(std::string_view("o\0o", 3)), {}}).has_value());
    int rows = 0;
    Statement select(database, "SELECT n, x, o, z, typeof(z) FROM t");
    const auto read = select.each({}, [&](const Row& row) {
        ++rows;
        CHECK(row.number(0) == -7);
        CHECK(row.text(1) == "text");
        CHECK(row.octets(2) == std::string_view("o\0o", 3));
        CHECK(row.octets(3).empty());
        CHECK(row.text(4) == "null");
    });
    CHECK(read.has_value());
    CHECK(rows == 1);
}

TEST_CASE("an empty text or blob is not NULL") {
    const auto database = in_memory("CREATE TABLE t (x TEXT NOT NULL, o BLOB NOT NULL) STRICT");
    Statement insert(database, "INSERT INTO t VALUES (?1, ?2)");
    CHECK(insert.run({std::string_view(), Blob({})}).has_value());
    CHECK(rows_of(database, "SELECT typeof(x) || typeof(o) FROM t") == std::vector<std::string>{"textblob"});
}

TEST_CASE("a statement runs again with new values, also after it failed") {
    const auto database = in_memory("CREATE TABLE t (x TEXT PRIMARY KEY) STRICT");
    Statement insert(database, "INSERT INTO t VALUES (?1)");
    CHECK(insert.run({"a"}).has_value());
    CHECK_FALSE(insert.run({"a"}).has_value());
    CHECK(insert.run({"b"}).has_value());
    CHECK(database.rows_changed() == 1);
    CHECK(rows_of(database, "SELECT x FROM t ORDER BY x") == std::vector<std::string>{"a", "b"});
}

TEST_CASE("roll_back undoes an open transaction and is harmless without one") {
    auto database = in_memory("CREATE TABLE t (x); BEGIN; INSERT INTO t VALUES ('lost')");
    database.roll_back();
    database.roll_back();
    CHECK(rows_of(database, "SELECT x FROM t").empty());
    CHECK(database.execute("BEGIN").has_value());
}

TEST_CASE("a failure says which file and why") {
    const auto database = in_memory("CREATE TABLE t (x)");
    Statement wrong(database, "SELECT y FROM t");
    const auto failed = wrong.run();
    REQUIRE_FALSE(failed.has_value());
    CHECK(failed.error().kind == Failure::Kind::other);
    CHECK(failed.error().sentence == ":memory:: no such column: y");

    Statement spare(database, "SELECT x FROM t");
    CHECK(spare.run({"one value too many"}).error().sentence == ":memory:: column index out of range");
}

TEST_CASE("a file that cannot be opened gives the system's reason") {
    const auto opened = Database::open("/nowhere/almon.db", "");
    REQUIRE_FALSE(opened.has_value());
    CHECK(opened.error().kind == Failure::Kind::other);
    CHECK(opened.error().sentence ==
          "/nowhere/almon.db: unable to open database file (No such file or directory)");
    CHECK_FALSE(Database::open(":memory:", "no such vfs").has_value());
}

TEST_CASE("a database that may not grow is full, and works again when it may") {
    auto database = in_memory("CREATE TABLE t (x); PRAGMA max_page_count = 2");
    Statement insert(database, "INSERT INTO t VALUES (?1)");
    const std::string large(10'000, 'x');
    const auto failed = insert.run({large});
    REQUIRE_FALSE(failed.has_value());
    CHECK(failed.error().kind == Failure::Kind::full);
    CHECK(failed.error().sentence == ":memory:: database or disk is full");
    REQUIRE(database.execute("PRAGMA max_page_count = 100").has_value());
    CHECK(insert.run({large}).has_value());
}
