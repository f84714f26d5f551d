#pragma once

// The typed facade of a remote map on a member: what `remote_map_handle` has, and calls from plain
// threads.

#include "hamok/collections/map_facade.hpp"
#include "hamok/collections/remote_map_handle.hpp"
#include "hamok/collections/remote_map_walk.hpp"
#include "hamok/collections/remote_storage.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hamok {

/// A remote map on a member: see `member_facade` for the ways to use it.
///
/// Thread safety: const functions from any thread.
template <class K, class V, class KeyCodec = codec<K>, class ValueCodec = codec<V>>
class remote_map : public map_facade<remote_map_handle<K, V, KeyCodec, ValueCodec>> {
public:
  using handle_type = remote_map_handle<K, V, KeyCodec, ValueCodec>;
  using super = map_facade<handle_type>;
  using options_type = typename handle_type::options_type;
  using typename super::pairs;
  using walk_type = remote_map_walk<K, V>;

  remote_map() = default;
  remote_map(std::string id, collection_actor actor, const local_access& access,
             options_type options = {})
      : super(std::move(id), access,
              handle_type{std::move(actor), super::with_timeout(std::move(options), access)}) {}

  using super::contains;
  using super::entries;
  using super::get;
  using super::get_all;
  using super::keys;
  using super::scan;
  using super::size;
  using super::sync;
  using super::values;

  /// Waits until everything is executed that was in the log before.
  future<bool> sync(caf::timespan timeout = {}) const {
    return this->template call<detail::sync_decoder>(remote_operation::sync(), timeout);
  }

  // -- reads from the storage ---------------------------------------------------------------------

  future<std::optional<V>> get(const K& key, caf::timespan timeout = {}) const {
    return ask<detail::value_decoder<way, V, ValueCodec>>(super::commands::get(key), timeout);
  }
  /// The pairs of those keys that are there.
  future<pairs> get_all(const std::vector<K>& keys, caf::timespan timeout = {}) const {
    return ask<typename super::entry_list>(super::commands::get_all(keys), timeout);
  }
  future<bool> contains(const K& key, caf::timespan timeout = {}) const {
    return ask<detail::plain_decoder<way, bool>>(super::commands::contains(key), timeout);
  }
  future<std::uint64_t> size(caf::timespan timeout = {}) const {
    return ask<detail::plain_decoder<way, std::uint64_t>>(map_query::size(), timeout);
  }
  future<bool> empty(caf::timespan timeout = {}) const {
    return ask<detail::empty_decoder<way>>(map_query::size(), timeout);
  }
  // All at once, in the order of the bytes of the keys; `too_large` where no frame has room for
  // that. What changes meanwhile may be in it or not.
  future<std::vector<K>> keys(caf::timespan timeout = {}) const {
    return ask<detail::list_decoder<way, K, KeyCodec>>(map_query::keys(), timeout);
  }
  future<std::vector<V>> values(caf::timespan timeout = {}) const {
    return ask<detail::list_decoder<way, V, ValueCodec>>(map_query::values(), timeout);
  }
  future<pairs> entries(caf::timespan timeout = {}) const {
    return ask<typename super::entry_list>(map_query::entries(), timeout);
  }
  /// A page: the entries behind the key `after` (none: from the start), in the order of the bytes
  /// of the keys, at most `max_entries`; an empty page is the end.
  future<pairs> scan(const std::optional<K>& after, std::uint64_t max_entries,
                     caf::timespan timeout = {}) const {
    return ask<typename super::entry_list>(super::commands::scan(after, max_entries), timeout);
  }

  /// Goes through a map of any size, page by page:
  ///
  ///   auto all = users.walk();
  ///   for (const auto& [key, value] : all) { ... }
  ///   if (all.failure()) { ... } // it did not get to the end
  [[nodiscard]] walk_type walk(std::uint64_t page = 256, caf::timespan timeout = {}) const {
    return walk_type{[map = *this, page, timeout](const std::optional<K>& after) {
      return map.scan(after, page, timeout).get();
    }};
  }

private:
  using way = detail::read_answer;

  template <class Decoder>
  future<typename Decoder::value_type> ask(caf::expected<blob> question,
                                           caf::timespan timeout) const {
    if (question)
      *question = remote_operation::read(*question);
    return this->template call<Decoder>(std::move(question), timeout);
  }
};

/// What a remote map of this name is created from.
[[nodiscard]] inline collection_spec remote_map_spec(std::string id, bool no_events = false) {
  collection_spec result;
  result.name = std::move(id);
  result.kind = "remote_map";
  if (no_events)
    result.options = blob::from_vector({std::byte{remote_option::no_events}});
  return result;
}

/// The remote map `id` of a member, proposed for creation where it is not known; see `open_map`.
/// Every member that can lead has to open it, with an object for the same storage: while a leader
/// has none, operations wait. `storage` may be null where one was given before.
template <class K, class V, class KeyCodec = codec<K>, class ValueCodec = codec<V>, class Node>
caf::expected<remote_map<K, V, KeyCodec, ValueCodec>>
open_remote_map(Node& node, const std::string& id, remote_storage_ptr storage,
                remote_map_options<V> options = {}) {
  if (storage)
    node.access().storages->put(id, std::move(storage));
  return open_facade<remote_map<K, V, KeyCodec, ValueCodec>>(
      node, remote_map_spec(id, options.no_events), std::move(options));
}

} // namespace hamok
