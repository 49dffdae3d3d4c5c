#include "almon/server/registrar.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <optional>
#include <sstream>
#include <string>

#include "almon/server/stored_record.hpp"
#include "almon/sip/digest/client.hpp"

using namespace almon;
using namespace almon::server;
using namespace std::chrono_literals;

namespace {

constexpr base::HashKey key{1, 2};
const sip::Endpoint our_address = *sip::Endpoint::parse("192.0.2.1:5060");

SettingsSnapshot settings_with(std::string_view trusted, Settings settings = {}) {
    settings.domains = {"example.com", "biloxi.example.com"};
    if (!trusted.empty()) settings.trusted = {*base::Network::parse(trusted)};
    return std::make_shared<const Settings>(std::move(settings));
}

stack::Settings first_shard(std::uint16_t shards) {
    stack::Settings settings{.shards = shards};
    settings.listeners = {{sip::Transport::udp, our_address, "192.0.2.1:5060"},
                          {sip::Transport::tcp, our_address, "192.0.2.1:5060"}};
    return settings;
}

// A registrar upon a real stack, in virtual time; every request that arrives goes to it. Phones are in
// 198.51.100.0/24, which is trusted unless a test says otherwise.
struct Office : stack::Core {
    explicit Office(Durability durability = Durability::commit,
                    SettingsSnapshot policy = settings_with("198.51.100.0/24"), std::uint16_t shards = 1)
        : settings(std::move(policy)),
          stack(first_shard(shards), *this, random, outbox, key, {}),
          domains(settings, stack.settings().listeners),
          authenticator(subscribers, nonces, random, stack.settings().listeners, settings),
          registrar(stack, domains, location, authenticator, settings, durability, key, commits) {}

    void request(const stack::Arrival& arrival) override { registrar.request(arrival); }

    // Octets of an address in, all answers out.
    std::string hear(std::string_view octets, std::string_view peer = "198.51.100.7:5060") {
        const base::Epochs::Turn turn(epochs, 0);
        stack.datagram({sip::Transport::udp, our_address, *sip::Endpoint::parse(peer), {}}, octets, moment);
        return answers();
    }
    std::string hear(const std::string& user, unsigned cseq, std::string_view fields,
                     std::string_view call_id = "call") {
        return hear(request_of(user, cseq, fields, call_id));
    }
    static std::string request_of(const std::string& user, unsigned cseq, std::string_view fields,
                                  std::string_view call_id = "call") {
        const auto number = std::to_string(cseq);
        return "REGISTER sip:example.com SIP/2.0\r\nVia: SIP/2.0/UDP 198.51.100.7;branch=z9hG4bK" + number +
               std::string(call_id) + user + "\r\nMax-Forwards: 70\r\nFrom: <sip:" + user +
               "@example.com>;tag=1\r\nTo: <sip:" + user +
               "@example.com>\r\nCall-ID: " + std::string(call_id) + "\r\nCSeq: " + number + " REGISTER\r\n" +
               std::string(fields) + "Content-Length: 0\r\n\r\n";
    }
    std::string committed(std::size_t commit, bool durable = true) {
        const base::Epochs::Turn turn(epochs, 0);
        registrar.committed(commits.at(commit).ticket, durable);
        return answers();
    }
    std::string answers() {
        std::string all;
        for (const auto& packet : outbox.packets()) all += outbox.octets(packet);
        outbox.clear();
        return all;
    }
    void pass(base::Duration time) {
        const auto end = moment.now + time;
        moment.wall += std::chrono::duration_cast<std::chrono::milliseconds>(time);
        while (const auto next = stack.deadline()) {
            if (*next > end) break;
            const base::Epochs::Turn turn(epochs, 0);
            moment.now = *next;
            stack.advance(moment);
        }
        moment.now = end;
        stack.advance(moment);
    }
    void look_at_calendar() {
        const base::Epochs::Turn turn(epochs, 0);
        stack.turn(moment);
        registrar.look_at_calendar();
    }
    std::string bound(std::string_view aor) const {
        std::string contacts;
        if (const auto* record = location.find(aor))
            for (const auto& binding : record->bindings()) contacts += std::string(binding.contact) + " ";
        return contacts;
    }

