#pragma once

// The typed facade of a replicated map for actors, wherever they run: on a member, or in another
// process that has the collection's handle over BASP.

#include "hamok/collections/collection_handle.hpp"
#include "hamok/collections/compare_loop.hpp"
#include "hamok/collections/map_commands.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hamok {

/// What a member opens a map with.
template <class V>
struct map_options : facade_options {
  /// What `update_if` and `remove_if` compare with; empty: equal bytes.
  std::function<bool(const V&, const V&)> equal;
};

/// An event of a map. Which values it has depends on its kind, see `map_event`.
template <class K, class V>
struct map_change {
  map_event kind = map_event::insert;
  std::optional<K> key;
  std::optional<V> old_value;
  std::optional<V> new_value;
  raft::index_t index = 0;
};

/// A replicated map, for actors: see `collection_handle` for what its operations have in common.
///
/// Thread safety: const functions from any thread.
template <class K, class V, class KeyCodec = codec<K>, class ValueCodec = codec<V>>
class map_handle : public collection_handle {
public:
  using key_type = K;
  using mapped_type = V;
  using options_type = map_options<V>;
  using pairs = std::vector<std::pair<K, V>>;
  using change = map_change<K, V>;

  map_handle() = default;
  explicit map_handle(collection_actor actor, options_type options = {})
      : collection_handle(std::move(actor), options.request_timeout),
        options_(std::move(options)) {}

  // -- writes -------------------------------------------------------------------------------------

  /// Sets the value; answers with the previous one, if any.
  template <actor_self Self>
  auto set(Self&& self, const K& key, const V& value, caf::timespan timeout = {}) const {
    return write<previous>(self, commands::set(key, value), timeout);
  }
  /// Sets all, together; answers with the pairs that were replaced.
  template <actor_self Self>
  auto set_all(Self&& self, const pairs& entries, caf::timespan timeout = {}) const {
    return write<pair_list>(self, commands::set_all(entries), timeout);
  }
  /// Sets the value if there is none; answers with the existing one (none: inserted).
  template <actor_self Self>
  auto insert(Self&& self, const K& key, const V& value, caf::timespan timeout = {}) const {
    return write<previous>(self, commands::insert(key, value), timeout);
  }
  /// Inserts those that are absent; answers with the existing pairs of the others.
  template <actor_self Self>
  auto insert_all(Self&& self, const pairs& entries, caf::timespan timeout = {}) const {
    return write<pair_list>(self, commands::insert_all(entries), timeout);
  }
  /// Sets the value if the present one equals `expected`; answers whether it did. An absent entry
  /// equals nothing.
  template <actor_self Self>
  auto update_if(Self&& self, const K& key, const V& value, const V& expected,
                 caf::timespan timeout = {}) const {
    if (options_.equal)
      return compare(self, update_loop(key, value, expected), timeout);
    return write<flag>(self, commands::update_if(key, value, expected), timeout);
  }
  /// Removes the key; answers with its value, if any.
  template <actor_self Self>
  auto remove(Self&& self, const K& key, caf::timespan timeout = {}) const {
    return write<previous>(self, commands::remove(key), timeout);
  }
  /// Removes the keys, together; answers with the pairs that were there.
  template <actor_self Self>
  auto remove_all(Self&& self, const std::vector<K>& keys, caf::timespan timeout = {}) const {
    return write<pair_list>(self, commands::remove_all(keys), timeout);
  }
  /// Removes the key if its value equals `expected`; answers whether it did.
  template <actor_self Self>
  auto remove_if(Self&& self, const K& key, const V& expected, caf::timespan timeout = {}) const {
    if (options_.equal)
      return compare(self, remove_loop(key, expected), timeout);
    return write<flag>(self, commands::remove_if(key, expected), timeout);
  }
  /// Removes the key; answers whether it was there.
  template <actor_self Self>
  auto erase(Self&& self, const K& key, caf::timespan timeout = {}) const {
    return write<flag>(self, commands::erase(key), timeout);
  }
  /// Removes the keys, together; answers with those that were there.
  template <actor_self Self>
  auto erase_all(Self&& self, const std::vector<K>& keys, caf::timespan timeout = {}) const {
    return write<key_list>(self, commands::erase_all(keys), timeout);
  }
  /// Removes everything; answers with the number of entries that there were.
  template <actor_self Self>
  auto clear(Self&& self, caf::timespan timeout = {}) const {
    return write<count>(self, commands::clear(), timeout);
  }

