#pragma once

// The typed facade of a replicated map on a member: what `map_handle` has, local reads, and calls
// from plain threads.

#include "hamok/collections/map_facade.hpp"
#include "hamok/collections/map_handle.hpp"
#include "hamok/collections/map_snapshot.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hamok {

/// A replicated map on a member: see `member_facade` for the ways to use it.
///
/// Thread safety: const functions from any thread.
template <class K, class V, class KeyCodec = codec<K>, class ValueCodec = codec<V>>
class map : public map_facade<map_handle<K, V, KeyCodec, ValueCodec>> {
public:
  using handle_type = map_handle<K, V, KeyCodec, ValueCodec>;
  using super = map_facade<handle_type>;
  using typename super::options_type;
  using typename super::pairs;
  using snapshot_type = map_snapshot<K, V, KeyCodec, ValueCodec>;

  map() = default;
  map(std::string id, collection_actor actor, const local_access& access, options_type options = {})
      : super(std::move(id), access,
              handle_type{std::move(actor), super::with_timeout(std::move(options), access)}) {}

  // -- local reads --------------------------------------------------------------------------------

  using super::contains;
  using super::entries;
  using super::get;
  using super::get_all;
  using super::keys;
  using super::size;
  using super::values;

  /// The content as it is now. It stays as it is, for as long as it is held.
  [[nodiscard]] snapshot_type snapshot() const {
    return snapshot_type{this->content(), this->failures()};
  }

  /// The value, none, or `bad_value`.
  [[nodiscard]] caf::expected<std::optional<V>> get(const K& key) const {
    return snapshot().get(key);
  }
  /// The pairs of those keys that are there.
  [[nodiscard]] caf::expected<pairs> get_all(const std::vector<K>& keys) const {
    return snapshot().get_all(keys);
  }
  [[nodiscard]] bool contains(const K& key) const { return snapshot().contains(key); }
  [[nodiscard]] caf::expected<std::vector<K>> keys() const { return snapshot().keys(); }
  [[nodiscard]] caf::expected<std::vector<V>> values() const { return snapshot().values(); }
  [[nodiscard]] caf::expected<pairs> entries() const { return snapshot().entries(); }
  [[nodiscard]] std::size_t size() const { return snapshot().size(); }
  [[nodiscard]] bool empty() const { return size() == 0; }
};

/// What a map of this name is created from. Initial entries count when this creation comes first.
template <class K, class V, class KeyCodec = codec<K>, class ValueCodec = codec<V>>
caf::expected<collection_spec> map_spec(std::string id,
                                        const std::vector<std::pair<K, V>>& initial = {}) {
  auto entries = detail::encode_all<KeyCodec, ValueCodec>(initial);
  if (!entries)
    return std::move(entries.error());
  collection_spec result;
  result.name = std::move(id);
  result.kind = "map";
  if (!entries->empty())
    result.initial = encode_map_content(*entries);
  return result;
}

/// The map `id` of a member, proposed for creation where it is not known. `Node` is `hamok::node`,
/// or anything with its `open_collection(spec)` and `access()`. Does not wait for the creation:
/// operations do.
template <class K, class V, class KeyCodec = codec<K>, class ValueCodec = codec<V>, class Node>
caf::expected<map<K, V, KeyCodec, ValueCodec>>
open_map(Node& node, const std::string& id, const std::vector<std::pair<K, V>>& initial = {},
         map_options<V> options = {}) {
  return open_facade<map<K, V, KeyCodec, ValueCodec>>(
      node, map_spec<K, V, KeyCodec, ValueCodec>(id, initial), std::move(options));
}

} // namespace hamok
