#include "almon/sip/transaction/key.hpp"

#include <algorithm>
#include <array>

#include "almon/sip/transport/flow.hpp"

namespace almon::sip {
namespace {

// Text in lower case; beyond 255 octets, the most that a host name has, it stays as it is.
class LowerCase {
 public:
    explicit LowerCase(std::string_view text) : rest_(text.substr(std::min(text.size(), buffer_.size()))) {
        for (const char c : text.substr(0, buffer_.size())) buffer_[size_++] = base::to_lower(c);
    }
    std::string_view text() const { return {buffer_.data(), size_}; }
    std::string_view rest() const { return rest_; }

 private:
    std::array<char, 255> buffer_;
    std::size_t size_ = 0;
    std::string_view rest_;
};

class Digits {
 public:
    explicit Digits(std::uint32_t number) { out_.put_number(number); }
    std::string_view text() const { return out_.view(); }

 private:
    std::array<char, 10> buffer_;
    base::Printer out_{buffer_};
};

// §18.1.1: a sent-by without port means the transport's default.
std::uint16_t sent_by_port(const Via& via) {
    return via.port.value_or(default_port(transport_named(via.transport).value_or(Transport::udp)));
}

std::string_view method_of_transaction(Method method) {
    return method == method::ack ? method::invite.value() : method.value();
}

}  // namespace

bool has_unique_branch(const Via& via) {
    constexpr auto cookie = Via::magic_cookie;
    return via.branch.size() > cookie.size() &&
           base::equal_nocase(via.branch.substr(0, cookie.size()), cookie);
}

TransactionKey server_key(const base::HashKey& secret, std::string_view request_uri, const Envelope& request,
                          Method method) {
    const auto& via = request.via;
    const auto name = method_of_transaction(method);
    if (has_unique_branch(via)) {
        const LowerCase host(via.host.text);
        const Digits port(sent_by_port(via));
        return base::siphash128(secret, {"server", via.branch, host.text(), host.rest(), port.text(), name});
    }
    const auto to_tag = name == method::invite.value() ? std::string_view() : request.to_tag.value();
    const Digits number(request.cseq.number);
    return base::siphash128(secret, {"RFC 2543", request_uri, to_tag, request.from_tag.value(),
                                     request.call_id.value(), number.text(), name, via.text});
}

bool acknowledges(const Envelope& ack, Tag response_to_tag) {
    return has_unique_branch(ack.via) || ack.to_tag == response_to_tag;
}

TransactionKey client_key(const base::HashKey& secret, std::string_view branch, Method method) {
    return base::siphash128(secret, {"client", branch, method.value()});
}

TransactionKey merged_request_key(const base::HashKey& secret, const Envelope& request) {
    const Digits number(request.cseq.number);
    return base::siphash128(secret, {"merged", request.from_tag.value(), request.call_id.value(),
                                     number.text(), request.cseq.method.value()});
}

}  // namespace almon::sip