  // -- reads --------------------------------------------------------------------------------------

  /// The value of the key, or none.
  template <actor_self Self>
  auto get(Self&& self, const K& key, caf::timespan timeout = {}) const {
    return read<detail::value_decoder<detail::read_answer, V, ValueCodec>>(self, commands::get(key),
                                                                           timeout);
  }
  /// The pairs of those keys that are there.
  template <actor_self Self>
  auto get_all(Self&& self, const std::vector<K>& keys, caf::timespan timeout = {}) const {
    return read<entry_list>(self, commands::get_all(keys), timeout);
  }
  /// Whether there is such a key.
  template <actor_self Self>
  auto contains(Self&& self, const K& key, caf::timespan timeout = {}) const {
    return read<detail::plain_decoder<detail::read_answer, bool>>(self, commands::contains(key),
                                                                  timeout);
  }
  // All at once, sorted by the bytes of the keys; `too_large` where no frame has room for that.

  /// All keys.
  template <actor_self Self>
  auto keys(Self&& self, caf::timespan timeout = {}) const {
    return read<detail::list_decoder<detail::read_answer, K, KeyCodec>>(self, map_query::keys(),
                                                                        timeout);
  }
  /// All values.
  template <actor_self Self>
  auto values(Self&& self, caf::timespan timeout = {}) const {
    return read<detail::list_decoder<detail::read_answer, V, ValueCodec>>(self, map_query::values(),
                                                                          timeout);
  }
  /// All pairs.
  template <actor_self Self>
  auto entries(Self&& self, caf::timespan timeout = {}) const {
    return read<entry_list>(self, map_query::entries(), timeout);
  }
  /// A page of a map of any size: the entries behind the key `after` (none: from the start), at
  /// most `max_entries`, and fewer where they are more than some mebibytes; an empty page is the
  /// end. The last key of a page is where the next one goes on. What is there during the whole scan
  /// comes exactly once, in an order that means nothing; what changes meanwhile comes at most once.
  template <actor_self Self>
  auto scan(Self&& self, const std::optional<K>& after, std::uint64_t max_entries,
            caf::timespan timeout = {}) const {
    return read<entry_list>(self, commands::scan(after, max_entries), timeout);
  }
  /// How many pairs there are.
  template <actor_self Self>
  auto size(Self&& self, caf::timespan timeout = {}) const {
    return read<detail::plain_decoder<detail::read_answer, std::uint64_t>>(self, map_query::size(),
                                                                           timeout);
  }

  // -- events -------------------------------------------------------------------------------------

  /// The typed form of an event, or `bad_value`.
  [[nodiscard]] static caf::expected<change> decode(const collection_event& event) {
    change result;
    result.kind = static_cast<map_event>(event.kind);
    result.index = event.index;
    if (result.kind == map_event::clear)
      return result;
    if (result.kind > map_event::clear)
      return make_error(errc::bad_value, "not an event of a map");
    const auto has_old = result.kind != map_event::insert;
    const auto has_new = result.kind != map_event::remove;
    if (!detail::decode_into<KeyCodec>(event.key, result.key.emplace())
        || (has_old
            && !detail::decode_into<ValueCodec>(event.old_value, result.old_value.emplace()))
        || (has_new
            && !detail::decode_into<ValueCodec>(event.new_value, result.new_value.emplace())))
      return make_error(errc::bad_value);
    return result;
  }

