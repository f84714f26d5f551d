// `hamok emitter`: who listens to the events of an emitter, and events from the command line.

#include "hamok/cli/connect.hpp"
#include "hamok/cli/json_output.hpp"
#include "hamok/collections/emitter.hpp"

#include <iostream>
#include <string>
#include <vector>

namespace hamok::cli {

namespace {

using nlohmann::ordered_json;

/// The value of an answer, or the end of the command.
template <class T>
T decoded(const blob& answer, bool json, effect so_far) {
  T result;
  if (!emitter_answer::decode(answer, result))
    fail(make_error(errc::bad_value, "an answer of another type"), json, so_far);
  return result;
}

int create(const arguments& given) {
  auto via = make_client(given, false);
  const auto json = given.has("json");
  emitter_options options;
  options.ordered = given.has("ordered");
  const auto created = value_of(via.open(emitter_spec(given.words()[1], options)), json);
  if (json)
    std::cout << line(to_json(created));
  else
    std::cout << (created.existed ? "exists\n" : "created\n");
  return exit_ok;
}

/// By way of the log, whatever the emitter is: so it comes once, and needs no member that
/// publishes.
int publish(const arguments& given) {
  auto via = make_client(given, false);
  const auto json = given.has("json");
  const auto payload = blob::from_string(given.words()[3]);
  const auto answer =
      value_of(via.execute(given.words()[1],
                           emitter_command::publish(given.words()[2], payload.bytes(), {})),
               json, effect::possible);
  auto names = ordered_json::array();
  for (const auto& member : decoded<std::vector<raft::member_id>>(answer, json, effect::certain))
    names.push_back(member.peer);
  if (json) {
    std::cout << line({{"subscribed", names}});
    return exit_ok;
  }
  std::cout << names.size() << " members are subscribed";
  for (const auto& name : names)
    std::cout << ' ' << name.get<std::string>();
  std::cout << '\n';
  return exit_ok;
}

int subscriptions(const arguments& given) {
  auto via = make_client(given, true);
  const auto json = given.has("json");
  const auto& words = given.words();
  const auto question =
      words.size() > 2 ? emitter_query::subscriptions(words[2]) : emitter_query::all();
  const auto answer = value_of(via.read(words[1], question), json);
  auto all = ordered_json::array();
  for (const auto& one : decoded<std::vector<event_subscription>>(answer, json, effect::none)) {
    const auto number = std::to_string(one.subscriber.number);
    if (json)
      all.push_back({{"event", one.event},
                     {"member", one.subscriber.member.peer},
                     {"incarnation", raft::to_string(one.subscriber.member.incarnation)},
                     {"number", number},
                     {"metadata", std::string{one.metadata.text()}}});
    else
      std::cout << one.event << '\t' << one.subscriber.member.peer << '\t' << number << '\t'
                << one.metadata.text() << '\n';
  }
  if (json)
    std::cout << line({{"emitter", words[1]}, {"subscriptions", all}});
  return exit_ok;
}

} // namespace

const char* emitter_help() {
  return R"(hamok emitter create NAME [--ordered]       create it, if it is not there
hamok emitter publish NAME EVENT TEXT       bring an event with these bytes to all who listen
hamok emitter subscriptions NAME [EVENT]    who listens, as the member that is asked knows: event,
                                            member, number of the subscriber there, metadata

  An event of this program goes through the log. It is what its subscribers decode: TEXT is right for
  events whose codec is text or JSON. The answer names the members that were subscribed.
)";
}

int emitter_command(const word_list& words) {
  const arguments given{words, with_client_options({.with_value = {}, .flags = {"ordered"}})};
  const auto& all = given.words();
  const auto is = [&all](const char* name, std::size_t least, std::size_t most) {
    if (all.empty() || all[0] != name)
      return false;
    if (all.size() < least || all.size() > most)
      throw usage_error(std::string{name} + " takes " + std::to_string(least - 1) + " words, not "
                        + std::to_string(all.size() - 1));
    return true;
  };
  if (is("create", 2, 2))
    return create(given);
  if (is("publish", 4, 4))
    return publish(given);
  if (is("subscriptions", 2, 3))
    return subscriptions(given);
  throw usage_error("it takes one of create, publish, subscriptions");
}

} // namespace hamok::cli
