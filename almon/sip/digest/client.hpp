// The side that answers: reads the challenges of a 401 or 407 and writes credentials (RFC 3261 §22, RFC 7616
// §3.4, RFC 8760 §2.4). It answers for one realm only, so that nobody else can ask for a proof to try
// passwords on, and it does not go round in circles with a server that keeps saying no.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "almon/base/printer.hpp"
#include "almon/base/random.hpp"
#include "almon/sip/digest/algorithm.hpp"
#include "almon/sip/digest/response.hpp"
#include "almon/sip/digest/secret.hpp"
#include "almon/sip/headers/challenge.hpp"

namespace almon::sip::digest {

// Who a user agent is in one realm. The password itself is not kept.
struct Login {
    Login(std::string user, std::string in_realm, std::string_view password)
        : username(std::move(user)), realm(std::move(in_realm)), secret(username, realm, password) {}
    std::string username;
    std::string realm;
    Secret secret;
};

// Of several challenges: the strongest that we can answer (whoever reorders them on the way gains nothing),
// or the topmost, which the server prefers.
enum class Choice : std::uint8_t { strongest, topmost };

enum class Advice : std::uint8_t {
    retry,          // send the request again, with credentials
    foreign_realm,  // nobody asked in our realm
    unsupported,    // none that we can answer: scheme, algorithm or qop
    rejected,       // these credentials were refused; sending them again is forbidden (RFC 3261 §22.1)
    exhausted,      // the nonces we get are stale again and again
};

// How often one request was sent again because of challenges; whoever sends the request keeps it.
struct Tries {
    static constexpr unsigned limit = 3;
    unsigned answered = 0;
};

class Client {
 public:
    explicit Client(Login login, Choice choice = Choice::strongest);

    // Takes in the challenges of one response, topmost first. A first challenge is always answered, as a
    // nonce that we had from before may have been forgotten; a second only when it says stale.
    Advice hear(std::span<const Challenge> challenges, Tries& tries, base::Random& random);

    // True once there is a challenge to answer; later requests carry credentials from the start (§22.3).
    bool ready() const { return session_.has_value(); }
    // Prints the value of Authorization or Proxy-Authorization for one request, and counts it. Needs ready().
    void print(const Subject& request, base::Printer& out);

 private:
    // The challenge that is being answered. Texts as they stand between the quotes.
    struct Session {
        Recipe recipe;
        Qop qop = Qop::none;
        std::string nonce;
        std::optional<std::string> opaque, algorithm;
        bool userhash = false;
        std::string cnonce;
        std::uint32_t requests = 0;
    };
    bool is_ours(const Challenge& challenge) const;
    const Challenge* choose(std::span<const Challenge> challenges) const;
    void open(const Challenge& challenge, base::Random& random);
    std::string quoted_username() const;

    Login login_;
    Choice choice_;
    std::optional<Session> session_;
};

}  // namespace almon::sip::digest
