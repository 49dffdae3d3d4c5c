#include "almon/store/database.hpp"

#include <sqlite3.h>

#include <cerrno>
#include <system_error>

namespace almon::store {
namespace {

bool is_out_of_space(int system_error) {
    return system_error == ENOSPC || system_error == EDQUOT;
}

Failure::Kind kind_of(int code, int system_error) {
    switch (code & 0xff) {  // the low octet is the primary result code
        case SQLITE_FULL: return Failure::Kind::full;
        case SQLITE_BUSY:
        case SQLITE_LOCKED: return Failure::Kind::busy;
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB: return Failure::Kind::corrupt;
        // An exhausted quota, or a full disk that is noticed as late as in fsync, is an I/O error to SQLite.
        case SQLITE_IOERR: return is_out_of_space(system_error) ? Failure::Kind::full : Failure::Kind::other;
        default: return Failure::Kind::other;
    }
}

// SQLite keeps the system's error only for these two.
int system_error_of(sqlite3* connection, int code) {
    const int primary = code & 0xff;
    return primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN ? sqlite3_system_errno(connection) : 0;
}

struct Binder {
    sqlite3_stmt* statement;
    int parameter;

    int operator()(std::monostate) const { return sqlite3_bind_null(statement, parameter); }
    int operator()(std::int64_t number) const { return sqlite3_bind_int64(statement, parameter, number); }
    int operator()(std::string_view text) const {
        return sqlite3_bind_text64(statement, parameter, not_null(text), text.size(), SQLITE_STATIC,
                                   SQLITE_UTF8);
    }
    int operator()(Blob blob) const {
        return sqlite3_bind_blob64(statement, parameter, not_null(blob.octets), blob.octets.size(),
                                   SQLITE_STATIC);
    }
    // A null pointer would bind NULL, and an empty record is not a removed one.
    static const char* not_null(std::string_view text) { return text.data() != nullptr ? text.data() : ""; }
};

}  // namespace

Stored<Database> Database::open(const std::string& path, const std::string& vfs) {
    constexpr int flags =
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    sqlite3* connection = nullptr;
    const int code = sqlite3_open_v2(path.c_str(), &connection, flags, vfs.empty() ? nullptr : vfs.c_str());
    Database database(connection, path);  // after a failure, too, the connection must be closed
    if (code != SQLITE_OK) return tl::unexpected(database.failure());
    return database;
}

Database::~Database() {
    sqlite3_close(connection_);
}

Stored<void> Database::execute(const char* script) {
    if (sqlite3_exec(connection_, script, nullptr, nullptr, nullptr) == SQLITE_OK) return {};
    return tl::unexpected(failure());
}

void Database::roll_back() {
    if (sqlite3_get_autocommit(connection_) != 0) return;
    sqlite3_exec(connection_, "ROLLBACK", nullptr, nullptr, nullptr);
}

std::int64_t Database::rows_changed() const {
    return sqlite3_changes64(connection_);
}

Failure Database::failure() const {
    const int code = sqlite3_extended_errcode(connection_);
    const int system_error = system_error_of(connection_, code);
    std::string sentence = path_ + ": " + sqlite3_errmsg(connection_);
    if (system_error != 0) sentence += " (" + std::generic_category().message(system_error) + ")";
    return {kind_of(code, system_error), std::move(sentence)};
}

std::int64_t Row::number(int column) const {
    return sqlite3_column_int64(statement_, column);
}

std::string_view Row::octets(int column) const {
    const auto* data = static_cast<const char*>(sqlite3_column_blob(statement_, column));
    if (data == nullptr) return {};
    return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

Statement::~Statement() {
    sqlite3_finalize(statement_);
}

Stored<void> Statement::run(std::initializer_list<Value> values) {
    return each(values, [](const Row&) {});
}

Stored<void> Statement::each(std::initializer_list<Value> values, Visitor<const Row&> visit) {
    int code = compile();
    if (code == SQLITE_OK) code = bind(values);
    if (code == SQLITE_OK) {
        while ((code = sqlite3_step(statement_)) == SQLITE_ROW) visit(Row{statement_});
    }
    Stored<void> done;
    if (code != SQLITE_DONE) done = tl::unexpected(database_->failure());
    sqlite3_reset(statement_);
    return done;
}

int Statement::compile() {
    if (statement_ != nullptr) return SQLITE_OK;
    return sqlite3_prepare_v3(database_->connection(), sql_, -1, SQLITE_PREPARE_PERSISTENT, &statement_,
                              nullptr);
}

int Statement::bind(std::initializer_list<Value> values) {
    int parameter = 0;
    for (const auto& value : values) {
        const int code = std::visit(Binder{statement_, ++parameter}, value);
        if (code != SQLITE_OK) return code;
    }
    return SQLITE_OK;
}

}  // namespace almon::store
