#include "almon/sip/transport/flow.hpp"

#include <array>

#include "almon/base/charset.hpp"

namespace almon::sip {
namespace {

struct Row {
    std::string_view via, uri;
    std::uint16_t port;
};
constexpr std::array<Row, 5> rows{{{"UDP", "udp", 5060},
                                   {"TCP", "tcp", 5060},
                                   {"TLS", "tls", 5061},
                                   {"WS", "ws", 80},
                                   {"WSS", "wss", 443}}};
const Row& row(Transport transport) {
    return rows[static_cast<std::size_t>(transport)];
}

}  // namespace

std::string_view via_name(Transport transport) {
    return row(transport).via;
}
std::string_view uri_name(Transport transport) {
    return row(transport).uri;
}
std::uint16_t default_port(Transport transport) {
    return row(transport).port;
}

std::optional<Transport> transport_named(std::string_view name) {
    for (std::size_t i = 0; i < rows.size(); ++i)
        if (base::equal_nocase(name, rows[i].uri)) return static_cast<Transport>(i);
    return {};
}

}  // namespace almon::sip
