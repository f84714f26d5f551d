// `hamok events`: follows what happens on a member.

#include "hamok/cli/connect.hpp"
#include "hamok/cli/json_output.hpp"
#include "hamok/collections/event_relay.hpp"
#include "hamok/collections/map_command_state.hpp"

#include <chrono>
#include <iostream>
#include <variant>

namespace hamok::cli {

namespace {

using nlohmann::ordered_json;

const char* name_of(std::uint8_t kind) {
  if (kind == resync_event_kind)
    return "resync";
  if (kind == closed_event_kind)
    return "close";
  switch (static_cast<map_event>(kind)) {
  case map_event::insert:
    return "insert";
  case map_event::update:
    return "update";
  case map_event::remove:
    return "remove";
  case map_event::clear:
    return "clear";
  }
  return "event";
}

ordered_json to_json(const event_field& field) {
  if (field.what == event_field::kind::json)
    if (auto value = ordered_json::parse(field.value, nullptr, false); !value.is_discarded())
      return value;
  return field.value;
}

ordered_json to_json(const event_text& event) {
  ordered_json result{{"event", event.name}};
  for (const auto& field : event.fields)
    result[field.name] = to_json(field);
  return result;
}

ordered_json to_json(const collection_event& event) {
  ordered_json result{
      {"event", name_of(event.kind)}, {"collection", event.collection}, {"index", event.index}};
  if (event.kind >= resync_event_kind || static_cast<map_event>(event.kind) == map_event::clear)
    return result;
  result["key"] = event.key.text();
  if (static_cast<map_event>(event.kind) != map_event::insert)
    result["old"] = event.old_value.text();
  if (static_cast<map_event>(event.kind) != map_event::remove)
    result["new"] = event.new_value.text();
  return result;
}

ordered_json to_json(const event::lagged& event) {
  return {{"event", "lagged"}, {"count", event.count}};
}

std::string to_text(const client_event& event) {
  if (const auto* node = std::get_if<event_text>(&event.body))
    return to_string(*node) + "\n";
  const auto fields = std::visit([](const auto& body) { return to_json(body); }, event.body);
  std::string result;
  for (const auto& [name, value] : fields.items()) {
    if (name != "event")
      result += " " + name + "=";
    result += value.is_string() ? value.get<std::string>() : value.dump();
  }
  return result + "\n";
}

} // namespace

const char* events_help() {
  return R"(hamok events --connect=HOST:PORT     what happens on that member, a line for each event
    --collection=NAME                  the changes of this collection; may come several times
    --no-node                          not the events of the member itself
    --count=N                          end after so many events
    --for=MILLISECONDS                 end after so long

  With --json: an object for each event, with its name as "event" and its fields.
)";
}

int events_command(const word_list& words) {
  const arguments given{words, with_client_options({.with_value = {"collection", "count", "for"},
                                                    .flags = {"no-node"}})};
  if (!given.words().empty())
    throw usage_error("it takes no '" + given.words().front() + "'");
  auto member = make_client(given, true);
  const auto json = given.has("json");
  const auto count = given.number("count", 0, 1, 1'000'000'000);
  const auto span = std::chrono::milliseconds{given.number("for", 0, 1, 1'000'000'000)};
  const auto end = std::chrono::steady_clock::now() + span;
  long seen = 0;
  auto print = [&](const client_event& event) {
    std::cout << (json
                      ? line(std::visit([](const auto& body) { return to_json(body); }, event.body))
                      : to_text(event))
              << std::flush;
    return ++seen != count && std::cout.good();
  };
  auto go_on = [&] { return span.count() == 0 || std::chrono::steady_clock::now() < end; };
  if (auto failed = member.watch(
          {.node = !given.has("no-node"), .collections = given.all("collection")}, print, go_on))
    fail(failed, json);
  return exit_ok;
}

} // namespace hamok::cli
