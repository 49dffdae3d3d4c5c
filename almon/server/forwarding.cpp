#include "almon/server/forwarding.hpp"

#include "almon/sip/headers/credentials.hpp"
#include "almon/sip/headers/route.hpp"

namespace almon::server {
namespace {

constexpr sip::HeaderName max_forwards{"Max-Forwards"};
constexpr sip::HeaderName max_breadth{"Max-Breadth"};
constexpr sip::HeaderName record_route{"Record-Route"};

class Editor {
 public:
    Editor(const Forwarding& forwarding, sip::Edits& edits) : forwarding_(forwarding), edits_(edits) {}

    // §16.6 steps 2 and 6: where the target and the Route fields lead.
    void set_way() {
        std::string_view uri = forwarding_.target.request_uri;
        auto hops = hops_ahead();
        if (!hops.empty() && !is_loose(hops.front())) {
            strict_uri_ = uri_of(hops.front());
            hops.erase(hops.begin());
            behind_ = "<" + std::string(uri) + ">";
            hops.push_back(behind_);
            uri = strict_uri_;
        }
        if (uri != forwarding_.request.request_uri()) edits_.set_request_uri(uri);
        set_route(hops);
    }
    // §16.6 step 3.
    void count_hop() {
        const auto& envelope = forwarding_.envelope;
        const auto left = envelope.has_max_forwards ? envelope.max_forwards - 1 : base::limits::max_forwards;
        set_number(max_forwards, left);
    }
    // RFC 5393 §5.3.3.1.
    void set_breadth() {
        if (forwarding_.max_breadth > 0) set_number(max_breadth, forwarding_.max_breadth);
    }
    // §16.6 step 4. RFC 5658: one value for each side where they differ.
    void stay_on_path(const RouteSigner& signer) {
        if (forwarding_.came_by == nullptr || !may_make_dialog(forwarding_.request.method())) return;
        prepend_own(signer, *forwarding_.came_by);
        if (forwarding_.leaves_by != nullptr && forwarding_.leaves_by != forwarding_.came_by)
            prepend_own(signer, *forwarding_.leaves_by);
    }
    // RFC 3261 §22.3: credentials for our realm are for us alone, those for others' are theirs.
    void consume_credentials(const Domains& domains) {
        const auto& request = forwarding_.request;
        if (!request.has(sip::ProxyAuthorization::name)) return;
        std::vector<std::string_view> of_others;
        for (const auto& field : request.fields_of(sip::ProxyAuthorization::name))
            if (!is_for_us(request.value(field), domains)) of_others.push_back(request.value(field));
        if (of_others.size() == request.count(sip::ProxyAuthorization::name)) return;
        edits_.remove(sip::ProxyAuthorization::name);
        for (const auto value : of_others) edits_.append(sip::ProxyAuthorization::name, value);
    }

 private:
    std::vector<std::string_view> hops_ahead() const {
        const auto& hops = forwarding_.route.hops;
        if (forwarding_.target.path.empty()) return hops;
        std::vector<std::string_view> all;
        for (sip::Scanner path(forwarding_.target.path); !path.done();) {
            const auto hop = sip::parse_value<sip::Route>(path);
            if (!hop) break;
            all.push_back(hop->text);
        }
        all.insert(all.end(), hops.begin(), hops.end());
        return all;
    }
    void set_route(const std::vector<std::string_view>& hops) {
        const auto& route = forwarding_.route;
        if (route.is_unchanged() && hops == route.hops) return;
        if (!route.from_strict_router && hops == route.hops) {
            for (auto left = route.own_values; left > 0; --left) edits_.remove_first_value(sip::Route::name);
            return;
        }
        edits_.remove(sip::Route::name);
        if (hops.empty()) return;
        std::string values;
        for (const auto hop : hops) values.append(values.empty() ? "" : ", ").append(hop);
        edits_.prepend(sip::Route::name, values);
    }
    static bool is_loose(std::string_view hop) {
        sip::Scanner in(hop);
        const auto route = sip::Route::parse(in);
        return route && route->is_loose();
    }
    static std::string uri_of(std::string_view hop) {
        sip::Scanner in(hop);
        const auto route = sip::Route::parse(in);
        return route ? std::string(route->address.uri.text()) : std::string();
    }
    bool is_for_us(std::string_view credentials, const Domains& domains) const {
        sip::Scanner in(credentials);
        const auto read = sip::ProxyAuthorization::parse(in);
        return read && domains.own_realm(read->realm);
    }
    void set_number(sip::HeaderName name, std::uint32_t number) {
        char digits[12];
        base::Printer out{digits};
        edits_.set(name, out.put_number(number).view());
    }
    void prepend_own(const RouteSigner& signer, const stack::Listener& listener) {
        char buffer[512];
        base::Printer out{buffer};
        signer.print(listener, forwarding_.envelope, forwarding_.flows, out);
        edits_.prepend(record_route, out.view());
    }

    const Forwarding& forwarding_;
    sip::Edits& edits_;
    std::string strict_uri_, behind_;
};

}  // namespace

void edit_for_target(const Forwarding& forwarding, const Domains& domains, const RouteSigner& signer,
                     sip::Edits& edits) {
    edits.clear();
    Editor editor(forwarding, edits);
    editor.set_way();
    editor.count_hop();
    editor.set_breadth();
    editor.stay_on_path(signer);
    editor.consume_credentials(domains);
}

}  // namespace almon::server
