#pragma once

// What a user of a collection cannot decode is told to the member: nothing has diverged, since all
// members hold the same bytes, but somebody writes or reads with another type or codec.

#include "hamok/actors/interfaces/interfaces.hpp"

#include <caf/actor_addr.hpp>
#include <caf/expected.hpp>

#include <string_view>

namespace hamok {

/// Tells the member of one collection, which raises `event::error` with `bad_value` (the same again
/// once in a second at the most). It keeps no actor alive.
///
/// Thread safety: all functions from any thread.
class decode_failures {
public:
  decode_failures() = default; ///< tells nobody
  explicit decode_failures(const collection_actor& of);

  /// `what` it was, such as "the value of a key".
  void tell(std::string_view what) const;

  /// Passes the value on, and tells when there is none because its bytes fit no type.
  template <class T>
  caf::expected<T> check(caf::expected<T> value, std::string_view what) const {
    if (!value && value.error() == errc::bad_value)
      tell(what);
    return value;
  }

private:
  caf::actor_addr collection_;
};

} // namespace hamok
