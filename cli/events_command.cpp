// `hamok events`: follows what happens on a member.

#include "hamok/cli/collection_event_output.hpp"
#include "hamok/cli/connect.hpp"
#include "hamok/cli/json_output.hpp"

#include <chrono>
#include <iostream>
#include <map>
#include <string>
#include <variant>
#include <vector>

namespace hamok::cli {

namespace {

using nlohmann::ordered_json;

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

ordered_json to_json(const event::lagged& event) {
  return {{"event", "lagged"}, {"count", event.count}};
}

/// Kinds of the collections that are followed, by name.
using kinds = std::map<std::string, std::string>;

kinds kinds_of(client& member, const std::vector<std::string>& names) {
  kinds result;
  for (const auto& name : names)
    if (const auto known = member.collection(name)) // or else `watch` says what is wrong
      result.emplace(name, known->kind);
  return result;
}

ordered_json to_json(const client_event& event, const kinds& known) {
  if (const auto* change = std::get_if<collection_event>(&event.body)) {
    const auto found = known.find(change->collection);
    return cli::to_json(*change, found != known.end() ? found->second : "");
  }
  if (const auto* gap = std::get_if<event::lagged>(&event.body))
    return to_json(*gap);
  return to_json(std::get<event_text>(event.body));
}

std::string to_text(const client_event& event, const kinds& known) {
  if (const auto* node = std::get_if<event_text>(&event.body))
    return to_string(*node) + "\n";
  const auto fields = to_json(event, known);
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
  const auto known = kinds_of(member, given.all("collection"));
  long seen = 0;
  auto print = [&](const client_event& event) {
    std::cout << (json ? line(to_json(event, known)) : to_text(event, known)) << std::flush;
    return ++seen != count && std::cout.good();
  };
  auto go_on = [&] { return span.count() == 0 || std::chrono::steady_clock::now() < end; };
  if (auto failed = member.watch(
          {.node = !given.has("no-node"), .collections = given.all("collection")}, print, go_on))
    fail(failed, json);
  return exit_ok;
}

} // namespace hamok::cli
