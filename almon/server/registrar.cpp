#include "almon/server/registrar.hpp"

#include <algorithm>

#include "almon/base/limits.hpp"
#include "almon/server/stored_record.hpp"
#include "almon/sip/field_lines.hpp"
#include "almon/sip/headers/date.hpp"
#include "almon/sip/headers/from_to.hpp"
#include "almon/sip/headers/path.hpp"
#include "almon/sip/headers/require.hpp"
#include "almon/sip/headers/supported.hpp"
#include "almon/sip/locate.hpp"
#include "almon/sip/transport/head_lines.hpp"

namespace almon::server {

namespace limits = base::limits;
namespace status = sip::status;

namespace {

constexpr std::string_view path_extension =
    "path";  // RFC 3327, the one that a registrar can be required to know

// By so much a stored date may be wrong.
constexpr auto calendar_tolerance = std::chrono::seconds(2);
constexpr auto redating_pause = std::chrono::milliseconds(10);
// A cookie that is no record's.
constexpr std::uint64_t redating = 0;

// No datagram could carry the answer.
constexpr Refusal too_large{status::forbidden, "limits::message_octets"};

tl::unexpected<Refusal> refusal(sip::Status status, const char* why) {
    return tl::unexpected(Refusal{status, why});
}

bool supports_path(const sip::Message& request) {
    for (const auto& extension : request.all<sip::Supported>())
        if (extension && base::equal_nocase(extension->token, path_extension)) return true;
    return false;
}

// One "Unsupported: …" line with the extensions that a request requires and that we lack (§8.2.2.3), or
// nothing.
void print_unsupported(const sip::Message& request, base::Printer& out) {
    for (const auto& extension : request.all<sip::Require>()) {
        if (!extension || base::equal_nocase(extension->token, path_extension)) continue;
        out.put(out.size() == 0 ? "Unsupported: " : ", ").put(extension->token);
    }
    if (out.size() > 0) out.put("\r\n");
}

// Spread, so that those who were turned away together do not come back together.
void print_retry_after(base::Random& random, base::Printer& out) {
    out.put("Retry-After: ").put_number(5 + random.below(6)).put("\r\n");
}

// The lines of a 200 that was not sent which tell whom the 503 goes to (§8.2.6.2). It may have more lines
// than a message that we would read.
void print_refusal_of(std::string_view answer, base::Random& random, base::Printer& out) {
    out.put("SIP/2.0 503 Service Unavailable\r\n");
    sip::HeadLines lines(answer);
    while (const auto line = lines.next())
        for (const auto& name :
             {sip::Via::name, sip::From::name, sip::To::name, sip::CallId::name, sip::CSeq::name})
            if (line->is(name)) sip::put_line(out, name, line->value);
    print_retry_after(random, out);
    out.put("Content-Length: 0\r\n\r\n");
}

}  // namespace

Registrar::Registrar(stack::Stack& stack, const Domains& domains, Location& location,
                     Authenticator& authenticator, SettingsSnapshot settings, Durability durability,
                     const base::HashKey& key, std::vector<Commit>& commits)
    : stack_(stack),
      domains_(domains),
      location_(location),
      authenticator_(authenticator),
      settings_(std::move(settings)),
      durability_(durability),
      commits_(commits),
      pending_(key) {}

void Registrar::request(const stack::Arrival& arrival) {
    auto unsupported = fields();
    print_unsupported(arrival.message, unsupported);
    if (unsupported.size() > 0)
        return stack_.reply(arrival, {.status = status::bad_extension, .fields = unsupported.view()});
    const auto verdict = authenticator_.check(arrival, Role::registrar, stack_.moment());
    if (!verdict.passed()) {
        ++counters_.challenged;
        return stack_.reply(arrival, {.status = verdict.status, .fields = verdict.fields});
    }
    const auto aor = authorize(arrival.envelope.to_uri, verdict);
    if (!aor) return refuse(arrival, aor.error());
    update(arrival, *aor);
}

// §10.3 steps 4 and 5.
tl::expected<std::string, Refusal> Registrar::authorize(const sip::Uri& uri, const Verdict& verdict) const {
    if (!uri.is_sip())  // RFC 4475 §3.3.4
        return refusal(status::bad_request, "RFC 3261 §10.3: To is no SIP URI");
    if (!domains_.own_host(uri.host()))
        return refusal(status::not_found, "RFC 3261 §10.3: not a domain of ours");
    if (verdict.kind == Verdict::Kind::allowed && !domains_.names(uri, verdict.identity))
        return refusal(status::forbidden, "RFC 3261 §10.3: another user's address-of-record");
    auto aor = Domains::address_of_record(uri);
    if (aor.size() > limits::aor_octets) return refusal(status::not_found, "limits::aor_octets");
    return aor;
}

void Registrar::update(const stack::Arrival& arrival, const std::string& aor) {
    const bool changes = changes_bindings(arrival.message);
    const auto* line = changes ? pending_.find(aor) : nullptr;
    const auto* before = line ? line->changes.back().record.get() : location_.find(aor);
    const auto applied = registration_.apply(before, arrival, *settings_, stack_.moment().now);
    if (!applied) return refuse(arrival, applied.error());
    // What binds nothing where nothing is bound needs no commit either.
    const bool idle = !line && !before && registration_.bindings().empty();
    if (changes && !idle) return change(arrival, aor);
    const auto fields = success_fields(arrival.message);
    if (!fields) return refuse(arrival, too_large);
    stack_.answer(arrival, {.status = status::ok, .fields = *fields});
}

void Registrar::change(const stack::Arrival& arrival, const std::string& aor) {
    if (const auto reason = overload(aor)) return refuse(arrival, *reason);
    const auto fields = success_fields(arrival.message);
    auto out = stack_.scratch();
    if (fields) stack_.write_tagged(arrival, {.fields = *fields}, out);
    if (!fields || out.overflowed()) return refuse(arrival, too_large);
    const auto bindings = registration_.bindings();
    auto record = bindings.empty() ? nullptr : AorRecord::pack(aor, bindings);
    if (durability_ == Durability::memory) {
        if (!stack_.answer(arrival, status::ok, out.view())) return;
        ++counters_.accepted;
        return publish(aor, std::move(record));
    }
    std::string answer(out.view());
    auto transaction = stack_.open(arrival, *this, 0);
    if (!transaction) return;
    const auto ticket = pending_.add(aor, {std::move(record), std::move(*transaction), std::move(answer)});
    if (auto* line = pending_.find(ticket); line->changes.size() == 1) store(ticket, *line);
}

std::optional<Refusal> Registrar::overload(std::string_view aor) const {
    const auto busy = [](const char* why) { return Refusal{status::service_unavailable, why}; };
    if (pending_.size() >= settings_->pending_commits / stack_.settings().shards)
        return busy("limits::pending_commits");
    const auto* line = pending_.find(aor);
    if (line && line->changes.size() >= limits::pending_per_aor) return busy("limits::pending_per_aor");
    if (location_.aors() >= settings_->aors && !location_.find(aor)) return busy("limits::aors");
    return {};
}

void Registrar::store(PendingChanges::Ticket ticket, PendingChanges::Line& line) {
    look_at_calendar();
    const auto& record = line.changes.front().record;
    line.calendar = calendars_;
    commits_.push_back({ticket, line.aor, {}});
    if (record) commits_.back().record = encode(*record, stack_.moment());
}

void Registrar::committed(std::uint64_t ticket, bool durable) {
    auto* line = pending_.find(ticket);
    if (!line) return;
    if (!durable) return fail(ticket);
    redate_if_needed(*line);
    auto& first = line->changes.front();
    publish(line->aor, std::move(first.record));
    accept(std::move(first.transaction), first.answer);
    if (pending_.remove_first(ticket)) store(ticket, *line);
}

void Registrar::fail(PendingChanges::Ticket ticket) {
    ++counters_.failed_commits;
    redate_if_needed(*pending_.find(ticket));
    stack_.log().write(base::Level::warning, "registration failed",
                       {{"aor", base::Private{pending_.find(ticket)->aor}}, {"reason", "the store failed"}});
    for (auto& change : pending_.remove_all(ticket)) {
        auto out = stack_.scratch();
        print_refusal_of(change.answer, stack_.random(), out);
        stack_.finish(std::move(change.transaction), status::service_unavailable, out.view());
    }
}

base::Result<void> Registrar::restore(std::string_view aor, std::string_view record,
                                      const base::Moment& moment) {
    auto decoded = decode(aor, record, moment, settings_->max_expires);
    if (!decoded) return tl::unexpected(decoded.error());
    if (*decoded) {
        publish(aor, std::move(*decoded));
    } else {
        commits_.push_back({0, std::string(aor), {}});
    }
    return {};
}

bool Registrar::unbind(std::string_view aor, std::string_view contact) {
    const auto* before = location_.find(aor);
    if (!before || pending_.find(aor)) return false;
    std::vector<Binding> rest;
    if (!contact.empty())
        std::ranges::copy_if(before->bindings(), std::back_inserter(rest),
                             [&](const Binding& binding) { return binding.contact != contact; });
    if (rest.size() == before->size()) return false;
    rebind(aor, rest);
    return true;
}

void Registrar::look_at_calendar() {
    const auto& moment = stack_.moment();
    const auto ahead = moment.wall.time_since_epoch() - moment.now.time_since_epoch();
    const auto before = calendar_.value_or(ahead);
    if (!calendar_) calendar_ = ahead;
    if (durability_ != Durability::commit || std::chrono::abs(ahead - before) < calendar_tolerance) return;
    calendar_ = ahead;
    ++calendars_;
    misdated_.clear();
    location_.for_each(stack_.settings().shard,
                       [this](const AorRecord& record) { misdated_.emplace_back(record.aor()); });
    redate_some();
}

// The calendar may have been set while its first change was on its way to the store.
void Registrar::redate_if_needed(const PendingChanges::Line& line) {
    if (line.calendar == calendars_) return;
    misdated_.push_back(line.aor);
    stack_.disarm(redating_);
    redating_ = stack_.arm(stack_.moment().now + redating_pause, *this, redating);
}

// A change that is on its way to the store is looked at when it has arrived.
void Registrar::redate_some() {
    stack_.disarm(redating_);
    for (auto room = redated_per_turn; room > 0 && !misdated_.empty(); --room) {
        const auto aor = std::move(misdated_.back());
        misdated_.pop_back();
        if (const auto* record = location_.find(aor); record && !pending_.find(aor))
            commits_.push_back({0, aor, encode(*record, stack_.moment()), /*must_be_synced*/ true});
    }
    if (!misdated_.empty()) redating_ = stack_.arm(stack_.moment().now + redating_pause, *this, redating);
}

// The earliest binding of a record has expired; the cookie is the record, which is the published one:
// publish() disarms the alarm of the one that it replaces.
void Registrar::alarm(std::uint64_t cookie) {
    if (cookie == redating) return redate_some();
    const auto& record = *reinterpret_cast<const AorRecord*>(cookie);
    std::vector<Binding> rest;
    for (const auto& binding : record.bindings())
        if (binding.is_current(stack_.moment().now)) rest.push_back(binding);
    counters_.expired += record.size() - rest.size();
    rebind(record.aor(), rest);
}

void Registrar::rebind(std::string_view aor, std::span<const Binding> bindings) {
    auto record = bindings.empty() ? nullptr : AorRecord::pack(aor, bindings);
    // A change at the store was made from the bindings before, and will replace what the store has now.
    if (durability_ == Durability::commit && !pending_.find(aor)) {
        commits_.push_back({0, std::string(aor), {}});
        if (record) commits_.back().record = encode(*record, stack_.moment());
    }
    publish(aor, std::move(record));
}

void Registrar::publish(std::string_view aor, std::unique_ptr<AorRecord> record) {
    if (const auto* before = location_.find(aor)) stack_.disarm(before->alarm());
    if (!record) return location_.remove(aor);
    const auto cookie = reinterpret_cast<std::uintptr_t>(record.get());
    record->set_alarm(stack_.arm(record->earliest_expiry(), *this, cookie));
    location_.publish(std::move(record));
}

void Registrar::accept(stack::ServerTransaction&& transaction, std::string_view answer) {
    ++counters_.accepted;
    stack_.finish(std::move(transaction), status::ok, answer);
}

void Registrar::refuse(const stack::Arrival& arrival, const Refusal& refusal) {
    ++counters_.refused;
    auto out = fields();
    if (refusal.where) {
        sip::print_warning(arrival.message.octets(), *refusal.where, out);
    } else {
        out.put("Warning: 399 ").put(settings_->product).put(" \"").put(refusal.why).put("\"\r\n");
    }
    if (refusal.status == status::interval_too_brief)
        out.put("Min-Expires: ").put_number(settings_->min_expires.count()).put("\r\n");
    if (refusal.status == status::service_unavailable) print_retry_after(stack_.random(), out);
    stack_.log().write(base::Level::info, "registration refused",
                       {{"call", base::Private{arrival.envelope.call_id.value()}}, {"reason", refusal.why}});
    const sip::Reply answer{.status = refusal.status, .fields = out.view()};
    // Credentials are good for one request, so its repeat must meet a transaction; one that we had no room
    // for is to be judged anew.
    if (refusal.status == status::service_unavailable) return stack_.reply(arrival, answer);
    stack_.answer(arrival, answer);
}

// §10.3 step 8; RFC 3327 §5.3.
std::optional<std::string_view> Registrar::success_fields(const sip::Message& request) {
    auto out = fields();
    print_contacts(registration_.bindings(), stack_.moment().now, out);
    if (supports_path(request))
        for (const auto& hop : request.all<sip::Path>())
            if (hop) out.put("Path: ").put(hop->text).put("\r\n");
    out.put("Date: ");
    sip::Date{stack_.moment().wall}.print(out);
    out.put("\r\nServer: ").put(settings_->product).put("\r\n");
    if (out.overflowed()) return {};
    return out.view();
}

}  // namespace almon::server
