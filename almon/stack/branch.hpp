// The branches that we write (RFC 3261 §8.1.1.7): magic cookie, the transaction's handle, 64 random bits. The
// handle finds the transaction, the random bits prove that the response is one to our request.
#pragma once

#include <optional>
#include <string_view>

#include "almon/sip/headers/via.hpp"
#include "almon/stack/local_tag.hpp"
#include "almon/stack/outbox.hpp"

namespace almon::stack {

class Branch {
 public:
    static constexpr std::size_t cookie_size = sip::Via::magic_cookie.size();
    static constexpr std::size_t fixed_size = cookie_size + 32;
    static constexpr std::size_t suffix_limit = 64;

    Branch(ClientHandle handle, std::uint64_t secret, std::string_view suffix) {
        base::Printer out{text_};
        const auto handle_digits = hex_digits<16>(handle.bits());
        const auto secret_digits = hex_digits<16>(secret);
        out.put(sip::Via::magic_cookie).put({handle_digits.data(), 16}).put({secret_digits.data(), 16});
        out.put(suffix.substr(0, suffix_limit));
        size_ = out.size();
    }
    std::string_view text() const { return {text_, size_}; }

 private:
    char text_[fixed_size + suffix_limit];
    std::size_t size_;
};

struct BranchParts {
    ClientHandle handle;
    std::uint64_t secret;
};

// Nullopt: not one of ours.
std::optional<BranchParts> read_branch(std::string_view branch);

// Of a request that is forwarded without a transaction: magic cookie, 64 bits of hash, and where its
// responses go: "-", the flow's word (FlowTokens), 64 bits of proof. The dash keeps it from passing for the
// other kind.
class StatelessBranch {
 public:
    static constexpr std::size_t plain_size = Branch::cookie_size + 16;

    explicit StatelessBranch(std::uint64_t number) {
        const auto digits = hex_digits<16>(number);
        out_.put(sip::Via::magic_cookie).put({digits.data(), digits.size()});
    }
    StatelessBranch(const StatelessBranch&) = delete;
    StatelessBranch& operator=(const StatelessBranch&) = delete;
    void append(std::string_view word, std::uint64_t proof) {
        const auto digits = hex_digits<16>(proof);
        out_.put('-').put(word).put({digits.data(), digits.size()});
    }
    std::string_view text() const { return out_.view(); }

    struct Parts {
        std::string_view branch, word;
        std::uint64_t proof;
    };
    // Nullopt: not one of ours with a way back.
    static std::optional<Parts> read(std::string_view branch);

 private:
    char text_[plain_size + 1 + 96 + 16];
    base::Printer out_{text_};
};

}  // namespace almon::stack