    SettingsSnapshot settings;
    base::Random random{1};
    base::Moment moment{base::Instant(1'000s), base::WallTime(1'800'000'000s)};
    base::Epochs epochs{1};
    stack::Outbox outbox;
    std::vector<Commit> commits;
    stack::Stack stack;
    Domains domains;
    Location location{epochs, key, 1};
    Subscribers subscribers{epochs, key};
    sip::digest::NonceLedger nonces{base::MacKey{}, 0, base::Instant(0s)};
    Authenticator authenticator;
    Registrar registrar;
};

unsigned status_of(const std::string& answer) {
    return answer.starts_with("SIP/2.0 ") ? static_cast<unsigned>(std::stoul(answer.substr(8, 3))) : 0;
}

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != text.npos;
}

std::string file(const std::string& path) {
    std::ifstream in(ALMON_SOURCE_DIR "/tests/vectors/" + path, std::ios::binary);
    REQUIRE(in);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

std::string torture(const std::string& name) {
    return file("rfc4475/" + name + ".dat");
}

// The requests of a published flow, in order: each item of the YAML list is one message, indented by two.
std::vector<std::string> requests_of_flow(const std::string& name) {
    std::istringstream lines(file("flows/rfc3665/" + name + ".yaml"));
    std::vector<std::string> messages;
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("- |")) {
            messages.emplace_back();
        } else if (!messages.empty()) {
            messages.back() += (line.size() > 2 ? line.substr(2) : "") + "\r\n";
        }
    }
    std::erase_if(messages, [](const std::string& message) { return message.starts_with("SIP/2.0"); });
    return messages;
}

// Answers the challenges of a response for bob.
std::string authorized(Office& office, const std::string& request, const std::string& response,
                       const std::string& password) {
    const auto message = *sip::Message::parse(response);
    std::vector<sip::Challenge> challenges;
    for (const auto& challenge : message.all<sip::WwwAuthenticate>()) challenges.push_back(*challenge);
    sip::digest::Client client({"bob", std::string(challenges.at(0).realm), password});
    sip::digest::Tries tries;
    client.hear(challenges, tries, office.random);
    std::array<char, 1'024> value;
    base::Printer out{value};
    const auto asked = *sip::Message::parse(request);
    client.print({"REGISTER", asked.request_uri(), ""}, out);
    auto text = request;
    const auto own = text.find("Authorization:");
    if (own != text.npos) text.erase(own, text.find("Content-Length", own) - own);
    return text.insert(text.find("Content-Length"), "Authorization: " + std::string(out.view()) + "\r\n");
}

// The same request with another branch and CSeq, as a client sends it after a challenge.
std::string again(std::string request, unsigned cseq) {
    const auto branch = request.find("branch=z9hG4bK") + 14;
    request.insert(branch, std::to_string(cseq));
    const auto number = request.find("CSeq: ") + 6;
    return request.replace(number, request.find(' ', number) - number, std::to_string(cseq));
}

}  // namespace

TEST_CASE("the 200 leaves and look-ups see the binding when the store has it, not before") {
    Office office;
    CHECK(office.hear("alice", 1, "Contact: <sip:alice@h1>\r\n").empty());
    CHECK(office.bound("sip:alice@example.com").empty());
    REQUIRE(office.commits.size() == 1);
    CHECK(office.commits[0].key == "sip:alice@example.com");
    const auto answer = office.committed(0);
    CHECK(status_of(answer) == 200);
    CHECK(has(answer, "\r\nContact: <sip:alice@h1>;expires=3600\r\n"));
    CHECK(has(answer, "\r\nDate: Fri, 15 Jan 2027 08:00:00 GMT\r\n"));
    CHECK(office.bound("sip:alice@example.com") == "sip:alice@h1 ");
}

