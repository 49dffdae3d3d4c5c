// Methods are tokens, compared with case (RFC 3261 §7.1). An unknown one is as good as a known one.
#pragma once

#include "almon/base/id.hpp"

namespace almon::sip {

using Method = base::Id<struct MethodTag>;

namespace method {
inline constexpr Method invite{"INVITE"};
inline constexpr Method ack{"ACK"};
inline constexpr Method bye{"BYE"};
inline constexpr Method cancel{"CANCEL"};
inline constexpr Method register_{"REGISTER"};
inline constexpr Method options{"OPTIONS"};
inline constexpr Method prack{"PRACK"};
inline constexpr Method subscribe{"SUBSCRIBE"};
inline constexpr Method notify{"NOTIFY"};
inline constexpr Method publish{"PUBLISH"};
inline constexpr Method info{"INFO"};
inline constexpr Method refer{"REFER"};
inline constexpr Method message{"MESSAGE"};
inline constexpr Method update{"UPDATE"};
}  // namespace method

}  // namespace almon::sip
