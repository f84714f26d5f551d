#pragma once

// The typed facade of an emitter for actors, wherever they run: on a member, or in another process
// that has the collection's handle over BASP.

#include "hamok/collections/codec.hpp"
#include "hamok/collections/collection_handle.hpp"
#include "hamok/collections/decoders.hpp"
#include "hamok/collections/emitter_command_state.hpp"
#include "hamok/collections/emitter_results.hpp"
#include "hamok/collections/event_name.hpp"

#include <caf/actor.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hamok {

/// What a member opens an emitter with. The first creation decides about `ordered` and
/// `auto_clean`; the rest is the member's own.
struct emitter_options : facade_options {
  /// Events go through the log: all members see them in the same order, and none that is committed
  /// gets lost on a member that takes part. Without it they travel directly, and faster.
  bool ordered = false;
  /// Subscriptions of actors that have died, and of members that are gone, are removed.
  bool auto_clean = true;
};

/// Somebody who listens to an event.
struct subscription_info {
  raft::member_id member;
  std::uint64_t number = 0; ///< which of the member's subscribers
  std::string metadata;

  friend bool operator==(const subscription_info&, const subscription_info&) = default;
};

/// A change of who listens.
struct emitter_change {
  emitter_event kind = emitter_event::added;
  std::string event;
  subscription_info subscriber; ///< with the metadata that it has, or had
  std::string old_metadata;     ///< of an update
  raft::index_t index = 0;
};

namespace detail {

/// Of publishing: who has handled the event when the way to the collection fails is not known.
struct publish_decoder : write_answer {
  using value_type = publish_result;
  static bool decode(const blob& answer, publish_result& out) { return hamok::decode(answer, out); }
};

struct stats_decoder : read_answer {
  using value_type = emitter_stats;
  static bool decode(const blob& answer, emitter_stats& out) { return hamok::decode(answer, out); }
};

struct subscriptions_decoder : read_answer {
  using value_type = std::vector<subscription_info>;
  static bool decode(const blob& answer, value_type& out) {
    std::vector<event_subscription> items;
    if (!emitter_answer::decode(answer, items))
      return false;
    out.clear();
    for (const auto& one : items)
      out.push_back(
          {one.subscriber.member, one.subscriber.number, std::string{one.metadata.text()}});
    return true;
  }
};

} // namespace detail

/// An emitter of these types of events, for actors: see `collection_handle` for what its operations
/// have in common. A type has an `inspect`, or a codec of its own, and a name, see `event_name_of`.
///
/// A subscriber is an actor that understands `emitted_event` and answers it with nothing; `decode`
/// gives the typed event. When it has answered it has handled the event; an error means that it has
/// not. One that has too much to do misses events, and gets an `event::lagged` for them.
///
/// Thread safety: const functions from any thread.
template <class... Events>
class emitter_handle : public collection_handle {
public:
  using options_type = emitter_options;

  static_assert(sizeof...(Events) > 0, "an emitter has at least one type of events");

  emitter_handle() = default;
  explicit emitter_handle(collection_actor actor, const options_type& options = {})
      : collection_handle(std::move(actor), options.request_timeout) {}

  // -- subscriptions ------------------------------------------------------------------------------

  // To the changes of the emitter itself, as of every collection.
  using collection_handle::subscribe;
  using collection_handle::unsubscribe;

  /// Lets `subscriber` hear events of type `E`; answers whether it is new. If it listens already,
  /// its metadata is replaced.
  template <class E, actor_self Self>
  requires one_of<E, Events...>
  auto subscribe(Self&& self, const caf::actor& subscriber, std::string_view metadata = {},
                 caf::timespan timeout = {}) const {
    return ask<flag>(self, about<E>(emitter_verb::subscribe, subscriber, metadata), timeout);
  }
  /// Ends that, and leaves what else it listens to; answers whether it did listen.
  template <class E, actor_self Self>
  requires one_of<E, Events...>
  auto unsubscribe(Self&& self, const caf::actor& subscriber, caf::timespan timeout = {}) const {
    return ask<flag>(self, about<E>(emitter_verb::unsubscribe, subscriber, {}), timeout);
  }
  /// Replaces the metadata of a subscription if it is `expected` (none: whatever it is); answers
  /// whether it was replaced.
  template <class E, actor_self Self>
  requires one_of<E, Events...>
  auto update_subscription_metadata(Self&& self, const caf::actor& subscriber,
                                    std::string_view metadata,
                                    const std::optional<std::string>& expected = std::nullopt,
                                    caf::timespan timeout = {}) const {
    auto request = about<E>(emitter_verb::update, subscriber, metadata);
    if (expected)
      request.expected = blob::from_string(*expected);
    return ask<flag>(self, std::move(request), timeout);
  }
  /// Whether anybody listens to `E`.
  template <class E, actor_self Self>
  requires one_of<E, Events...>
  auto has_subscribers(Self&& self, caf::timespan timeout = {}) const {
    return this->template read<detail::plain_decoder<detail::read_answer, bool>>(
        self, emitter_query::has_subscribers(event_name_of<E>()), timeout);
  }
  /// All who listen to `E`, sorted by member.
  template <class E, actor_self Self>
  requires one_of<E, Events...>
  auto subscriptions(Self&& self, caf::timespan timeout = {}) const {
    return this->template read<detail::subscriptions_decoder>(
        self, emitter_query::subscriptions(event_name_of<E>()), timeout);
  }

