#pragma once
// SQLite as values: a connection, a prepared statement, one execution of it, a transaction. Every failure is thrown as
// the error of DESIGN §5 that it deserves. A connection is used by one thread at a time.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <popfetch/base/file.hpp>

struct sqlite3;
struct sqlite3_stmt;

namespace popfetch::state {

class Database {
public:
    enum class Purpose {
        write,
        read,       // beside a run; changes nothing and takes nothing over
        unchanging, // the file system is read-only: no locks, no shared memory
        scratch,    // in memory, and empty; `path` is only what errors name
    };

    /// The file must exist (an empty one is an empty database): SQLite would create it by the umask.
    Database(const base::Path& path, Purpose purpose);
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;
    ~Database() = default;

    const base::Path& path() const { return path_; }
    sqlite3* handle() const { return handle_.get(); }

    void execute(const char* sql) const;
    std::int64_t integer(std::string_view sql) const;
    std::string text(std::string_view sql) const;

    /// Everything that `other` holds, in place of what is here.
    void take_over(const Database& other) const;

    /// Leaves the file and its log as they are when closing.
    void leave_untouched() const;

private:
    struct Closer {
        void operator()(sqlite3* handle) const;
    };

    base::Path path_;
    std::unique_ptr<sqlite3, Closer> handle_;
};

/// Octets, not text.
struct Blob {
    std::string_view bytes;
};

class Statement {
public:
    Statement(const Database& database, std::string_view sql);
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;
    ~Statement();

    /// Executes it; no rows are expected.
    template<class... Values>
    void run(const Values&... values);

private:
    friend class Query;
    const Database& database_;
    sqlite3_stmt* handle_ = nullptr;
};

/// One execution. The values bound must live as long; ends the execution when it goes.
class Query {
public:
    template<class... Values>
    explicit Query(Statement& statement, const Values&... values) : statement_{statement}
    {
        int index = 0;
        (bind(++index, values), ...);
    }
    Query(const Query&) = delete;
    Query& operator=(const Query&) = delete;
    ~Query();

    /// True when there is a row; its columns, counted from 0, are valid until the next call.
    bool next();
    std::int64_t integer(int column) const;
    std::string_view bytes(int column) const;

private:
    void bind(int index, std::int64_t value);
    void bind(int index, std::string_view text);
    void bind(int index, Blob blob);
    void check(int code) const;

    Statement& statement_;
};

template<class... Values>
void Statement::run(const Values&... values)
{
    Query{*this, values...}.next();
}

/// Undone unless committed. Reading in one sees one state, whatever a run beside it commits.
class Transaction {
public:
    enum class Kind { read, write };
    Transaction(const Database& database, Kind kind);
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    ~Transaction();

    /// Durable when it returns.
    void commit();

private:
    const Database& database_;
    bool open_ = true;
};

}
