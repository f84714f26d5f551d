#include "hamok/cli/event_printer.hpp"

#include "hamok/cli/json_output.hpp"

#include <caf/event_based_actor.hpp>

#include <iostream>

namespace hamok::cli {

namespace {

void print(const emitted_event& heard, bool json) {
  const std::string content{heard.content.text()};
  if (json)
    std::cout << line({{"emitter", heard.emitter},
                       {"event", heard.event},
                       {"from", heard.from},
                       {"content", content}});
  else
    std::cout << heard.emitter << '/' << heard.event
              << (heard.from.empty() ? "" : " from " + heard.from) << ": " << content << '\n';
  std::cout.flush();
}

caf::behavior printer_behavior(caf::event_based_actor* self, const collection_actor& emitter,
                               const std::string& event, bool json) {
  emitter_request wish;
  wish.what = emitter_verb::subscribe;
  wish.event = event;
  wish.subscriber = caf::actor{self};
  wish.timeout = longest_timeout; // there may be no leader for a long time yet
  compat::request(self, emitter, longest_timeout, std::move(wish))
      .then([](const blob&) {},
            [event](const caf::error& reason) {
              std::cerr << "hamok node: cannot listen to '" << event << "': " << text_of(reason)
                        << '\n';
            });
  return {
      [json](const emitted_event& heard) { print(heard, json); },
      [json](const event::lagged& missed) {
        if (json)
          std::cout << line({{"event", "lagged"}, {"count", missed.count}}) << std::flush;
        else
          std::cout << missed.count << " events are missing here\n" << std::flush;
      },
  };
}

} // namespace

printed_event printed_event::parse(const std::string& words) {
  const auto slash = words.rfind('/');
  if (slash == std::string::npos || slash == 0 || slash + 1 == words.size())
    return {};
  return {words.substr(0, slash), words.substr(slash + 1)};
}

caf::error print_events(node& member, const printed_event& which, bool json) {
  const auto emitter = member.open_collection(emitter_spec(which.emitter, {}));
  if (!emitter)
    return emitter.error();
  member.system().spawn<caf::hidden>(printer_behavior, *emitter, which.event, json);
  return {};
}

} // namespace hamok::cli
