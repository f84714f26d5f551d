#pragma once

// The typed facade of a replicated map on a member: what `map_handle` has, local reads, and calls
// from plain threads.

#include "hamok/collections/content_access.hpp"
#include "hamok/collections/future.hpp"
#include "hamok/collections/map_handle.hpp"
#include "hamok/collections/map_snapshot.hpp"
#include "hamok/collections/registry.hpp"

#include <caf/scoped_actor.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace hamok {

/// A replicated map on a member. Besides the operations of `map_handle`, which take the asking
/// actor first, there are the same operations for plain threads, which give a `future`; these must
/// not be waited for inside of an actor.
///
/// Local reads look at the content that is published on this member, without a message and without
/// waiting: they see every write that was acknowledged to anybody on this member, and may lag
/// behind what other members have acknowledged.
///
/// Thread safety: const functions from any thread.
template <class K, class V, class KeyCodec = codec<K>, class ValueCodec = codec<V>>
class map : public map_handle<K, V, KeyCodec, ValueCodec> {
public:
  using super = map_handle<K, V, KeyCodec, ValueCodec>;
  using typename super::options_type;
  using typename super::pairs;
  using snapshot_type = map_snapshot<K, V, KeyCodec, ValueCodec>;

  map() = default;
  map(std::string id, collection_actor actor, const local_access& access, options_type options = {})
      : super(std::move(actor), with_timeout(std::move(options), access)),
        id_(std::move(id)),
        calls_(access.calls),
        content_(access.content->open(id_)) {}

  [[nodiscard]] const std::string& id() const noexcept { return id_; }

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
    return call<typename super::previous>(super::commands::set(key, value), timeout);
  }
  future<pairs> set_all(const pairs& entries, caf::timespan timeout = {}) const {
    return call<typename super::pair_list>(super::commands::set_all(entries), timeout);
  }
  future<std::optional<V>> insert(const K& key, const V& value, caf::timespan timeout = {}) const {
    return call<typename super::previous>(super::commands::insert(key, value), timeout);
  }
  future<pairs> insert_all(const pairs& entries, caf::timespan timeout = {}) const {
    return call<typename super::pair_list>(super::commands::insert_all(entries), timeout);
  }
  future<bool> update_if(const K& key, const V& value, const V& expected,
                         caf::timespan timeout = {}) const {
    if (this->options_.equal)
      return compare(this->update_loop(key, value, expected), timeout);
    return call<typename super::flag>(super::commands::update_if(key, value, expected), timeout);
  }
  future<std::optional<V>> remove(const K& key, caf::timespan timeout = {}) const {
    return call<typename super::previous>(super::commands::remove(key), timeout);
  }
  future<pairs> remove_all(const std::vector<K>& keys, caf::timespan timeout = {}) const {
    return call<typename super::pair_list>(super::commands::remove_all(keys), timeout);
  }
  future<bool> remove_if(const K& key, const V& expected, caf::timespan timeout = {}) const {
    if (this->options_.equal)
      return compare(this->remove_loop(key, expected), timeout);
    return call<typename super::flag>(super::commands::remove_if(key, expected), timeout);
  }
  future<bool> erase(const K& key, caf::timespan timeout = {}) const {
    return call<typename super::flag>(super::commands::erase(key), timeout);
  }
  future<std::vector<K>> erase_all(const std::vector<K>& keys, caf::timespan timeout = {}) const {
    return call<typename super::key_list>(super::commands::erase_all(keys), timeout);
  }
  future<std::uint64_t> clear(caf::timespan timeout = {}) const {
    return call<typename super::count>(super::commands::clear(), timeout);
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
  [[nodiscard]] snapshot_type snapshot() const { return snapshot_type{content_->get()}; }

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

  // -- life, from plain threads -------------------------------------------------------------------

  using super::ready;
  using super::status;

  /// How the collection is.
  [[nodiscard]] caf::expected<collection_status> status(caf::timespan timeout = {}) const {
    return ask(this->time_for(timeout), get_status_v);
  }
  /// Waits until the collection is created.
  [[nodiscard]] caf::expected<collection_status> await_ready(caf::timespan timeout = {}) const {
    const auto limit = this->time_for(timeout);
    return ask(limit + answer_margin, await_ready_v, limit);
  }
  /// It was closed on this member.
  [[nodiscard]] bool closed() const {
    const auto known = status();
    return !known || known->closed;
  }

  // -- snapshots, from plain threads ------------------------------------------------------------

  /// The content as it is now, see `export_collection`.
  [[nodiscard]] caf::expected<collection_snapshot>
  export_snapshot(caf::timespan timeout = default_transfer_timeout) const {
    return export_collection(this->actor_, timeout);
  }
  /// Replaces the content on all members, see `import_collection`.
  caf::error import_snapshot(collection_snapshot given,
                             caf::timespan timeout = default_transfer_timeout) const {
    return import_collection(this->actor_, std::move(given), timeout);
  }

private:
  static options_type with_timeout(options_type options, const local_access& access) {
    options.request_timeout = bounded(options.request_timeout, access.request_timeout);
    return options;
  }

  template <class Decoder>
  future<typename Decoder::value_type> call(caf::expected<blob> command,
                                            caf::timespan timeout) const {
    using result = future<typename Decoder::value_type>;
    if (!command)
      return result{std::move(command.error())};
    const auto limit = this->time_for(timeout);
    auto slot = calls_->open();
    const auto id = slot.id;
    result answer{calls_, std::move(slot), call_slot::clock::now() + limit, &Decoder::decode};
    if (id != 0)
      compat::anon_send(this->actor_, execute_call{id, std::move(*command), limit});
    return answer;
  }

  future<bool> compare(caf::expected<compare_loop> loop, caf::timespan timeout) const {
    if (!loop)
      return future<bool>{std::move(loop.error())};
    const auto limit = this->time_for(timeout);
    auto slot = calls_->open();
    const auto id = slot.id;
    future<bool> answer{calls_, std::move(slot), call_slot::clock::now() + limit,
                        &super::flag::decode};
    if (id == 0)
      return answer;
    start_compare_loop(this->actor_.home_system(), std::move(*loop), limit,
                       [calls = calls_, id](caf::expected<blob> outcome) {
                         calls->complete(id, std::move(outcome));
                       });
    return answer;
  }

  template <class... Ts>
  caf::expected<collection_status> ask(caf::timespan timeout, const Ts&... message) const {
    caf::scoped_actor self{this->actor_.home_system()};
    caf::expected<collection_status> result = make_error(errc::connection_lost);
    compat::request(self.operator->(), this->actor_, timeout, message...)
        .receive([&](collection_status& value) { result = std::move(value); },
                 [&](const caf::error& reason) {
                   result = detail::in_our_words(reason, errc::connection_lost);
                 });
    return result;
  }

  std::string id_;
  std::shared_ptr<call_table> calls_;
  std::shared_ptr<published> content_;
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
  auto spec = map_spec<K, V, KeyCodec, ValueCodec>(id, initial);
  if (!spec)
    return std::move(spec.error());
  spec->limits = {options.request_timeout, options.max_message_entries, options.max_message_bytes};
  auto actor = node.open_collection(std::move(*spec));
  if (!actor)
    return std::move(actor.error());
  return map<K, V, KeyCodec, ValueCodec>{id, std::move(*actor), node.access(), std::move(options)};
}

} // namespace hamok
