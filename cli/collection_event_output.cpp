#include "hamok/cli/collection_event_output.hpp"

#include "hamok/collections/emitter_command_state.hpp"
#include "hamok/collections/event_relay.hpp"
#include "hamok/collections/map_command_state.hpp"
#include "hamok/collections/queue_command_state.hpp"

#include <optional>

namespace hamok::cli {

namespace {

using nlohmann::ordered_json;

/// What an event is called, and which of its bytes mean something, under which name.
struct event_words {
  const char* name;
  const char* key = nullptr;
  const char* old_value = nullptr;
  const char* new_value = nullptr;
};

std::optional<event_words> words_of_map(std::uint8_t kind) {
  switch (static_cast<map_event>(kind)) {
  case map_event::insert:
    return event_words{"insert", "key", nullptr, "new"};
  case map_event::update:
    return event_words{"update", "key", "old", "new"};
  case map_event::remove:
    return event_words{"remove", "key", "old", nullptr};
  case map_event::clear:
    return event_words{"clear"};
  }
  return std::nullopt;
}

std::optional<event_words> words_of_queue(std::uint8_t kind) {
  switch (static_cast<queue_event>(kind)) {
  case queue_event::add:
    return event_words{"add", nullptr, nullptr, "item"};
  case queue_event::remove:
    return event_words{"remove", nullptr, "item", nullptr};
  case queue_event::empty:
    return event_words{"empty"};
  case queue_event::not_empty:
    return event_words{"not-empty"};
  case queue_event::clear:
    return event_words{"clear"};
  }
  return std::nullopt;
}

event_words words_of(std::uint8_t number, const std::string& kind) {
  if (number == resync_event_kind)
    return {"resync"};
  if (number == closed_event_kind)
    return {"close"};
  const auto known = kind == "emitter" ? std::nullopt
                     : kind == "queue" ? words_of_queue(number)
                                       : words_of_map(number);
  return known.value_or(event_words{"event", "key", "old", "new"});
}

ordered_json begin(const char* name, const collection_event& event) {
  return {{"event", name}, {"collection", event.collection}, {"index", event.index}};
}

/// Who listens to what, or has stopped. The key is no text; nothing where it makes no sense.
std::optional<ordered_json> subscription_json(const char* name, const collection_event& event) {
  event_subscription which;
  if (!emitter_answer::decode_key(event.key, which))
    return std::nullopt;
  auto result = begin(name, event);
  result["name"] = which.event;
  result["member"] = which.subscriber.member.peer;
  result["number"] = std::to_string(which.subscriber.number); // beyond what JSON's readers keep
  return result;
}

/// Nothing where it is no event of an emitter.
std::optional<ordered_json> emitter_json(const collection_event& event) {
  std::optional<ordered_json> result;
  switch (static_cast<emitter_event>(event.kind)) {
  case emitter_event::added:
    if ((result = subscription_json("added", event)))
      (*result)["metadata"] = event.new_value.text();
    break;
  case emitter_event::updated:
    if ((result = subscription_json("updated", event))) {
      (*result)["old_metadata"] = event.old_value.text();
      (*result)["metadata"] = event.new_value.text();
    }
    break;
  case emitter_event::removed:
    if ((result = subscription_json("removed", event)))
      (*result)["metadata"] = event.old_value.text();
    break;
  case emitter_event::published:
    if (event_origin origin; emitter_answer::decode(event.old_value, origin)) {
      result = begin("published", event);
      (*result)["name"] = event.key.text();
      (*result)["from"] = origin.member.peer; // empty: no member has published it
      (*result)["content"] = event.new_value.text();
    }
    break;
  }
  return result;
}

} // namespace

ordered_json to_json(const collection_event& event, const std::string& kind) {
  if (kind == "emitter")
    if (auto known = emitter_json(event))
      return std::move(*known);
  const auto words = words_of(event.kind, kind);
  auto result = begin(words.name, event);
  if (words.key != nullptr)
    result[words.key] = event.key.text();
  if (words.old_value != nullptr)
    result[words.old_value] = event.old_value.text();
  if (words.new_value != nullptr)
    result[words.new_value] = event.new_value.text();
  return result;
}

} // namespace hamok::cli
