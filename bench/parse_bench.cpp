// What the message layer costs: index, envelope, the fields that a proxy reads, and writing out again.
#include <benchmark/benchmark.h>

#include <filesystem>
#include <fstream>
#include <iterator>
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
    const auto folder = std::filesystem::path(__FILE__).parent_path() / "messages";
    std::ifstream file(folder / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

void index_invite(benchmark::State& state) {
    const auto octets = load("invite.sip");
    Message message;
    for (auto _ : state) benchmark::DoNotOptimize(message.assign(octets));
}
BENCHMARK(index_invite);

void envelope_of_invite(benchmark::State& state) {
    const auto message = *Message::parse(load("invite.sip"));
    for (auto _ : state) benchmark::DoNotOptimize(read_envelope(message));
}
BENCHMARK(envelope_of_invite);

// All that a proxy looks at in an INVITE that it forwards.
void index_and_read_invite(benchmark::State& state) {
    const auto octets = load("invite.sip");
    Message message;
    for (auto _ : state) {
        benchmark::DoNotOptimize(message.assign(octets));
        benchmark::DoNotOptimize(read_envelope(message));
        benchmark::DoNotOptimize(read_request_uri(message));
        benchmark::DoNotOptimize(message.find<Route>());
        benchmark::DoNotOptimize(message.find<Contact>());
    }
}
BENCHMARK(index_and_read_invite);

void index_200(benchmark::State& state) {
    const auto octets = load("200.sip");
    Message message;
    for (auto _ : state) benchmark::DoNotOptimize(message.assign(octets));
}
BENCHMARK(index_200);

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
BENCHMARK(write_forwarded_invite);

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
BENCHMARK(write_forwarded_200);

void write_100(benchmark::State& state) {
    const auto message = *Message::parse(load("invite.sip"));
    std::string room(4'096, '\0');
    for (auto _ : state) {
        Printer out{room};
        write_reply(message, {.status = status::trying}, out);
        benchmark::DoNotOptimize(out.size());
    }
}
BENCHMARK(write_100);

}  // namespace
