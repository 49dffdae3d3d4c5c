// A binding: where an address-of-record can be reached for a while (RFC 3261 §10). All bindings of one
// address-of-record make an AorRecord, packed into one allocation: there are millions of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "almon/base/time.hpp"
#include "almon/base/timer_wheel.hpp"
#include "almon/sip/transport/flow.hpp"

namespace almon::server {

// Borrows its texts: from the AorRecord that it was read from, or from the REGISTER that makes it.
struct Binding {
    std::string_view contact;  // the Contact URI as the phone supplied it, byte for byte, without <>
    std::string_view
        parameters;  // the contact-params as they came, expires too: `;q=0.7;+sip.instance="<…>"`
    std::string_view call_id;
    std::string_view
        path;  // RFC 3327: what a request to the contact needs as Route, in that order; empty: none
    base::Instant expires;
    sip::Flow flow;  // the way the REGISTER came: a stream's connection is used again for calls
    std::uint32_t cseq = 0;
    std::uint16_t q = 1000;      // thousandths
    bool is_behind_nat = false;  // over UDP: only where the REGISTER came from leads to the phone

    bool is_current(base::Instant now) const { return expires > now; }
    // RFC 5626 §4.1, §4.2: `"<urn:uuid:…>"` with its quotes, empty when absent; and the number of the flow.
    std::string_view instance() const;
    std::optional<std::uint32_t> reg_id() const;
};

// Whether both are of one phone: by instance and reg-id when both have them (RFC 5626 §6), otherwise by the
// equivalence of their URIs (RFC 3261 §10.3 step 7, §19.1.4).
bool same_binding(const Binding& a, const Binding& b);

class AorRecord {
 public:
    class Iterator {
     public:
        using iterator_category = std::input_iterator_tag;
        using value_type = Binding;
        using difference_type = std::ptrdiff_t;
        using pointer = const Binding*;
        using reference = const Binding&;

        Iterator() = default;
        reference operator*() const { return binding_; }
        pointer operator->() const { return &binding_; }
        Iterator& operator++();
        void operator++(int) { ++*this; }
        friend bool operator==(const Iterator& a, const Iterator& b) { return a.left_ == b.left_; }

     private:
        friend class AorRecord;
        Iterator(const char* at, std::uint16_t left);
        void read();
        const char* at_ = nullptr;  // of the next binding
        std::uint16_t left_ = 0;
        Binding binding_;
    };
    struct Bindings {
        const AorRecord* record;
        Iterator begin() const;
        Iterator end() const { return {}; }
    };

    // Copies everything. Text beyond 65,535 octets each, or as many bindings, is a broken invariant.
    static std::unique_ptr<AorRecord> pack(std::string_view aor, std::span<const Binding> bindings);
    AorRecord(const AorRecord&) = delete;
    AorRecord& operator=(const AorRecord&) = delete;
    static void operator delete(void* memory) { ::operator delete(memory); }

    // The canonical address-of-record, as sip::address_of_record() gives it.
    std::string_view aor() const { return {text(), aor_size_}; }
    std::string_view key() const { return aor(); }
    // In the order of their registration. They may have expired: see Binding::is_current().
    Bindings bindings() const { return {this}; }
    std::size_t size() const { return count_; }
    base::Instant earliest_expiry() const;
    std::size_t memory_octets() const { return sizeof *this + text_size_; }

    // The alarm of the earliest expiry; set by the registrar before it publishes the record.
    base::TimerId alarm() const { return alarm_; }
    void set_alarm(base::TimerId alarm) { alarm_ = alarm; }

 private:
    explicit AorRecord(std::size_t text_size) : text_size_(static_cast<std::uint32_t>(text_size)) {}
    static void* operator new(std::size_t size, std::size_t text_size) {
        return ::operator new(size + text_size);
    }
    static void operator delete(void* memory, std::size_t) { ::operator delete(memory); }
    const char* text() const { return reinterpret_cast<const char*>(this + 1); }

    std::uint32_t text_size_;  // of the octets behind this object
    std::uint16_t aor_size_ = 0;
    std::uint16_t count_ = 0;
    base::TimerId alarm_;
};

}  // namespace almon::server
