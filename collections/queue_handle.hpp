#pragma once

// The typed facade of a replicated queue for actors, wherever they run: on a member, or in another
// process that has the collection's handle over BASP.

#include "hamok/collections/collection_handle.hpp"
#include "hamok/collections/queue_commands.hpp"

#include <concepts>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace hamok {

/// What a member opens a queue with.
struct queue_options : facade_options {};

/// An event of a queue: `add` and `remove` have the item.
template <class T>
struct queue_change {
  queue_event kind = queue_event::add;
  std::optional<T> item;
  raft::index_t index = 0;
};

/// A replicated queue, for actors: see `collection_handle` for what its operations have in common.
/// Items leave it in the order in which they were pushed, each of them to one caller, whichever
/// members they use.
///
/// A pop that ends with `outcome_unknown` may have taken an item, which nobody gets then: so its
/// timeout should be generous. docs/queue.md says exactly what is promised.
///
/// Thread safety: const functions from any thread.
template <class T, class Codec = codec<T>>
class queue_handle : public collection_handle {
public:
  using value_type = T;
  using options_type = queue_options;
  using change = queue_change<T>;

  queue_handle() = default;
  explicit queue_handle(collection_actor actor, const options_type& options = {})
      : collection_handle(std::move(actor), options.request_timeout) {}

  // -- writes -------------------------------------------------------------------------------------

  /// Puts the items behind the others, in this order, with nothing of others in between; answers
  /// with the number of items that there are then.
  template <actor_self Self, std::convertible_to<T>... Ts>
  requires(sizeof...(Ts) > 0) auto push(Self&& self, const Ts&... items) const {
    return write<count>(self, commands::push_each(items...), {});
  }
  template <actor_self Self>
  auto push_all(Self&& self, const std::vector<T>& items, caf::timespan timeout = {}) const {
    return write<count>(self, commands::push_all(items), timeout);
  }
  /// Takes the first item; answers with it, or none where there is none.
  template <actor_self Self>
  auto pop(Self&& self, caf::timespan timeout = {}) const {
    return write<maybe_item>(self, commands::pop(), timeout);
  }
  /// The same by another name.
  template <actor_self Self>
  auto dequeue(Self&& self, caf::timespan timeout = {}) const {
    return pop(self, timeout);
  }
  /// Takes the first item as soon as there is one; answers with none where there is none for this
  /// caller until `timeout` has passed. Waiting costs nothing: nobody asks again and again, and
  /// nothing is in the log before there is an item. Those who wait on one member are served in the
  /// order of arrival.
  ///
  /// When the time is over while a pop may be in the log already, its outcome is waited for, for as
  /// long as the request timeout says: an item that was taken for this caller finds him, unless the
  /// answer is `outcome_unknown`. With every other error nothing was taken.
  template <actor_self Self>
  auto pop_wait(Self&& self, caf::timespan timeout) const {
    if (timeout.count() <= 0)
      return pop(self);
    const auto limit = bounded(timeout);
    return send<maybe_item>(self, actor_, limit + request_timeout_ + answer_margin,
                            waiting_pop(limit));
  }
  /// Takes all items away; answers with how many there were.
  template <actor_self Self>
  auto clear(Self&& self, caf::timespan timeout = {}) const {
    return write<count>(self, commands::clear(), timeout);
  }

  // -- reads --------------------------------------------------------------------------------------

  /// The first item, or none. It stays, and may be somebody else's before this answer comes.
  template <actor_self Self>
  auto peek(Self&& self, caf::timespan timeout = {}) const {
    return read<detail::value_decoder<detail::read_answer, T, Codec>>(self, queue_query::peek(),
                                                                      timeout);
  }
  /// How many items there are.
  template <actor_self Self>
  auto size(Self&& self, caf::timespan timeout = {}) const {
    return read<detail::plain_decoder<detail::read_answer, std::uint64_t>>(
        self, queue_query::size(), timeout);
  }
  /// The items behind the first `skip`: at most `max_items`, and fewer where they are more than
  /// some mebibytes. Positions count from the front as it is then: pops in between move them.
  template <actor_self Self>
  auto page(Self&& self, std::uint64_t skip, std::uint64_t max_items,
            caf::timespan timeout = {}) const {
    return read<detail::list_decoder<detail::read_answer, T, Codec>>(
        self, queue_query::page(skip, max_items), timeout);
  }

  // -- events -------------------------------------------------------------------------------------

  /// The typed form of an event, or `bad_value`.
  [[nodiscard]] static caf::expected<change> decode(const collection_event& event) {
    change result;
    result.kind = static_cast<queue_event>(event.kind);
    result.index = event.index;
    if (result.kind > queue_event::clear)
      return make_error(errc::bad_value, "not an event of a queue");
    const auto added = result.kind == queue_event::add;
    if (!added && result.kind != queue_event::remove)
      return result;
    if (!detail::decode_into<Codec>(added ? event.new_value : event.old_value,
                                    result.item.emplace()))
      return make_error(errc::bad_value);
    return result;
  }

  // See `collection_handle` for what these have in common.

  /// `callback(item)`
  template <class F>
  collection_subscription on_add(F callback, lagged_callback on_lagged = {}) const {
    return on(
        queue_event::add, [callback](const change& what) { callback(*what.item); },
        std::move(on_lagged));
  }
  /// `callback(item)`, for an item that was popped; `clear` is told by `on_clear` alone.
  template <class F>
  collection_subscription on_remove(F callback, lagged_callback on_lagged = {}) const {
    return on(
        queue_event::remove, [callback](const change& what) { callback(*what.item); },
        std::move(on_lagged));
  }
  /// The last item is gone.
  template <class F>
  collection_subscription on_empty(F callback, lagged_callback on_lagged = {}) const {
    return plain(queue_event::empty, std::move(callback), std::move(on_lagged));
  }
  /// The first item has come.
  template <class F>
  collection_subscription on_not_empty(F callback, lagged_callback on_lagged = {}) const {
    return plain(queue_event::not_empty, std::move(callback), std::move(on_lagged));
  }
  template <class F>
  collection_subscription on_clear(F callback, lagged_callback on_lagged = {}) const {
    return plain(queue_event::clear, std::move(callback), std::move(on_lagged));
  }

protected:
  using commands = detail::queue_commands<T, Codec>;
  using count = detail::plain_decoder<detail::write_answer, std::uint64_t>;
  using maybe_item = detail::value_decoder<detail::write_answer, T, Codec>;

  [[nodiscard]] execute_waiting waiting_pop(caf::timespan timeout) const {
    return {queue_command::pop(), timeout, request_timeout_};
  }

private:
  template <class F>
  collection_subscription on(queue_event kind, F callback, lagged_callback on_lagged) const {
    return on_event(static_cast<std::uint8_t>(kind), &queue_handle::decode, std::move(callback),
                    std::move(on_lagged));
  }
  template <class F>
  collection_subscription plain(queue_event kind, F callback, lagged_callback on_lagged) const {
    return on(
        kind, [callback](const change&) { callback(); }, std::move(on_lagged));
  }
};

} // namespace hamok
