#include "almon/load/dialog.hpp"

#include <array>

#include "almon/sip/headers/contact.hpp"
#include "almon/sip/headers/from_to.hpp"
#include "almon/sip/headers/record_route.hpp"
#include "almon/sip/transport/head_lines.hpp"
#include "almon/sip/values.hpp"

namespace almon::load {
namespace {

class RouteSet {
 public:
    // The values of one field, in the order of the response.
    bool add(std::string_view field) {
        base::Scanner in(field);
        while (!in.done()) {
            const auto value = sip::parse_value<sip::RecordRoute>(in);
            if (!value || size_ == values_.size()) return false;
            values_[size_++] = value->text;
        }
        return true;
    }
    // RFC 3261 §12.1.2: the caller's way is the reverse.
    void print(std::string& out) const {
        for (auto i = size_; i > 0; --i) out.append("Route: ").append(values_[i - 1]).append("\r\n");
    }

 private:
    std::array<std::string_view, Dialog::most_routes> values_;
    std::size_t size_ = 0;
};

std::string_view uri_in(std::string_view contact) {
    base::Scanner in(contact);
    const auto parsed = sip::NameAddr::parse(in);
    return parsed ? parsed->uri.text() : std::string_view{};
}

}  // namespace

bool Dialog::open(std::string_view response, std::string&& memory) {
    RouteSet routes;
    std::string_view uri, to;
    sip::HeadLines lines(response);
    while (const auto line = lines.next()) {
        if (line->is(sip::RecordRoute::name)) {
            if (!routes.add(line->value)) return false;
        } else if (line->is(sip::To::name)) {
            to = line->value;
        } else if (uri.empty() && line->is(sip::Contact::name)) {
            uri = uri_in(line->value);
        }
    }
    if (uri.empty() || to.empty()) return false;
    text_ = std::move(memory);
    uri_ = uri.size();
    text_.assign(uri);
    routes.print(text_);
    routes_ = text_.size() - uri_;
    text_.append(to);
    return true;
}

}  // namespace almon::load
