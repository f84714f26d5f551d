#pragma once

// The typed facade of a replicated map on a member: what `map_handle` has, local reads, and calls
// from plain threads.

#include "hamok/collections/map_handle.hpp"
#include "hamok/collections/map_snapshot.hpp"
#include "hamok/collections/member_facade.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hamok {

/// A replicated map on a member: see `member_facade` for the ways to use it.
///
/// Thread safety: const functions from any thread.
template <class K, class V, class KeyCodec = codec<K>, class ValueCodec = codec<V>>
class map : public member_facade<map_handle<K, V, KeyCodec, ValueCodec>> {
public:
  using handle_type = map_handle<K, V, KeyCodec, ValueCodec>;
  using super = member_facade<handle_type>;
  using typename super::options_type;
  using typename super::pairs;
  using snapshot_type = map_snapshot<K, V, KeyCodec, ValueCodec>;

  map() = default;
  map(std::string id, collection_actor actor, const local_access& access, options_type options = {})
      : super(std::move(id), access,
              handle_type{std::move(actor), super::with_timeout(std::move(options), access)}) {}

  // -- writes from plain threads ------------------------------------------------------------------

  using super::clear;
  using super::erase;
  using super::erase_all;
  using super::insert;
  using super::insert_all;
  using super::remove;
  using super::remove_all;
  using super::remove_if;
  using super::set;
  using super::set_all;
  using super::update_if;

  future<std::optional<V>> set(const K& key, const V& value, caf::timespan timeout = {}) const {
    return this->template call<typename super::previous>(super::commands::set(key, value), timeout);
  }
  future<pairs> set_all(const pairs& entries, caf::timespan timeout = {}) const {
    return this->template call<typename super::pair_list>(super::commands::set_all(entries),
                                                          timeout);
  }
  future<std::optional<V>> insert(const K& key, const V& value, caf::timespan timeout = {}) const {
    return this->template call<typename super::previous>(super::commands::insert(key, value),
                                                         timeout);
  }
  future<pairs> insert_all(const pairs& entries, caf::timespan timeout = {}) const {
    return this->template call<typename super::pair_list>(super::commands::insert_all(entries),
                                                          timeout);
  }
  future<bool> update_if(const K& key, const V& value, const V& expected,
                         caf::timespan timeout = {}) const {
    if (this->options_.equal)
      return compare(this->update_loop(key, value, expected), timeout);
    return this->template call<typename super::flag>(
        super::commands::update_if(key, value, expected), timeout);
  }
  future<std::optional<V>> remove(const K& key, caf::timespan timeout = {}) const {
    return this->template call<typename super::previous>(super::commands::remove(key), timeout);
  }
  future<pairs> remove_all(const std::vector<K>& keys, caf::timespan timeout = {}) const {
    return this->template call<typename super::pair_list>(super::commands::remove_all(keys),
                                                          timeout);
  }
  future<bool> remove_if(const K& key, const V& expected, caf::timespan timeout = {}) const {
    if (this->options_.equal)
      return compare(this->remove_loop(key, expected), timeout);
    return this->template call<typename super::flag>(super::commands::remove_if(key, expected),
                                                     timeout);
  }
  future<bool> erase(const K& key, caf::timespan timeout = {}) const {
    return this->template call<typename super::flag>(super::commands::erase(key), timeout);
  }
  future<std::vector<K>> erase_all(const std::vector<K>& keys, caf::timespan timeout = {}) const {
    return this->template call<typename super::key_list>(super::commands::erase_all(keys), timeout);
  }
  future<std::uint64_t> clear(caf::timespan timeout = {}) const {
    return this->template call<typename super::count>(super::commands::clear(), timeout);
  }

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

private:
  future<bool> compare(caf::expected<compare_loop> loop, caf::timespan timeout) const {
    if (!loop)
      return future<bool>{std::move(loop.error())};
    const auto limit = this->time_for(timeout);
    return this->template begin_call<typename super::flag>(limit, [&](std::uint64_t id) {
      start_compare_loop(this->actor_.home_system(), std::move(*loop), limit,
                         [calls = this->calls(), id](caf::expected<blob> outcome) {
                           calls->complete(id, std::move(outcome));
                         });
    });
  }
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
