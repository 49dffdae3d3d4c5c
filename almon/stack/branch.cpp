#include "almon/stack/branch.hpp"

#include <charconv>

namespace almon::stack {
namespace {

std::optional<std::uint64_t> read_hex(std::string_view digits) {
    std::uint64_t number = 0;
    const auto end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, number, 16);
    if (error != std::errc{} || stop != end) return {};
    return number;
}

}  // namespace

std::optional<BranchParts> read_branch(std::string_view branch) {
    if (branch.size() < Branch::fixed_size || !branch.starts_with(sip::Via::magic_cookie)) return {};
    const auto handle = read_hex(branch.substr(Branch::cookie_size, 16));
    const auto secret = read_hex(branch.substr(Branch::cookie_size + 16, 16));
    if (!handle || !secret) return {};
    return BranchParts{ClientHandle::from_bits(*handle), *secret};
}

std::optional<StatelessBranch::Parts> StatelessBranch::read(std::string_view branch) {
    if (branch.size() < plain_size + 1 + 16 || branch[plain_size] != '-') return {};
    const auto proof = read_hex(branch.substr(branch.size() - 16));
    if (!proof) return {};
    const auto word = branch.substr(plain_size + 1, branch.size() - plain_size - 1 - 16);
    return Parts{branch.substr(0, plain_size), word, *proof};
}

}  // namespace almon::stack
