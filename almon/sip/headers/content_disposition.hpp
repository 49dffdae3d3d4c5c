// Content-Disposition (RFC 3261 §20.11, RFC 5621 §8): what a body, or a part of it, is for.
#pragma once

#include <string_view>

#include "almon/sip/header_name.hpp"
#include "almon/sip/headers/media_type.hpp"

namespace almon::sip {

struct ContentDisposition {
    static constexpr HeaderName name{"Content-Disposition"};

    std::string_view type;  // "session", "render", another token; compare without case: is()
    Parameters parameters;

    [[nodiscard]] static Result<ContentDisposition> parse(Scanner& in);
    // What a body without this field is for.
    static ContentDisposition of(const MediaType& media_type) {
        return {media_type.is("application", "sdp") ? "session" : "render", {}};
    }

    bool is(std::string_view wanted) const { return base::equal_nocase(type, wanted); }
    // False: who cannot work with the body may pass it over.
    bool is_required() const {
        return !base::equal_nocase(parameters.value("handling").value_or(""), "optional");
    }
    void print(Printer& out) const;
};

}  // namespace almon::sip
