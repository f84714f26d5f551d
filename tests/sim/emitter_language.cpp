#include "hamok/collections/emitter_state.hpp"
#include "hamok/collections/emitter_view_state.hpp"
#include "hamok/tests/sim/language.hpp"
#include "hamok/tests/sim/violation.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hamok::sim {

namespace {

[[noreturn]] void unknown(const char* what) {
  throw violation{"collections are as modelled",
                  std::string{"there is "} + what + " that nobody has named"};
}

std::string event_of(const subscription& which) {
  return "event-" + std::to_string(which.event);
}

/// Two lives of each name.
raft::member_id member_of(std::uint64_t member) {
  return {"m" + std::to_string(member / 2), {0x11FE, member % 2}};
}

event_subscriber subscriber_of(const subscription& which) {
  return {member_of(which.member), which.number};
}

std::uint64_t event_in(std::string_view name) {
  if (name.size() != 7 || !name.starts_with("event-") || name[6] < '0' || name[6] > '9')
    unknown("an event");
  return static_cast<std::uint64_t>(name[6] - '0');
}

std::uint64_t member_in(const raft::member_id& id) {
  const auto member = id.peer.size() == 2 && id.peer[1] >= '0' && id.peer[1] <= '9'
                          ? static_cast<std::uint64_t>(id.peer[1] - '0') * 2 + id.incarnation.low
                          : 0;
  if (member_of(member) != id)
    unknown("a member");
  return member;
}

blob command_of(const operation& op) {
  const auto which = subscription_of(op);
  const auto event = event_of(which);
  const auto subscriber = subscriber_of(which);
  const auto metadata = bytes_of(op.value);
  switch (op.kind) {
  case operation_kind::subscribe:
    return emitter_command::subscribe(event, subscriber, metadata.bytes());
  case operation_kind::unsubscribe:
    return emitter_command::unsubscribe(event, subscriber);
  case operation_kind::update:
    return emitter_command::update(event, subscriber, metadata.bytes(),
                                   expects_metadata(op) ? std::optional{bytes_of(op.expected)}
                                                        : std::nullopt);
  case operation_kind::remove_subscriber:
    return emitter_command::remove_subscriber(subscriber);
  case operation_kind::remove_member:
    return emitter_command::remove_member(subscriber.member);
  default:
    return emitter_command::publish(event, metadata.bytes(), {subscriber.member, 1, op.sequence});
  }
}

/// There is no other way to write it than to have it.
blob import_of(const operation& op) {
  emitter_state fresh;
  raft::index_t index = 0;
  for (const auto& [name, value] : subscriptions_of(op)) {
    const auto which = to_subscription(name);
    static_cast<void>(fresh.apply({++index, {}, false},
                                  emitter_command::subscribe(event_of(which), subscriber_of(which),
                                                             bytes_of(value).bytes())));
  }
  return fresh.snapshot();
}

std::uint64_t result_of(const operation& op, const blob& answer) {
  switch (op.kind) {
  case operation_kind::publish: {
    std::vector<raft::member_id> members;
    if (!emitter_answer::decode(answer, members))
      cannot_read(op);
    content reached;
    for (const auto& id : members)
      reached.push_back({member_in(id), 0});
    return hash_of(reached);
  }
  case operation_kind::remove_subscriber:
  case operation_kind::remove_member: {
    std::uint64_t count = 0;
    if (!map_answer::decode(answer, count))
      cannot_read(op);
    return count;
  }
  default: {
    bool done = false;
    if (!map_answer::decode(answer, done))
      cannot_read(op);
    return done ? 1 : 0;
  }
  }
}

content read_content(const hamok::state_view& view) {
  const auto answer = view.query(emitter_query::all());
  std::vector<event_subscription> all;
  if (!answer || !emitter_answer::decode(*answer, all) || all.size() != view.size())
    throw violation{"collections are as modelled",
                    "an emitter has another size than subscriptions"};
  content result;
  for (const auto& each : all)
    result.push_back({to_number({event_in(each.event), member_in(each.subscriber.member),
                                 each.subscriber.number}),
                      number_in(each.metadata)});
  if (!std::ranges::is_sorted(result))
    throw violation{"collections are as modelled", "an emitter's subscriptions are not sorted"};
  return result;
}

} // namespace

const language& emitter_language() noexcept {
  static constexpr language emitter{
      "emitter",
      []() -> std::unique_ptr<hamok::state_machine> { return std::make_unique<emitter_state>(); },
      command_of,
      import_of,
      result_of,
      read_content,
  };
  return emitter;
}

} // namespace hamok::sim