  /// `callback(key, value)`
  template <class F>
  collection_subscription on_insert(F callback, lagged_callback on_lagged = {}) const {
    return on(
        map_event::insert, [callback](const change& what) { callback(*what.key, *what.new_value); },
        std::move(on_lagged));
  }
  /// `callback(key, old, now)`
  template <class F>
  collection_subscription on_update(F callback, lagged_callback on_lagged = {}) const {
    return on(
        map_event::update,
        [callback](const change& what) { callback(*what.key, *what.old_value, *what.new_value); },
        std::move(on_lagged));
  }
  template <class F>
  collection_subscription on_remove(F callback, lagged_callback on_lagged = {}) const {
    return on(
        map_event::remove, [callback](const change& what) { callback(*what.key, *what.old_value); },
        std::move(on_lagged));
  }
  template <class F>
  collection_subscription on_clear(F callback, lagged_callback on_lagged = {}) const {
    return on(
        map_event::clear, [callback](const change&) { callback(); }, std::move(on_lagged));
  }

protected:
  using commands = detail::map_commands<K, V, KeyCodec, ValueCodec>;
  using previous = detail::value_decoder<detail::write_answer, V, ValueCodec>;
  using pair_list = detail::pairs_decoder<detail::write_answer, K, V, KeyCodec, ValueCodec>;
  using entry_list = detail::pairs_decoder<detail::read_answer, K, V, KeyCodec, ValueCodec>;
  using key_list = detail::list_decoder<detail::write_answer, K, KeyCodec>;
  using flag = detail::plain_decoder<detail::write_answer, bool>;
  using count = detail::plain_decoder<detail::write_answer, std::uint64_t>;

  [[nodiscard]] caf::expected<compare_loop> update_loop(const K& key, const V& value,
                                                        const V& expected) const {
    auto key_bytes = commands::key_of(key);
    if (!key_bytes)
      return std::move(key_bytes.error());
    auto value_bytes = commands::value_of(value);
    if (!value_bytes)
      return std::move(value_bytes.error());
    return loop(*key_bytes, expected, [key = *key_bytes, value = *value_bytes](const blob& old) {
      return map_command::update_if(key.bytes(), value.bytes(), old.bytes());
    });
  }

  [[nodiscard]] caf::expected<compare_loop> remove_loop(const K& key, const V& expected) const {
    auto key_bytes = commands::key_of(key);
    if (!key_bytes)
      return std::move(key_bytes.error());
    return loop(*key_bytes, expected, [key = *key_bytes](const blob& old) {
      return map_command::remove_if(key.bytes(), old.bytes());
    });
  }

private:
  /// Conditional operations under the user's equality; the type is that of `write<flag>`.
  template <class Self>
  auto compare(Self&& self, caf::expected<compare_loop> loop, caf::timespan timeout) const {
    const auto limit = time_for(timeout);
    using result = decltype(send<flag>(self, actor_, limit, execute{}));
    if (!loop)
      return result{std::move(loop.error())};
    auto* asking = detail::to_pointer(self);
    auto helper =
        caf::actor_cast<collection_actor>(spawn_compare_loop(asking->system(), std::move(*loop)));
    return send<flag>(self, helper, limit + answer_margin, execute{blob{}, limit});
  }

  [[nodiscard]] compare_loop loop(const blob& key, const V& expected,
                                  std::function<blob(const blob&)> command) const {
    auto matches = [equal = options_.equal, expected](const blob& present) -> caf::expected<bool> {
      auto value = decode_value<ValueCodec, V>(present);
      if (!value)
        return std::move(value.error());
      return equal(*value, expected);
    };
    return {actor_, map_query::get(key.bytes()), map_command::erase_all({}), std::move(matches),
            std::move(command)};
  }

  template <class F>
  collection_subscription on(map_event kind, F callback, lagged_callback on_lagged) const {
    return on_event(static_cast<std::uint8_t>(kind), &map_handle::decode, std::move(callback),
                    std::move(on_lagged));
  }

protected:
  options_type options_;
};

} // namespace hamok
