#include "almon/store/failure.hpp"

namespace almon::store {

const char* describe(Failure::Kind kind) {
    switch (kind) {
        case Failure::Kind::full: return "full";
        case Failure::Kind::busy: return "busy";
        case Failure::Kind::corrupt: return "corrupt";
        case Failure::Kind::exists: return "exists";
        case Failure::Kind::missing: return "missing";
        case Failure::Kind::other: return "other";
    }
    return "other";
}

}  // namespace almon::store
