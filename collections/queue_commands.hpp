#pragma once

// From the calls of the user to the commands of the byte queue.

#include "hamok/collections/decoders.hpp"
#include "hamok/collections/queue_command_state.hpp"

#include <vector>

namespace hamok::detail {

/// The commands of a queue of `T`, each `bad_value` where something cannot be encoded.
template <class T, class Codec>
struct queue_commands {
  static caf::expected<blob> push(const T& item) {
    auto bytes = encode_value<Codec, T>(item);
    if (!bytes)
      return bytes;
    return queue_command::push(bytes->bytes());
  }
  static caf::expected<blob> push_all(const std::vector<T>& items) {
    return with_all(encode_all<Codec>(items), queue_command::push_all);
  }
  /// One item or several.
  template <class... Ts>
  static caf::expected<blob> push_each(const Ts&... items) {
    if constexpr (sizeof...(Ts) == 1)
      return push(T(items)...);
    else
      return push_all(std::vector<T>{T(items)...});
  }
  static caf::expected<blob> pop() { return queue_command::pop(); }
  static caf::expected<blob> clear() { return queue_command::clear(); }
};

} // namespace hamok::detail
