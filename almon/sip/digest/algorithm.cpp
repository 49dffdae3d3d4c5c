#include "almon/sip/digest/algorithm.hpp"

#include "almon/base/charset.hpp"

namespace almon::sip::digest {

std::string_view name_of(Algorithm algorithm) {
    switch (algorithm) {
        case Algorithm::md5: return "MD5";
        case Algorithm::sha256: return "SHA-256";
        case Algorithm::sha512_256: return "SHA-512-256";
    }
    return "";
}

std::optional<Algorithm> algorithm_named(std::string_view name) {
    for (const auto algorithm : algorithms)
        if (base::equal_nocase(name, name_of(algorithm))) return algorithm;
    return {};
}

std::optional<Recipe> recipe_named(std::string_view name) {
    constexpr std::string_view suffix = "-sess";
    const auto stem = name.substr(0, name.size() - std::min(name.size(), suffix.size()));
    const bool session = base::equal_nocase(name.substr(stem.size()), suffix);
    const auto algorithm = algorithm_named(session ? stem : name);
    if (!algorithm) return {};
    return Recipe{*algorithm, session};
}

HexDigest hash(Algorithm algorithm, base::Pieces pieces) {
    switch (algorithm) {
        case Algorithm::md5: return HexDigest(base::md5(pieces));
        case Algorithm::sha256: return HexDigest(base::sha256(pieces));
        case Algorithm::sha512_256: return HexDigest(base::sha512_256(pieces));
    }
    return {};
}

}  // namespace almon::sip::digest
