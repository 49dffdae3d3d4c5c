// Many octets asked at once: what the innermost loops of parsing are made of. Vector code where the processor
// surely has it, a loop elsewhere.
#pragma once

#include <cstddef>
#include <cstdint>

#include "almon/base/charset.hpp"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace almon::base {

inline constexpr std::size_t block_octets = 64;
inline constexpr std::size_t word_octets = 16;

// Of 64 octets: bit i is set when octet i is a CR, or a LF.
struct LineBreaks {
    std::uint64_t cr = 0, lf = 0;
};

#ifdef __SSE2__

inline LineBreaks line_breaks(const char* block) {
    LineBreaks found;
    const auto bits = [](__m128i octets, char wanted) {
        const auto same = _mm_cmpeq_epi8(octets, _mm_set1_epi8(wanted));
        return std::uint64_t{static_cast<std::uint32_t>(_mm_movemask_epi8(same))};
    };
    for (unsigned i = 0; i < block_octets; i += 16) {
        const auto octets = _mm_loadu_si128(reinterpret_cast<const __m128i*>(block + i));
        found.cr |= bits(octets, '\r') << i;
        found.lf |= bits(octets, '\n') << i;
    }
    return found;
}

// How many of the 16 octets there, from the first on, are letters, digits and hyphens.
inline std::size_t word_length(const char* text) {
    const auto octets = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text));
    const auto within = [](__m128i value, char first,
                           char count) {  // unsigned, so what is below is far above
        const auto distance = _mm_sub_epi8(value, _mm_set1_epi8(first));
        const auto last = _mm_set1_epi8(static_cast<char>(count - 1));
        return _mm_cmpeq_epi8(_mm_min_epu8(distance, last), distance);
    };
    const auto letters = within(_mm_or_si128(octets, _mm_set1_epi8(0x20)), 'a', 26);
    const auto others = _mm_or_si128(within(octets, '0', 10), _mm_cmpeq_epi8(octets, _mm_set1_epi8('-')));
    const auto mask = static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(letters, others)));
    return static_cast<std::size_t>(__builtin_ctz(~mask));
}

#else

inline LineBreaks line_breaks(const char* block) {
    LineBreaks found;
    for (unsigned i = 0; i < block_octets; ++i) {
        found.cr |= std::uint64_t{block[i] == '\r'} << i;
        found.lf |= std::uint64_t{block[i] == '\n'} << i;
    }
    return found;
}

inline std::size_t word_length(const char* text) {
    static constexpr auto word = chars::alphanum | CharSet("-");
    std::size_t length = 0;
    while (length < word_octets && word.has(text[length])) ++length;
    return length;
}

#endif

}  // namespace almon::base
