// A callable that is borrowed for the length of one call, as C++26's std::function_ref: an interface can take
// a lambda without owning, allocating or being a template.
#pragma once

#include <memory>
#include <type_traits>

namespace almon::store {

template <class... Args>
class Visitor {
 public:
    template <class Callable>
        requires(std::is_invocable_v<Callable&, Args...> && !std::is_same_v<std::decay_t<Callable>, Visitor>)
    Visitor(Callable&& callable)
        : object_(const_cast<void*>(static_cast<const void*>(std::addressof(callable)))),
          call_([](void* object, Args... args) {
              (*static_cast<std::remove_reference_t<Callable>*>(object))(args...);
          }) {}

    void operator()(Args... args) const { call_(object_, args...); }

 private:
    void* object_;
    void (*call_)(void*, Args...);
};

}  // namespace almon::store
