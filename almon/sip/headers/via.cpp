#include "almon/sip/headers/via.hpp"

namespace almon::sip {
namespace {

constexpr auto rule = "RFC 3261 §25.1 via-parm";

// sent-protocol: three tokens with slashes between, blanks allowed round these.
Result<void> read_protocol(Scanner& in, Via& via) {
    const auto from = in.position();
    if (in.take("SIP/2.0/")) {
        via.protocol = in.since(from).substr(0, 3);
        via.version = in.since(from).substr(4, 3);
        in.skip_lws();
    } else {
        via.protocol = in.take_while(chars::token);
        if (via.protocol.empty() || !take_separator(in, '/')) return in.refuse(rule);
        via.version = in.take_while(chars::token);
        if (via.version.empty() || !take_separator(in, '/')) return in.refuse(rule);
    }
    via.transport = in.take_while(chars::token);
    if (via.transport.empty() || !in.skip_lws()) return in.refuse(rule);
    return {};
}

Result<void> read_sent_by(Scanner& in, Via& via) {
    if (const auto host = via.host.read(in, rule); !host) return host;
    if (!take_separator(in, ':')) return {};
    const auto port = take_port(in, rule);
    if (!port) return tl::unexpected(port.error());
    via.port = *port;
    return {};
}

// A parameter that almon acts upon stands at most once (RFC 3261 §7.3.1) and has a value.
class ParameterReader {
 public:
    ParameterReader(const Scanner& in, Via& via) : in_(in), via_(via) {}

    Result<void> operator()(const Parameter& parameter) {
        const auto is = [&](std::string_view name) { return base::equal_nocase(parameter.name, name); };
        if (is("branch")) return read_branch(parameter);
        if (is("received")) return read_text(parameter, via_.received);
        if (is("rport")) return read_rport(parameter);
        if (is("maddr")) return read_text(parameter, via_.maddr);
        if (is("ttl")) return read_ttl(parameter);
        return {};
    }

 private:
    Result<void> refuse(Errc code) const { return base::fail(code, in_.offset(), rule); }

    Result<void> read_text(const Parameter& parameter, std::string_view& text) const {
        if (!text.empty()) return refuse(Errc::repeated_field);
        if (!parameter.value) return refuse(Errc::unexpected_byte);
        text = *parameter.value;
        return {};
    }
    Result<void> read_branch(const Parameter& parameter) const {
        if (parameter.value && !parameter.value_is_token) return refuse(Errc::unexpected_byte);
        return read_text(parameter, via_.branch);
    }
    // RFC 3581 §3: without a value in a request that asks, with the port in the answer.
    Result<void> read_rport(const Parameter& parameter) const {
        if (via_.has_rport) return refuse(Errc::repeated_field);
        via_.has_rport = true;
        if (!parameter.value) return {};
        const auto number = read_number(*parameter.value, 65'535);
        if (!number) return tl::unexpected(number.error());
        via_.rport = static_cast<std::uint16_t>(*number);
        return {};
    }
    Result<void> read_ttl(const Parameter& parameter) const {
        if (via_.ttl) return refuse(Errc::repeated_field);
        if (!parameter.value) return refuse(Errc::unexpected_byte);
        const auto number = read_number(*parameter.value, 255);
        if (!number) return tl::unexpected(number.error());
        via_.ttl = static_cast<std::uint8_t>(*number);
        return {};
    }
    Result<std::uint64_t> read_number(std::string_view digits, std::uint64_t max) const {
        Scanner in(digits, in_.offset() - digits.size());
        const auto number = in.number(max, rule);
        if (number && !in.done()) return in.refuse(rule);
        return number;
    }

    const Scanner& in_;
    Via& via_;
};

}  // namespace

Result<void> Via::read(Scanner& in) {
    const auto from = in.position();
    if (const auto done = read_protocol(in, *this); !done) return done;
    if (const auto done = read_sent_by(in, *this); !done) return done;
    if (const auto done = parameters.read(in, rule, ParameterReader(in, *this)); !done) return done;
    text = in.since(from);
    return {};
}

void Via::print(Printer& out) const {
    out.put(protocol).put('/').put(version).put('/').put(transport).put(' ').put(host.text);
    if (port) out.put(':').put_number(*port);
    parameters.print(out);
}

}  // namespace almon::sip