  // -- events -------------------------------------------------------------------------------------

  /// Brings the event to all who listen; answers with who has handled it (`publish_result`), at the
  /// deadline at the latest.
  template <class E, actor_self Self>
  requires one_of<E, Events...>
  auto publish(Self&& self, const E& event, caf::timespan timeout = {}) const {
    const auto limit = time_for(timeout);
    using result = decltype(ask<detail::publish_decoder>(self, emitter_request{}, limit));
    auto request = carrying(emitter_verb::publish, event);
    if (!request)
      return result{std::move(request.error())};
    return ask<detail::publish_decoder>(self, std::move(*request), timeout);
  }
  /// The same without an answer. Fails only where the event cannot be encoded.
  template <class E>
  requires one_of<E, Events...> caf::error notify(const E& event)
  const {
    auto request = carrying(emitter_verb::notify, event);
    if (!request)
      return std::move(request.error());
    compat::anon_send(actor_, std::move(*request));
    return {};
  }
  /// Another name for `notify`.
  template <class E>
  requires one_of<E, Events...> caf::error emit(const E& event)
  const { return notify(event); }
  /// What the emitter has done on the member of the handle.
  template <actor_self Self>
  auto stats(Self&& self, caf::timespan timeout = {}) const {
    return ask<detail::stats_decoder>(self, emitter_request{}, timeout);
  }

  /// Whether an event is one of type `E`.
  template <class E>
  requires one_of<E, Events...>
  [[nodiscard]] static bool is(const emitted_event& event) {
    return event.event == event_name_of<E>();
  }
  /// The typed form of an event, or `bad_value`.
  template <class E>
  requires one_of<E, Events...>
  [[nodiscard]] static caf::expected<E> decode(const emitted_event& event) {
    if (!is<E>(event))
      return make_error(errc::bad_value, "it is a '" + event.event + "'");
    return decode_value<codec<E>, E>(event.content);
  }

  // -- changes of who listens ---------------------------------------------------------------------

  /// The typed form of a change, or `bad_value`.
  [[nodiscard]] static caf::expected<emitter_change> decode_change(const collection_event& event) {
    emitter_change result;
    result.kind = static_cast<emitter_event>(event.kind);
    result.index = event.index;
    event_subscription which;
    if (result.kind > emitter_event::removed || !emitter_answer::decode_key(event.key, which))
      return make_error(errc::bad_value, "not a change of who listens");
    const auto& metadata =
        result.kind == emitter_event::removed ? event.old_value : event.new_value;
    result.event = std::move(which.event);
    result.subscriber = {std::move(which.subscriber.member), which.subscriber.number,
                         std::string{metadata.text()}};
    result.old_metadata = std::string{event.old_value.text()};
    return result;
  }

  /// `callback(const emitter_change&)`; see `collection_handle` for callbacks.
  template <class F>
  collection_subscription on_added(F callback, lagged_callback on_lagged = {}) const {
    return on(emitter_event::added, std::move(callback), std::move(on_lagged));
  }
  template <class F>
  collection_subscription on_updated(F callback, lagged_callback on_lagged = {}) const {
    return on(emitter_event::updated, std::move(callback), std::move(on_lagged));
  }
  template <class F>
  collection_subscription on_removed(F callback, lagged_callback on_lagged = {}) const {
    return on(emitter_event::removed, std::move(callback), std::move(on_lagged));
  }

protected:
  using flag = detail::plain_decoder<detail::write_answer, bool>;

  template <class E>
  static emitter_request about(emitter_verb what, const caf::actor& subscriber,
                               std::string_view metadata) {
    emitter_request result;
    result.what = what;
    result.event = event_name_of<E>();
    result.content = blob::from_string(metadata);
    result.subscriber = subscriber;
    return result;
  }

  template <class E>
  static caf::expected<emitter_request> carrying(emitter_verb what, const E& event) {
    auto content = encode_value<codec<E>, E>(event);
    if (!content)
      return std::move(content.error());
    emitter_request result;
    result.what = what;
    result.event = event_name_of<E>();
    result.content = std::move(*content);
    return result;
  }

private:
  template <class Decoder, class Self>
  auto ask(Self&& self, emitter_request request, caf::timespan timeout) const {
    request.timeout = time_for(timeout);
    return this->template send<Decoder>(self, actor_, request.timeout + 2 * answer_margin,
                                        std::move(request));
  }

  template <class F>
  collection_subscription on(emitter_event kind, F callback, lagged_callback on_lagged) const {
    return on_event(static_cast<std::uint8_t>(kind), &emitter_handle::decode_change,
                    std::move(callback), std::move(on_lagged));
  }
};

} // namespace hamok
