// SQLite's C interface with owners and Failures: a connection and its statements. SQL is constant text;
// values are bound, never written into it.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "almon/store/failure.hpp"
#include "almon/store/visitor.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace almon::store {

class Database {
 public:
    // Creates the file when there is none. `vfs` empty: the operating system's.
    [[nodiscard]] static Stored<Database> open(const std::string& path, const std::string& vfs);
    Database(Database&& other) noexcept
        : connection_(std::exchange(other.connection_, nullptr)), path_(std::move(other.path_)) {}
    Database& operator=(Database&&) = delete;
    ~Database();

    // Runs one or several statements that have no parameters; rows are skipped.
    [[nodiscard]] Stored<void> execute(const char* script);
    // Ends the open transaction, if any: after some failures SQLite has done so itself.
    void roll_back();
    // Rows that the last INSERT, UPDATE or DELETE touched.
    std::int64_t rows_changed() const;
    // The failure of the last call on this connection: its kind, the path, SQLite's and the system's reason.
    Failure failure() const;
    sqlite3* connection() const { return connection_; }

 private:
    Database(sqlite3* connection, std::string path) : connection_(connection), path_(std::move(path)) {}
    sqlite3* connection_;
    std::string path_;
};

struct Blob {
    explicit Blob(std::string_view value) : octets(value) {}
    std::string_view octets;
};
// A value to bind: NULL, a number, text or octets. Text and octets are borrowed during the call.
using Value = std::variant<std::monostate, std::int64_t, std::string_view, Blob>;

// One row of a result; what it gives is valid while it is visited.
class Row {
 public:
    explicit Row(sqlite3_stmt* statement) : statement_(statement) {}
    std::int64_t number(int column) const;      // 0 for NULL
    std::string_view octets(int column) const;  // text or blob; empty for NULL
    std::string text(int column) const { return std::string(octets(column)); }

 private:
    sqlite3_stmt* statement_;
};

// One statement, compiled when it is first run and kept. It must not outlive its Database.
class Statement {
 public:
    Statement(const Database& database, const char* sql) : database_(&database), sql_(sql) {}
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;
    ~Statement();

    // Binds the values to the parameters ?1, ?2, … and runs to the end.
    [[nodiscard]] Stored<void> run(std::initializer_list<Value> values = {});
    [[nodiscard]] Stored<void> each(std::initializer_list<Value> values, Visitor<const Row&> visit);

 private:
    int compile();
    int bind(std::initializer_list<Value> values);

    const Database* database_;
    const char* sql_;
    sqlite3_stmt* statement_ = nullptr;
};

}  // namespace almon::store
