// How the sources of this folder own a libuv handle. Not for headers.
#pragma once

#include <uv.h>

#include <memory>

namespace almon::net {

// A Watch has its libuv handle as a member named `handle`, whose `data` is the Watch. libuv writes to a
// handle until the loop has turned once more, so the Watch is deleted then; it is not called any more.
struct CloseWatch {
    template <class Watch>
    void operator()(Watch* watch) const {
        uv_close(reinterpret_cast<uv_handle_t*>(&watch->handle),
                 [](uv_handle_t* handle) { delete static_cast<Watch*>(handle->data); });
    }
};

template <class Watch>
using WatchOwner = std::unique_ptr<Watch, CloseWatch>;

}  // namespace almon::net
