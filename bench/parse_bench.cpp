// What the message layer costs: index, envelope, the fields that a proxy reads, and writing out again.
#include <benchmark/benchmark.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

#include "almon/sip/edits.hpp"
#include "almon/sip/envelope.hpp"
#include "almon/sip/headers/contact.hpp"
#include "almon/sip/headers/record_route.hpp"
#include "almon/sip/headers/route.hpp"
#include "almon/sip/reply.hpp"

namespace {

using namespace almon::sip;
using almon::base::Printer;

std::string load(const char* name) {
    std::ifstream file(std::filesystem::path(ALMON_BENCH_MESSAGES) / name, std::ios::binary);
    if (!file) throw std::runtime_error(std::string("cannot read the message ") + name);
    return {std::istreambuf_iterator<char>(file), {}};
}

// All that a proxy looks at in a message that it forwards.
void parse(benchmark::State& state, const char* name) {
    const auto octets = load(name);
    Message message;
    for (auto _ : state) {
        benchmark::DoNotOptimize(message.assign(octets));
        benchmark::DoNotOptimize(read_envelope(message));
        if (message.is_request()) benchmark::DoNotOptimize(read_request_uri(message));
        benchmark::DoNotOptimize(message.find<Route>());
        benchmark::DoNotOptimize(message.find<Contact>());
    }
}
BENCHMARK_CAPTURE(parse, invite, "invite.sip")->Name("parse invite.sip");
BENCHMARK_CAPTURE(parse, ok, "200.sip")->Name("parse 200.sip");
BENCHMARK_CAPTURE(parse, registration, "register.sip")->Name("parse register.sip");

void print(benchmark::State& state, const char* name) {
    const auto message = *Message::parse(load(name));
    std::string room(4'096, '\0');
    const Edits none;
    for (auto _ : state) {
        Printer out{room};
        none.write(message, out);
        benchmark::DoNotOptimize(out.size());
    }
}
BENCHMARK_CAPTURE(print, invite, "invite.sip")->Name("print invite.sip");
BENCHMARK_CAPTURE(print, ok, "200.sip")->Name("print 200.sip");
BENCHMARK_CAPTURE(print, registration, "register.sip")->Name("print register.sip");

void index_alone(benchmark::State& state) {
    const auto octets = load("invite.sip");
    Message message;
    for (auto _ : state) benchmark::DoNotOptimize(message.assign(octets));
}
BENCHMARK(index_alone)->Name("index invite.sip");

void write_forwarded_invite(benchmark::State& state) {
    const auto message = *Message::parse(load("invite.sip"));
    std::string room(4'096, '\0');
    Edits edits;
    for (auto _ : state) {
        edits.clear();
        edits.set_request_uri("sip:bob@192.0.2.4")
            .prepend(Via::name, "SIP/2.0/UDP proxy.example.com;branch=z9hG4bK77ef4c2312983.1")
            .prepend(RecordRoute::name, "<sip:proxy.example.com;lr>")
            .set(HeaderName("Max-Forwards"), "68");
        Printer out{room};
        edits.write(message, out);
        benchmark::DoNotOptimize(out.size());
    }
}
BENCHMARK(write_forwarded_invite)->Name("forward invite.sip");

void write_forwarded_200(benchmark::State& state) {
    const auto message = *Message::parse(load("200.sip"));
    std::string room(4'096, '\0');
    Edits edits;
    for (auto _ : state) {
        edits.clear();
        edits.remove_first_value(Via::name);
        Printer out{room};
        edits.write(message, out);
        benchmark::DoNotOptimize(out.size());
    }
}
BENCHMARK(write_forwarded_200)->Name("forward 200.sip");

void write_100(benchmark::State& state) {
    const auto message = *Message::parse(load("invite.sip"));
    std::string room(4'096, '\0');
    for (auto _ : state) {
        Printer out{room};
        write_reply(message, {.status = status::trying}, out);
        benchmark::DoNotOptimize(out.size());
    }
}
BENCHMARK(write_100)->Name("answer invite.sip");

}  // namespace
