#pragma once

// The typed facade of a remote map for actors, wherever they run: on a member, or in another
// process that has the collection's handle over BASP.

#include "hamok/collections/map_handle.hpp"
#include "hamok/collections/remote_command_state.hpp"

#include <utility>

namespace hamok {

/// What a member opens a remote map with.
template <class V>
struct remote_map_options : map_options<V> {
  /// No member is told what changes. In the log: the first creation decides.
  bool no_events = false;
};

namespace detail {

/// There is nothing to be said but that it is done.
struct sync_decoder : write_answer {
  using value_type = bool;
  static bool decode(const blob& answer, bool& out) {
    out = answer.empty();
    return out;
  }
};

/// Whether a number of entries is none.
template <class Way>
struct empty_decoder : Way {
  using value_type = bool;
  static bool decode(const blob& answer, bool& out) {
    std::uint64_t size = 0;
    const auto known = map_answer::decode(answer, size);
    out = size == 0;
    return known;
  }
};

} // namespace detail

/// A map whose entries are outside, for actors. Operations and events are those of `map_handle`:
/// the member that leads executes them against the storage, in the order of the log, and they are
/// answered when it is in the log what has come of them. What differs:
///  - Reads ask the storage, through the member that the handle leads to; `remote_unavailable`
///    where that has none, or cannot reach it. They see every write that was acknowledged to
///    anybody.
///  - An operation that is in the log is executed, however late: an error behind that point is
///    `outcome_unknown`, until somebody looks.
///  - `too_large` is an operation, or an answer to one, of more than 16 MiB.
///
/// Thread safety: const functions from any thread.
template <class K, class V, class KeyCodec = codec<K>, class ValueCodec = codec<V>>
class remote_map_handle : public map_handle<K, V, KeyCodec, ValueCodec> {
public:
  using super = map_handle<K, V, KeyCodec, ValueCodec>;
  using options_type = remote_map_options<V>;

  remote_map_handle() = default;
  explicit remote_map_handle(collection_actor actor, options_type options = {})
      : super(std::move(actor), std::move(options)) {}

  /// Answers (with true) when everything is executed that was in the log before: whoever looks
  /// into the storage past Hamok sees it then.
  template <actor_self Self>
  auto sync(Self&& self, caf::timespan timeout = {}) const {
    return this->template write<detail::sync_decoder>(self, remote_operation::sync(), timeout);
  }
};

} // namespace hamok
