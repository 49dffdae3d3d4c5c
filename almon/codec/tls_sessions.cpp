#include "almon/codec/tls_sessions.hpp"

#include <algorithm>

namespace almon::codec {

void TlsSessionCache::keep(std::string_view destination, std::string session) {
    take(destination);
    if (sessions_.size() >= limit_) sessions_.pop_front();
    sessions_.push_back({std::string(destination), std::move(session)});
}

std::string TlsSessionCache::take(std::string_view destination) {
    const auto found = std::ranges::find(sessions_, destination, &Entry::destination);
    if (found == sessions_.end()) return {};
    auto session = std::move(found->session);
    sessions_.erase(found);
    return session;
}

}  // namespace almon::codec
