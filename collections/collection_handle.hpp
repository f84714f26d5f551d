#pragma once

// What the typed handles of all collections have in common: operations and questions of actors,
// status, and events.

#include "hamok/actors/caf_compat.hpp"
#include "hamok/actors/interfaces/interfaces.hpp"
#include "hamok/actors/interfaces/timeout.hpp"
#include "hamok/collections/collection_events.hpp"
#include "hamok/collections/decode_failures.hpp"
#include "hamok/collections/response.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace hamok {

/// What a member opens a collection with, whatever its kind. None of it is in the log: members may
/// differ.
struct facade_options {
  /// Deadline of operations that name none; 0: the member's `request_timeout`, or
  /// `default_request_timeout` for a facade that is made from a mere handle.
  caf::timespan request_timeout{0};
  /// Limits on one message of operations on their way into the log, while this member opens the
  /// collection; a larger batch is split. 0: the member's.
  std::size_t max_message_entries = 0;
  std::size_t max_message_bytes = 0;
};

/// The base of `map_handle` and its like, which add the operations of their kind. Every operation
/// takes `self`, a pointer to the asking actor, and gives a `response`. Operations are logged,
/// applied once on every member, and answered with their result; reads are answered from the state
/// of the member that the handle leads to.
///
/// Operations end after `timeout` with an error of `hamok::errc`, or `answer_margin` later when the
/// collection says nothing; `cannot_have_happened` tells whether trying again is safe. A timeout is
/// at most `longest_timeout`. Thread safety: const functions from any thread.
class collection_handle {
public:
  collection_handle() = default;
  explicit collection_handle(collection_actor actor, caf::timespan request_timeout = {})
      : actor_(std::move(actor)),
        request_timeout_(bounded(request_timeout, default_request_timeout)) {}

  /// The typed handle, for other processes and for messages that this facade does not know.
  [[nodiscard]] const collection_actor& actor() const noexcept { return actor_; }
  explicit operator bool() const noexcept { return static_cast<bool>(actor_); }

  /// How the collection is (`collection_status`), as CAF's own response handle.
  template <actor_self Self>
  auto status(Self&& self, caf::timespan timeout = {}) const {
    return compat::request(detail::to_pointer(self), actor_, time_for(timeout), get_status_v);
  }
  /// The status once the collection is created and up to date on its member, as CAF's own response
  /// handle.
  template <actor_self Self>
  auto ready(Self&& self, caf::timespan timeout = {}) const {
    const auto limit = time_for(timeout);
    return compat::request(detail::to_pointer(self), actor_, limit + answer_margin, await_ready_v,
                           limit);
  }
  /// Releases the collection on the member that the handle leads to. What waits and cannot have
  /// happened ends with `closed`, what is in doubt with `outcome_unknown`.
  void close() const { compat::anon_send(actor_, close_collection_v); }

  // -- events -------------------------------------------------------------------------------------

  /// Sends each `collection_event` to `subscriber`, in the order of the log, and `event::lagged`
  /// for what a slow one has missed.
  void subscribe(const caf::actor& subscriber) const {
    compat::anon_send(actor_, subscribe_v, subscriber);
  }
  /// Ends that.
  void unsubscribe(const caf::actor& subscriber) const {
    compat::anon_send(actor_, unsubscribe_v, subscriber);
  }

  // Callbacks run on a thread of CAF and must not block; events that cannot be decoded are left
  // out, and are an `error` event of the member. See `event_callbacks`. One that is too slow all
  // the same misses events, of all kinds: `on_lagged` hears how many, in their place, and the
  // content has to be read to know the rest. Each of these functions has a subscription of its own,
  // so that gap is about its callback alone.

  using lagged_callback = decltype(event_callbacks::on_lagged);

  /// The content was replaced by that of a snapshot, because this member lacked too much of the
  /// log: what changed in between is told by no other event, and has to be read. There is always
  /// room for this event, and what changes afterwards comes behind it.
  template <class F>
  collection_subscription on_resync(F callback) const {
    return listen(actor_, callback_for(resync_event_kind, std::move(callback)));
  }
  /// There is always room for this event.
  template <class F>
  collection_subscription on_close(F callback) const {
    return listen(actor_, callback_for(closed_event_kind, std::move(callback)));
  }

protected:
  /// Where to tell what cannot be decoded.
  [[nodiscard]] decode_failures failures() const { return decode_failures{actor_}; }

  [[nodiscard]] caf::timespan time_for(caf::timespan timeout) const {
    return bounded(timeout, request_timeout_);
  }

  /// Asks the collection actor `to` with a message that is answered with bytes.
  template <class Decoder, class Self, class Message>
  auto send(Self&& self, const collection_actor& to, caf::timespan timeout, Message message) const {
    auto handle = compat::request(detail::to_pointer(self), to, timeout, std::move(message));
    return response<Decoder, decltype(handle)>{std::move(handle), failures()};
  }

  /// Logs the command. A little patience, so that the collection's own verdict arrives.
  template <class Decoder, class Self>
  auto write(Self&& self, caf::expected<blob> command, caf::timespan timeout) const {
    const auto limit = time_for(timeout);
    using result = decltype(send<Decoder>(self, actor_, limit, execute{}));
    if (!command)
      return result{std::move(command.error())};
    return send<Decoder>(self, actor_, limit + answer_margin, execute{std::move(*command), limit});
  }

  /// Asks the state of the member of the handle.
  template <class Decoder, class Self>
  auto read(Self&& self, caf::expected<blob> question, caf::timespan timeout) const {
    const auto limit = time_for(timeout);
    using result = decltype(send<Decoder>(self, actor_, limit, read_state{}));
    if (!question)
      return result{std::move(question.error())};
    return send<Decoder>(self, actor_, limit, read_state{std::move(*question)});
  }

  /// Calls `callback(what)` for the events of one kind, with what `decode` makes of them: a
  /// `caf::expected`.
  template <class Decode, class F>
  collection_subscription on_event(std::uint8_t kind, Decode decode, F callback,
                                   lagged_callback on_lagged) const {
    return listen(actor_,
                  {[kind, decode, callback, failures = failures()](const collection_event& event) {
                     if (event.kind != kind)
                       return;
                     if (auto what = decode(event))
                       callback(*what);
                     else
                       failures.tell("an event");
                   },
                   std::move(on_lagged)});
  }

  collection_actor actor_;
  caf::timespan request_timeout_ = default_request_timeout;
};

} // namespace hamok
