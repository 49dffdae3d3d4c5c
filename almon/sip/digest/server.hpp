// The side that asks: challenges in the name of one realm, and judges the credentials that come back
// (RFC 3261 §22, RFC 7616, RFC 8760). Never to be asked about ACK and CANCEL, which cannot be sent again
// (RFC 3261 §22.1).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "almon/base/printer.hpp"
#include "almon/base/random.hpp"
#include "almon/base/time.hpp"
#include "almon/sip/digest/algorithm.hpp"
#include "almon/sip/digest/nonce_ledger.hpp"
#include "almon/sip/digest/response.hpp"
#include "almon/sip/digest/secret.hpp"
#include "almon/sip/headers/credentials.hpp"

namespace almon::sip::digest {

enum class Finding : std::uint8_t {
    ok,           // whoever sent this knows the secret, and has not sent it before
    wrong,        // no such user, or another password: the two look alike, in time too
    stale,        // the nonce is spent, too old or not ours: challenge again with Stale::yes
    unsupported,  // another scheme, realm, algorithm or no qop: challenge
    malformed,    // 400
};

struct Verdict {
    Finding finding = Finding::malformed;
    const char* rule = "";  // what was broken, for unsupported and malformed
};

enum class Stale : bool { no, yes };

class Server {
 public:
    // `offered`: in the order of the challenges, the one preferred first (RFC 8760 §2.3); not empty.
    // `nonces` must outlive the server.
    Server(std::string realm, std::vector<Algorithm> offered, NonceLedger& nonces, base::Random& random);

    const std::string& realm() const { return realm_; }
    // Whether these credentials answer a challenge of ours. A request may carry others' too.
    bool is_addressed(const Credentials& credentials) const;

    // `secret`: of the user that user_of() names, or null when there is none. `request.uri` is the
    // Request-URI. The hash covers the parameter "uri", which need not equal it: proxies rewrite the one and
    // not the other (RFC 3261 §22.4 item 6). auth-int is accepted though not offered, as bodies are changed
    // on the way. An "ok" enters the nonce count; all other findings leave no trace.
    [[nodiscard]] Verdict verify(const Credentials& credentials, const Subject& request, const Secret* secret,
                                 base::Instant now);

    // Prints one line, CRLF included, for each algorithm: "WWW-Authenticate: Digest …". All carry one new
    // nonce.
    void challenge(HeaderName field, Stale stale, base::Instant now, base::Printer& out);

 private:
    struct Claim;
    [[nodiscard]] Verdict read(const Credentials& credentials, const Subject& request, Claim& claim) const;
    bool answers(const Credentials& credentials, const Subject& request, const Claim& claim,
                 const Secret& secret) const;
    bool offers(Recipe recipe) const;

    std::string realm_;
    std::string quoted_realm_;
    std::vector<Algorithm> offered_;
    NonceLedger& nonces_;
    base::Random& random_;
    Secret nobody_;  // of a user that does not exist
};

// The user's name as it is meant, for looking up the secret.
std::string user_of(const Credentials& credentials);

}  // namespace almon::sip::digest
