#pragma once

// The typed facade of an emitter on a member: what `emitter_handle` has, callbacks, and calls from
// plain threads.

#include "hamok/collections/emitter_handle.hpp"
#include "hamok/collections/event_listener.hpp"
#include "hamok/collections/member_facade.hpp"

#include <concepts>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hamok {

/// A callback, or an actor, that listens to one type of events. Copies are about the same one;
/// letting all of them go does not end it.
///
/// Thread safety: as for a value.
class emitter_subscription {
public:
  emitter_subscription() = default;
  emitter_subscription(std::string event, caf::actor subscriber)
      : event_(std::move(event)),
        subscriber_(std::move(subscriber)) {}

  /// The name of the type of events.
  [[nodiscard]] const std::string& event() const noexcept { return event_; }
  /// The actor that listens; for a callback, the one that calls it.
  [[nodiscard]] const caf::actor& subscriber() const noexcept { return subscriber_; }

private:
  std::string event_;
  caf::actor subscriber_;
};

/// An emitter on a member: see `member_facade` for the ways to use it.
///
///   struct joined { std::string name; };  // with an `inspect`
///   auto users = node.create_emitter<joined, left>("users");
///   auto mine = users->subscribe<joined>([](const joined& who) { ... });
///   auto result = users->publish(joined{"alice"}).get();
///
/// Thread safety: const functions from any thread.
template <class... Events>
class emitter : public member_facade<emitter_handle<Events...>> {
public:
  using handle_type = emitter_handle<Events...>;
  using super = member_facade<handle_type>;
  using typename super::options_type;

  emitter() = default;
  emitter(std::string id, collection_actor actor, const local_access& access,
          options_type options = {})
      : super(std::move(id), access,
              handle_type{std::move(actor), super::with_timeout(std::move(options), access)}) {}

  // -- subscriptions, from plain threads ----------------------------------------------------------

  using super::has_subscribers;
  using super::publish;
  using super::stats;
  using super::subscribe;
  using super::subscriptions;
  using super::unsubscribe;
  using super::update_subscription_metadata;

  /// Calls `callback(const E&)` for each event of this type, on a thread of CAF, one after the
  /// other; it must not block. An exception means that the event was not handled. Waits until the
  /// subscription is in the log: events that anybody publishes afterwards are heard.
  template <class E, class F>
  requires(one_of<E, Events...>&& std::invocable<F&, const E&>)
      [[nodiscard]] caf::expected<emitter_subscription> subscribe(
          F callback, std::string_view metadata = {}, caf::timespan timeout = {}) const {
    auto listener =
        spawn_event_listener(this->actor_.home_system(),
                             [callback = std::move(callback)](const emitted_event& event) mutable {
                               auto value = handle_type::template decode<E>(event);
                               if (value)
                                 callback(*value);
                               return static_cast<bool>(value);
                             });
    return subscribe<E>(listener, metadata, timeout);
  }
  /// The same for an actor, which gets each event as `emitted_event`.
  template <class E>
  requires one_of<E, Events...>
  [[nodiscard]] caf::expected<emitter_subscription> subscribe(const caf::actor& subscriber,
                                                              std::string_view metadata = {},
                                                              caf::timespan timeout = {}) const {
    auto answer =
        call<flag>(super::template about<E>(emitter_verb::subscribe, subscriber, metadata), timeout)
            .get();
    if (!answer)
      return std::move(answer.error());
    return emitter_subscription{std::string{event_name_of<E>()}, subscriber};
  }
  /// Ends this subscription, and no other; answers whether it was there. Events that are on their
  /// way may still come.
  future<bool> unsubscribe(const emitter_subscription& which, caf::timespan timeout = {}) const {
    return call<flag>(about(emitter_verb::unsubscribe, which), timeout);
  }
  /// Replaces the metadata of the subscription if it is `expected` (none: whatever it is); answers
  /// whether it was replaced.
  future<bool>
  update_subscription_metadata(const emitter_subscription& which, std::string_view metadata,
                               const std::optional<std::string>& expected = std::nullopt,
                               caf::timespan timeout = {}) const {
    auto request = about(emitter_verb::update, which);
    request.content = blob::from_string(metadata);
    if (expected)
      request.expected = blob::from_string(*expected);
    return call<flag>(std::move(request), timeout);
  }

  /// Whether anybody listens to `E`, as this member knows.
  template <class E>
  requires one_of<E, Events...>
  [[nodiscard]] bool has_subscribers() const {
    bool result = false;
    const auto answer = look(emitter_query::has_subscribers(event_name_of<E>()));
    return answer && map_answer::decode(*answer, result) && result;
  }
  /// All who listen to `E`, as this member knows, sorted by member.
  template <class E>
  requires one_of<E, Events...>
  [[nodiscard]] caf::expected<std::vector<subscription_info>> subscriptions() const {
    std::vector<subscription_info> result;
    const auto answer = look(emitter_query::subscriptions(event_name_of<E>()));
    if (!answer)
      return make_error(errc::too_large);
    if (!answer->empty() && !detail::subscriptions_decoder::decode(*answer, result))
      return make_error(errc::bad_value);
    return result;
  }

  // -- events, from plain threads -----------------------------------------------------------------

  /// Brings the event to all who listen; answers with who has handled it.
  template <class E>
  requires one_of<E, Events...> future<publish_result> publish(const E& event,
                                                               caf::timespan timeout = {})
  const {
    auto request = super::carrying(emitter_verb::publish, event);
    if (!request)
      return future<publish_result>{std::move(request.error())};
    return call<detail::publish_decoder>(std::move(*request), timeout);
  }
  /// What the emitter has done on this member.
  [[nodiscard]] caf::expected<emitter_stats> stats(caf::timespan timeout = {}) const {
    return call<detail::stats_decoder>(emitter_request{}, timeout).get();
  }

private:
  using typename super::flag;

  static emitter_request about(emitter_verb what, const emitter_subscription& which) {
    emitter_request result;
    result.what = what;
    result.event = which.event();
    result.subscriber = which.subscriber();
    return result;
  }

  /// Empty: nothing was published yet. None: the answer is too large.
  [[nodiscard]] std::optional<blob> look(const blob& question) const {
    const auto content = this->content();
    if (!content.view)
      return blob{};
    auto answer = content.view->query(question);
    if (!answer)
      return std::nullopt;
    return *std::move(answer);
  }

  template <class Decoder>
  future<typename Decoder::value_type> call(emitter_request request, caf::timespan timeout) const {
    const auto limit = this->time_for(timeout);
    return this->template begin_call<Decoder>(limit, [&](std::uint64_t id) {
      request.timeout = limit;
      request.call = id;
      compat::anon_send(this->actor_, std::move(request));
    });
  }
};

/// What an emitter of this name is created from.
[[nodiscard]] inline collection_spec emitter_spec(std::string id, const emitter_options& options) {
  collection_spec result;
  result.name = std::move(id);
  result.kind = "emitter";
  const auto bits = (options.ordered ? emitter_option::ordered : 0)
                    + (options.auto_clean ? 0 : emitter_option::keeps_dead);
  if (bits != 0)
    result.options = blob::from_vector({static_cast<std::byte>(bits)});
  return result;
}

/// The emitter `id` of a member, proposed for creation where it is not known. See `open_map`.
template <class... Events, class Node>
caf::expected<emitter<Events...>> open_emitter(Node& node, const std::string& id,
                                               emitter_options options = {}) {
  return open_facade<emitter<Events...>>(node, emitter_spec(id, options), std::move(options));
}

} // namespace hamok