TEST_CASE("what is given to the store is what a restart reads") {
    Office office;
    office.hear("alice", 1, "Contact: <sip:alice@h1>\r\n");
    Office restarted;
    REQUIRE(restarted.registrar.restore(office.commits[0].key, *office.commits[0].record, restarted.moment));
    CHECK(restarted.bound("sip:alice@example.com") == "sip:alice@h1 ");
    restarted.pass(3'600s);
    CHECK(restarted.bound("sip:alice@example.com").empty());
    CHECK_FALSE(restarted.registrar.restore("sip:alice@example.com", "garbage", restarted.moment));
}

TEST_CASE("a stored record whose bindings have all expired leaves the store") {
    Office office;
    office.hear("alice", 1, "Contact: <sip:alice@h1>\r\n");
    Office restarted;
    restarted.moment.wall += 3'601s;
    REQUIRE(restarted.registrar.restore(office.commits[0].key, *office.commits[0].record, restarted.moment));
    CHECK(restarted.location.aors() == 0);
    REQUIRE(restarted.commits.size() == 1);
    CHECK_FALSE(restarted.commits[0].record);
    CHECK(restarted.commits[0].ticket == 0);
}

// NTP sets the clock of a machine that has begun in 1970, say. The store has nothing but wall time.
TEST_CASE("when the calendar is set, what the store has is dated anew, so that a restart loses no binding") {
    for (const std::chrono::seconds jump : {1'000'000s, -1'000'000s}) {
        Office office;
        office.hear("alice", 1, "Contact: <sip:alice@h1>\r\n");
        office.committed(0);
        office.moment.wall += jump;
        office.pass(64s);
        office.look_at_calendar();
        CHECK(office.bound("sip:alice@example.com") == "sip:alice@h1 ");
        REQUIRE(office.commits.size() == 2);
        CHECK(office.commits[1].ticket == 0);
        Office restarted;
        restarted.moment.wall = office.moment.wall;
        REQUIRE(
            restarted.registrar.restore(office.commits[1].key, *office.commits[1].record, restarted.moment));
        CHECK(restarted.bound("sip:alice@example.com") == "sip:alice@h1 ");
        restarted.pass(3'600s - 64s);
        CHECK(restarted.bound("sip:alice@example.com").empty());
        office.pass(10s);
        office.look_at_calendar();
        CHECK(office.commits.size() == 2);
    }
}

TEST_CASE("what is on its way to the store when the calendar is set is dated anew when it has arrived") {
    for (const bool durable : {true, false}) {
        Office office;
        office.hear("alice", 1, "Contact: <sip:alice@h1>\r\n");
        office.committed(0);
        office.hear("alice", 2, "Contact: <sip:alice@h2>\r\n");
        office.moment.wall += 1'000'000s;
        office.look_at_calendar();
        CHECK(office.commits.size() == 2);
        office.committed(1, durable);
        office.pass(1s);
        REQUIRE(office.commits.size() == 3);
        Office restarted;
        restarted.moment.wall = office.moment.wall;
        REQUIRE(
            restarted.registrar.restore(office.commits[2].key, *office.commits[2].record, restarted.moment));
        const auto bound = restarted.bound("sip:alice@example.com");
        CHECK(bound == (durable ? "sip:alice@h1 sip:alice@h2 " : "sip:alice@h1 "));
    }
}

// A relaxed store may lose the last seconds, but not the dates of what it has had for long.
TEST_CASE("what is dated anew is to be synced whatever the store's durability, nothing else is") {
    Office office;
    office.hear("alice", 1, "Contact: <sip:alice@h1>\r\n");
    office.committed(0);
    office.moment.wall += 1'000'000s;
    office.look_at_calendar();
    office.pass(3'601s);
    REQUIRE(office.commits.size() == 3);
    CHECK_FALSE(office.commits[0].must_be_synced);
    CHECK(office.commits[1].must_be_synced);
    CHECK_FALSE(office.commits[2].must_be_synced);
}

TEST_CASE("after the calendar was set the store is given so many records at a time, and no more") {
    Office office;
    const auto users = 2 * Registrar::redated_per_turn + 1;
    for (std::size_t i = 0; i < users; ++i) {
        office.hear("user" + std::to_string(i), 1, "Contact: <sip:u@h>\r\n");
        office.committed(i);
    }
    office.commits.clear();
    office.moment.wall += 1'000'000s;
    office.look_at_calendar();
    CHECK(office.commits.size() == Registrar::redated_per_turn);
    office.pass(1s);
    CHECK(office.commits.size() == users);
}

TEST_CASE("a calendar that drifts by less than the store can be wrong about is let be") {
    Office office;
    office.hear("alice", 1, "Contact: <sip:alice@h1>\r\n");
    office.committed(0);
    office.moment.wall += 1s;
    office.look_at_calendar();
    CHECK(office.commits.size() == 1);
    Office forgetful(Durability::memory);
    forgetful.hear("alice", 1, "Contact: <sip:alice@h1>\r\n");
    forgetful.moment.wall += 1'000'000s;
    forgetful.look_at_calendar();
    CHECK(forgetful.commits.empty());
}

TEST_CASE("a retransmission is answered once, however often it comes before the commit") {
    Office office;
    for (int i = 0; i < 3; ++i) CHECK(office.hear("alice", 1, "Contact: <sip:alice@h1>\r\n").empty());
    CHECK(office.commits.size() == 1);
    CHECK(status_of(office.committed(0)) == 200);
    CHECK(status_of(office.hear("alice", 1, "Contact: <sip:alice@h1>\r\n")) == 200);
    CHECK(office.commits.size() == 1);
}

TEST_CASE("the next REGISTER is judged by the pending state, and waits for the commit before it") {
    Office office;
    office.hear("alice", 5, "Contact: <sip:alice@h1>\r\n");
    CHECK(status_of(office.hear("alice", 4, "Contact: <sip:alice@h1>;expires=0\r\n")) == 500);
    CHECK(office.hear("alice", 6, "Contact: <sip:alice@h2>\r\n").empty());
    CHECK(office.commits.size() == 1);
    CHECK(office.registrar.pending() == 2);
    CHECK(has(office.committed(0), "CSeq: 5 REGISTER"));
    CHECK(office.bound("sip:alice@example.com") == "sip:alice@h1 ");
    REQUIRE(office.commits.size() == 2);
    CHECK(has(office.committed(1), "CSeq: 6 REGISTER"));
    CHECK(office.bound("sip:alice@example.com") == "sip:alice@h1 sip:alice@h2 ");
    CHECK(office.registrar.pending() == 0);
}

TEST_CASE("a failed commit fails all that waits for that address-of-record, and nothing else") {
    Office office;
    office.hear("alice", 1, "Contact: <sip:alice@h1>\r\n");
    office.committed(0);
    office.hear("alice", 2, "Contact: <sip:alice@h2>\r\n");
    office.hear("alice", 3, "Contact: *\r\nExpires: 0\r\n");
    office.hear("bob", 1, "Contact: <sip:bob@h1>\r\n");
    const auto answers = office.committed(1, false);
    CHECK(has(answers, "CSeq: 2 REGISTER"));
    CHECK(has(answers, "CSeq: 3 REGISTER"));
    CHECK_FALSE(has(answers, "CSeq: 1 REGISTER"));
    CHECK_FALSE(has(answers, "SIP/2.0 200"));
    CHECK(has(answers, "SIP/2.0 503 "));
    CHECK(has(answers, "\r\nRetry-After: "));
    CHECK(office.bound("sip:alice@example.com") == "sip:alice@h1 ");
    CHECK(status_of(office.committed(2)) == 200);
    CHECK(office.bound("sip:bob@example.com") == "sip:bob@h1 ");
}

TEST_CASE("a failed commit is told to a phone whose 200 would have had more lines than a message may have") {
    Office office;
    std::string fields = "Contact: <sip:alice@h1>\r\nSupported: path\r\nPath: <sip:p;lr>";
    for (int i = 1; i < 80; ++i) fields += ",<sip:p;lr>";
    fields += "\r\n";
    for (int i = 0; i < 180; ++i) fields += "Via: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKa\r\n";
    office.hear("alice", 1, fields);
    const auto answers = office.committed(0, false);
    CHECK(has(answers, "SIP/2.0 503 "));
    CHECK(has(answers, "CSeq: 1 REGISTER"));
    CHECK(has(answers, "\r\nRetry-After: "));
    CHECK_FALSE(has(answers, "Path:"));
}

TEST_CASE("after a failed commit the phone can try again") {
    Office office;
    office.hear("alice", 1, "Contact: <sip:alice@h1>\r\n");
    office.committed(0, false);
    office.hear("alice", 2, "Contact: <sip:alice@h1>\r\n");
    CHECK(status_of(office.committed(1)) == 200);
    CHECK(office.committed(0).empty());
    CHECK(office.bound("sip:alice@example.com") == "sip:alice@h1 ");
}

TEST_CASE("a fetch tells what is committed and needs no commit") {
    Office office;
    office.hear("alice", 1, "Contact: <sip:alice@h1>;q=0.5\r\n");
    CHECK_FALSE(has(office.hear("alice", 2, ""), "Contact:"));
    office.committed(0);
    const auto answer = office.hear("alice", 3, "");
    CHECK(status_of(answer) == 200);
    CHECK(has(answer, "\r\nContact: <sip:alice@h1>;expires=3600;q=0.5\r\n"));
    CHECK(office.commits.size() == 1);
}

TEST_CASE("to remove what is not there needs no commit") {
    Office office;
    CHECK(status_of(office.hear("alice", 1, "Contact: *\r\nExpires: 0\r\n")) == 200);
    CHECK(office.commits.empty());
}

TEST_CASE("removing the last binding removes the record from the store") {
    Office office;
    office.hear("alice", 1, "Contact: <sip:alice@h1>\r\n");
    office.committed(0);
    office.hear("alice", 2, "Contact: <sip:alice@h1>;expires=0\r\n");
    REQUIRE(office.commits.size() == 2);
    CHECK_FALSE(office.commits[1].record);
    CHECK(office.bound("sip:alice@example.com") == "sip:alice@h1 ");
    CHECK_FALSE(has(office.committed(1), "Contact:"));
    CHECK(office.location.aors() == 0);
}

TEST_CASE("without durability the 200 leaves at once and the store hears nothing") {
    Office office(Durability::memory);
    CHECK(status_of(office.hear("alice", 1, "Contact: <sip:alice@h1>\r\n")) == 200);
    CHECK(office.bound("sip:alice@example.com") == "sip:alice@h1 ");
    office.pass(3'601s);
    CHECK(office.commits.empty());
    CHECK(office.location.aors() == 0);
}

TEST_CASE("bindings go at their time, each at its own") {
    Office office;
    office.hear("alice", 1, "Contact: <sip:alice@h1>;expires=100, <sip:alice@h2>;expires=200\r\n");
    office.committed(0);
    office.pass(99s);
    CHECK(office.bound("sip:alice@example.com") == "sip:alice@h1 sip:alice@h2 ");
    office.pass(2s);
    CHECK(office.bound("sip:alice@example.com") == "sip:alice@h2 ");
    office.pass(100s);
    CHECK(office.location.aors() == 0);
    REQUIRE(office.commits.size() == 3);
    CHECK(office.commits[1].record);
    CHECK_FALSE(office.commits[2].record);
    CHECK(office.registrar.counters().expired == 2);
}

TEST_CASE("a refreshed binding outlives its first expiry, and leaves no alarm behind") {
    Office office;
    office.hear("alice", 1, "Contact: <sip:alice@h1>;expires=100\r\n");
    office.committed(0);
    office.pass(50s);
    office.hear("alice", 2, "Contact: <sip:alice@h1>;expires=100\r\n");
    office.committed(1);
    office.pass(60s);
    CHECK(office.bound("sip:alice@example.com") == "sip:alice@h1 ");
    office.pass(41s);
    CHECK(office.location.aors() == 0);
    CHECK_FALSE(office.stack.deadline());
}

TEST_CASE("a binding that expires while its refresh waits for the store comes back with it") {
    Office office;
    office.hear("alice", 1, "Contact: <sip:alice@h1>;expires=60\r\n");
    office.committed(0);
    office.pass(59s);
    office.hear("alice", 2, "Contact: <sip:alice@h1>;expires=60\r\n");
    office.pass(2s);
    CHECK(office.bound("sip:alice@example.com").empty());
    CHECK(office.commits.size() == 2);
    CHECK(status_of(office.committed(1)) == 200);
    CHECK(office.bound("sip:alice@example.com") == "sip:alice@h1 ");
}

TEST_CASE("an operator removes one binding or all") {
    Office office;
    office.hear("alice", 1, "Contact: <sip:alice@h1>, <sip:alice@h2>, <sip:alice@h3>\r\n");
    CHECK_FALSE(office.registrar.unbind("sip:alice@example.com"));
    office.committed(0);
    CHECK_FALSE(office.registrar.unbind("sip:alice@example.com", "sip:alice@h9"));
    CHECK(office.registrar.unbind("sip:alice@example.com", "sip:alice@h2"));
    CHECK(office.bound("sip:alice@example.com") == "sip:alice@h1 sip:alice@h3 ");
    CHECK(office.registrar.unbind("sip:alice@example.com"));
    CHECK(office.location.aors() == 0);
    CHECK(office.commits.size() == 3);
}

// --- Limits.

TEST_CASE("what the server cannot hold gets 503 and a time to come back") {
    Office office;
    for (unsigned cseq = 1; cseq <= base::limits::pending_per_aor; ++cseq)
        REQUIRE(office.hear("alice", cseq, "Contact: <sip:alice@h1>\r\n").empty());
    const auto answer = office.hear("alice", 99, "Contact: <sip:alice@h1>\r\n");
    CHECK(status_of(answer) == 503);
    CHECK(has(answer, "\r\nRetry-After: "));
    CHECK(has(answer, "limits::pending_per_aor"));
    CHECK(office.registrar.pending() == base::limits::pending_per_aor);
    CHECK(office.hear("bob", 1, "Contact: <sip:bob@h1>\r\n").empty());
}

TEST_CASE("beyond the commits that may wait a REGISTER gets 503, and is taken when one has been written") {
    Office office(Durability::commit, settings_with("198.51.100.0/24", {.pending_commits = 2}));
    for (const auto user : {"alice", "bob"}) CHECK(office.hear(user, 1, "Contact: <sip:a@h1>\r\n").empty());
    const auto answer = office.hear("carol", 1, "Contact: <sip:a@h1>\r\n");
    CHECK(status_of(answer) == 503);
    CHECK(has(answer, "\r\nRetry-After: "));
    CHECK(has(answer, "limits::pending_commits"));
    CHECK(status_of(office.hear("alice", 2, "")) == 200);  // asks only: nothing has to wait
    CHECK(office.commits.size() == 2);
    office.committed(0);
    CHECK(office.hear("carol", 1, "Contact: <sip:a@h1>\r\n").empty());
    CHECK(status_of(office.committed(2)) == 200);
}

TEST_CASE("the shards share the commits that may wait") {
    Office office(Durability::commit, settings_with("198.51.100.0/24", {.pending_commits = 2}), 2);
    const auto ours = [&](const std::string& user) {
        return sip::owner_of_aor(key, "sip:" + user + "@example.com") % 2 == 0;
    };
    std::string answers;
    for (int i = 0, heard = 0; heard < 2; ++i) {
        const auto user = "user" + std::to_string(i);
        if (!ours(user)) continue;
        answers = office.hear(user, 1, "Contact: <sip:a@h1>\r\n");
        CHECK(answers.empty() == (heard++ == 0));
    }
    CHECK(has(answers, "limits::pending_commits"));
}

TEST_CASE("beyond the addresses-of-record that there may be only those that are known register") {
    Office office(Durability::memory, settings_with("198.51.100.0/24", {.aors = 2}));
    for (const auto user : {"alice", "bob"})
        CHECK(status_of(office.hear(user, 1, "Contact: <sip:a@h1>\r\n")) == 200);
    const auto answer = office.hear("carol", 1, "Contact: <sip:a@h1>\r\n");
    CHECK(status_of(answer) == 503);
    CHECK(has(answer, "\r\nRetry-After: "));
    CHECK(has(answer, "limits::aors"));
    CHECK(status_of(office.hear("bob", 2, "Contact: <sip:a@h2>\r\n")) == 200);
    CHECK(status_of(office.hear("alice", 2, "Contact: *\r\nExpires: 0\r\n")) == 200);
    CHECK(status_of(office.hear("carol", 1, "Contact: <sip:a@h1>\r\n")) == 200);
    CHECK(office.location.aors() == 2);
}

TEST_CASE("an address-of-record is as long as the limit says, and no longer") {
    Office office(Durability::memory);
    const std::string longest(base::limits::aor_octets - std::string_view("sip:@example.com").size(), 'a');
    CHECK(status_of(office.hear(longest, 1, "Contact: <sip:a@h1>\r\n")) == 200);
    const auto answer = office.hear(longest + "a", 1, "Contact: <sip:a@h1>\r\n");
    CHECK(status_of(answer) == 404);
    CHECK(has(answer, "limits::aor_octets"));
    CHECK(office.location.aors() == 1);
}

// --- What is refused, and what is granted.

TEST_CASE("an extension that is required and unknown is refused by name") {
    Office office;
    const auto answer = office.hear("alice", 1, "Require: path, gruu, foo\r\nContact: <sip:alice@h1>\r\n");
    CHECK(status_of(answer) == 420);
    CHECK(has(answer, "\r\nUnsupported: gruu, foo\r\n"));
    CHECK(office.hear("alice", 2, "Require: path\r\nContact: <sip:alice@h1>\r\n").empty());
    CHECK(office.commits.size() == 1);
}

TEST_CASE("Path is told to phones that support it, and kept for all") {
    Office office(Durability::memory);
    constexpr auto path = "Path: <sip:edge.example.com;lr>\r\n";
    CHECK(has(office.hear("alice", 1, std::string("Supported: path\r\nContact: <sip:alice@h1>\r\n") + path),
              path));
    CHECK_FALSE(has(office.hear("alice", 2, std::string("Contact: <sip:alice@h1>\r\n") + path), path));
    CHECK((*office.location.find("sip:alice@example.com")->bindings().begin()).path ==
          "<sip:edge.example.com;lr>");
}

TEST_CASE("a brief interval gets 423 with the least that is granted") {
    Office office;
    const auto answer = office.hear("alice", 1, "Contact: <sip:alice@h1>;expires=5\r\n");
    CHECK(status_of(answer) == 423);
    CHECK(has(answer, "\r\nMin-Expires: 60\r\n"));
}

TEST_CASE("an address-of-record of somebody else's domain is not found") {
    Office office;
    auto request = Office::request_of("alice", 1, "Contact: <sip:alice@h1>\r\n");
    const auto to = request.find("To: <sip:alice@") + 15;
    CHECK(status_of(office.hear(request.replace(to, 11, "example.net"))) == 404);
    CHECK(office.commits.empty());
}

TEST_CASE("an address of ours is a domain of ours") {
    Office office(Durability::memory);
    auto request = Office::request_of("u0000001", 1, "Contact: <sip:u0000001@198.51.100.7:5070>\r\n");
    const auto to = request.find("To: <sip:u0000001@") + 18;
    CHECK(status_of(office.hear(request.replace(to, 11, "192.0.2.1"))) == 200);
    CHECK_FALSE(office.bound("sip:u0000001@192.0.2.1").empty());
}

TEST_CASE("the port that a phone writes into To makes no other user") {
    Office office(Durability::memory);
    auto request = Office::request_of("bob", 1, "Contact: <sip:bob@198.51.100.7:5070>\r\n");
    const auto to = request.find("To: <sip:bob@") + 13;
    CHECK(status_of(office.hear(request.replace(to, 11, "example.com:5060"))) == 200);
    CHECK_FALSE(office.bound("sip:bob@example.com").empty());
}

TEST_CASE("a stranger is challenged, and let in with the right password only") {
    Office office(Durability::memory, settings_with(""));
    office.subscribers.set("bob", "example.com", sip::digest::Secret("bob", "example.com", "zanzibar"));
    const auto request = Office::request_of("bob", 1, "Contact: <sip:bob@h1>\r\n");
    const auto challenge = office.hear(request);
    CHECK(status_of(challenge) == 401);
    CHECK(has(challenge, "realm=\"example.com\""));
    const auto wrong = office.hear(authorized(office, again(request, 2), challenge, "wrong"));
    CHECK(status_of(wrong) == 401);
    CHECK_FALSE(has(wrong, "stale"));
    CHECK(office.location.aors() == 0);
    CHECK(status_of(office.hear(authorized(office, again(request, 3), challenge, "zanzibar"))) == 200);
    CHECK(office.bound("sip:bob@example.com") == "sip:bob@h1 ");
}

TEST_CASE("a user may change nobody's bindings but his own") {
    Office office(Durability::memory, settings_with(""));
    office.subscribers.set("bob", "example.com", sip::digest::Secret("bob", "example.com", "zanzibar"));
    const auto request = Office::request_of("alice", 1, "Contact: <sip:bob@h1>\r\n");
    const auto challenge = office.hear(request);
    CHECK(status_of(office.hear(authorized(office, again(request, 2), challenge, "zanzibar"))) == 403);
    CHECK(office.location.aors() == 0);
}

TEST_CASE("RFC 3665 2.1 to 2.4: registration, update, fetch and cancellation") {
    Office office(Durability::memory, settings_with(""));
    office.subscribers.set("bob", "biloxi.example.com",
                           sip::digest::Secret("bob", "biloxi.example.com", "zanzibar"));
    const auto run = [&](const std::string& flow, unsigned cseq) {
        const auto request = again(requests_of_flow(flow).at(0), cseq);
        const auto challenge = office.hear(request);
        REQUIRE(status_of(challenge) == 401);
        return office.hear(authorized(office, again(request, cseq + 1), challenge, "zanzibar"));
    };
    CHECK(has(run("2.01_sip-client-new-registration", 1),
              "\r\nContact: <sips:bob@client.biloxi.example.com>;expires=3600\r\n"));
    const auto updated = run("2.02_update-of-contact-list", 3);
    CHECK(has(updated, "\r\nContact: <sips:bob@client.biloxi.example.com>;expires=3600\r\n"));
    CHECK(has(updated, "\r\nContact: <mailto:bob@biloxi.example.com>;expires="));
    const auto fetched = run("2.03_request-for-current-contact-list", 5);
    CHECK(has(fetched, "sips:bob@client.biloxi.example.com"));
    CHECK(has(fetched, "mailto:bob@biloxi.example.com"));
    const auto cancelled = run("2.04_cancellation-of-registration", 7);
    CHECK(status_of(cancelled) == 200);
    CHECK_FALSE(has(cancelled, "\r\nContact:"));
    CHECK(office.location.aors() == 0);
}

TEST_CASE("RFC 3665 2.5: wrong credentials get a fresh challenge each time") {
    Office office(Durability::memory, settings_with(""));
    office.subscribers.set("bob", "biloxi.example.com",
                           sip::digest::Secret("bob", "biloxi.example.com", "zanzibar"));
    for (const auto& request : requests_of_flow("2.05_unsuccessful-registration"))
        CHECK(status_of(office.hear(request)) == 401);
    CHECK(office.location.aors() == 0);
}

TEST_CASE("RFC 4475 escnull: escaped nulls neither shorten a user nor merge contacts") {
    Office office(Durability::memory);
    CHECK(status_of(office.hear(torture("escnull"))) == 200);
    CHECK(office.location.bindings() == 2);
    CHECK(office.bound("sip:null-%00-null@example.com") ==
          "sip:%00@host5.example.com sip:%00%00@host5.example.com ");
}

TEST_CASE("RFC 4475 dblreq: octets behind the REGISTER are ignored") {
    Office office(Durability::memory);
    const auto answer = office.hear(torture("dblreq"));
    CHECK(status_of(answer) == 200);
    CHECK(answer.rfind("SIP/2.0 ") == 0);
    CHECK(office.stack.invites_in_progress() == 0);
}

TEST_CASE("RFC 4475 scalar02: a CSeq beyond all range is refused") {
    Office office(Durability::memory);
    CHECK(status_of(office.hear(torture("scalar02"))) == 400);
    CHECK(office.location.aors() == 0);
}

TEST_CASE("RFC 4475 regbadct: a contact with a question mark needs its brackets") {
    Office office(Durability::memory);
    CHECK(status_of(office.hear(torture("regbadct"))) == 400);
    CHECK(office.location.aors() == 0);
}

TEST_CASE("RFC 4475 unksm2: an address-of-record that is no SIP URI is refused") {
    Office office(Durability::memory);
    CHECK(status_of(office.hear(torture("unksm2"))) == 400);
    CHECK(office.location.aors() == 0);
}

TEST_CASE("RFC 4475 regaut01: an authorization scheme that nobody knows is answered with one that is known") {
    Office office(Durability::memory, settings_with(""));
    const auto answer = office.hear(torture("regaut01"));
    CHECK(status_of(answer) == 401);
    CHECK(has(answer, "\r\nWWW-Authenticate: Digest "));
}

TEST_CASE("RFC 4475 cparam01: a parameter behind a bare URI is the contact's") {
    Office office(Durability::memory);
    constexpr auto contact = "\r\nContact: <sip:+19725552222@gw1.example.net>;expires=3600;unknownparam\r\n";
    CHECK(has(office.hear(torture("cparam01")), contact));
    CHECK(has(office.hear("watson", 9, ""), contact));
}

TEST_CASE("RFC 4475 cparam02: a parameter inside the brackets is the URI's") {
    Office office(Durability::memory);
    constexpr auto contact = "\r\nContact: <sip:+19725552222@gw1.example.net;unknownparam>;expires=3600\r\n";
    CHECK(has(office.hear(torture("cparam02")), contact));
    CHECK(has(office.hear("watson", 9, ""), contact));
}

TEST_CASE("RFC 4475 regescrt: an escaped header stays in the contact") {
    Office office(Durability::memory);
    constexpr auto contact =
        "\r\nContact: <sip:user@example.com?Route=%3Csip:sip.example.com%3E>;expires=3600\r\n";
    CHECK(has(office.hear(torture("regescrt")), contact));
    CHECK(has(office.hear("user", 2, ""), contact));
}
