// Sessions that TLS clients keep, so that the next connection to the same destination costs no certificate
// (RFC 8446 §2.2, RFC 5077). Who reads one can read what was said in it: they stay in memory.
#pragma once

#include <deque>
#include <string>
#include <string_view>

#include "almon/base/limits.hpp"

namespace almon::codec {

class TlsSessions {
 public:
    // The destination is the domain in lower case; the session replaces the one before. Octets as OpenSSL
    // writes them, with the peer's certificate: 1 to 3 KB.
    virtual void keep(std::string_view destination, std::string session) = 0;
    // Empty when there is none. A session is used once (RFC 8446 §C.4), hence taken.
    virtual std::string take(std::string_view destination) = 0;

 protected:
    ~TlsSessions() = default;
};

// One shard's: the sessions of so many destinations, the oldest is forgotten first. To be cleared when the
// client context is replaced, since another may trust other authorities.
class TlsSessionCache final : public TlsSessions {
 public:
    explicit TlsSessionCache(std::size_t limit = base::limits::tls_sessions) : limit_(limit) {}

    void keep(std::string_view destination, std::string session) override;
    std::string take(std::string_view destination) override;
    void clear() { sessions_.clear(); }
    std::size_t size() const { return sessions_.size(); }

 private:
    struct Entry {
        std::string destination;
        std::string session;
    };
    std::size_t limit_;
    std::deque<Entry> sessions_;  // the oldest first
};

}  // namespace almon::codec
