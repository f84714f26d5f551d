#pragma once

// The typed facade of a replicated queue on a member: what `queue_handle` has, local reads, and
// calls from plain threads.

#include "hamok/collections/member_facade.hpp"
#include "hamok/collections/queue_handle.hpp"
#include "hamok/collections/queue_snapshot.hpp"

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hamok {

/// A replicated queue on a member: see `member_facade` for the ways to use it, and `queue_handle`
/// for what the operations do.
///
/// Thread safety: const functions from any thread.
template <class T, class Codec = codec<T>>
class queue : public member_facade<queue_handle<T, Codec>> {
public:
  using handle_type = queue_handle<T, Codec>;
  using super = member_facade<handle_type>;
  using typename super::options_type;
  using snapshot_type = queue_snapshot<T, Codec>;
  using iterator = typename snapshot_type::iterator;

  queue() = default;
  queue(std::string id, collection_actor actor, const local_access& access,
        options_type options = {})
      : super(std::move(id), access,
              handle_type{std::move(actor), super::with_timeout(std::move(options), access)}) {}

  // -- writes from plain threads ------------------------------------------------------------------

  using super::clear;
  using super::dequeue;
  using super::pop;
  using super::pop_wait;
  using super::push;
  using super::push_all;

  template <std::convertible_to<T> First, std::convertible_to<T>... Ts>
  requires(!actor_self<First>) future<std::uint64_t> push(const First& first, const Ts&... more)
  const {
    return this->template call<typename super::count>(super::commands::push_each(first, more...),
                                                      {});
  }
  future<std::uint64_t> push_all(const std::vector<T>& items, caf::timespan timeout = {}) const {
    return this->template call<typename super::count>(super::commands::push_all(items), timeout);
  }
  future<std::optional<T>> pop(caf::timespan timeout = {}) const {
    return this->template call<typename super::maybe_item>(super::commands::pop(), timeout);
  }
  future<std::optional<T>> dequeue(caf::timespan timeout = {}) const { return pop(timeout); }
  /// Letting go of the future before an item is on its way ends the wait.
  future<std::optional<T>> pop_wait(caf::timespan timeout) const {
    if (timeout.count() <= 0)
      return pop();
    const auto limit = bounded(timeout);
    return this->template begin_call<typename super::maybe_item>(
        limit + this->request_timeout_, [&](std::uint64_t id) {
          compat::anon_send(this->actor_, execute_waiting_call{id, this->waiting_pop(limit)});
        });
  }
  future<std::uint64_t> clear(caf::timespan timeout = {}) const {
    return this->template call<typename super::count>(super::commands::clear(), timeout);
  }

  // -- local reads --------------------------------------------------------------------------------

  using super::peek;
  using super::size;

  /// The content as it is now. It stays as it is, for as long as it is held.
  [[nodiscard]] snapshot_type snapshot() const {
    return snapshot_type{this->content(), this->failures()};
  }

  /// The first item, none, or `bad_value`. It stays, and may be somebody else's soon.
  [[nodiscard]] caf::expected<std::optional<T>> peek() const { return snapshot().peek(); }
  [[nodiscard]] std::size_t size() const { return snapshot().size(); }
  [[nodiscard]] bool empty() const { return size() == 0; }

  /// Goes through the content as it is now, whatever happens to the queue meanwhile.
  [[nodiscard]] iterator begin() const { return snapshot().begin(); }
  [[nodiscard]] iterator end() const { return iterator{}; }
};

/// What a queue of this name is created from. Initial items count when this creation comes first.
template <class T, class Codec = codec<T>>
caf::expected<collection_spec> queue_spec(std::string id, const std::vector<T>& initial = {}) {
  auto items = detail::encode_all<Codec>(initial);
  if (!items)
    return std::move(items.error());
  collection_spec result;
  result.name = std::move(id);
  result.kind = "queue";
  if (!items->empty())
    result.initial = encode_queue_content(*items);
  return result;
}

/// The queue `id` of a member, proposed for creation where it is not known; see `open_facade`.
template <class T, class Codec = codec<T>, class Node>
caf::expected<queue<T, Codec>> open_queue(Node& node, const std::string& id,
                                          const std::vector<T>& initial = {},
                                          queue_options options = {}) {
  return open_facade<queue<T, Codec>>(node, queue_spec<T, Codec>(id, initial), std::move(options));
}

} // namespace hamok
