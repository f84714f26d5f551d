// Jobs for whoever is free: one member pushes, workers on two others wait for items.
//
// Prints:  circle is drawn
//          line is drawn
//          square is drawn
//          no job is left

#include "hamok/actors/plugin.hpp"

#include <caf/actor_system.hpp>
#include <caf/event_based_actor.hpp>

#include <iostream>
#include <set>
#include <vector>

namespace {

using namespace std::chrono_literals;

using job_queue = hamok::queue<std::string>;

hamok::node_config config_of(const std::string& name) {
  hamok::node_config config;
  config.peer_id = name;
  config.link = hamok::link_kind::local; // members of one actor system need no sockets
  for (const auto* founder : {"a", "b", "c"})
    config.initial_members.push_back({founder, {}});
  return config;
}

void work(caf::event_based_actor* self, const job_queue& jobs, const job_queue& results) {
  // Waits without asking again and again. One item goes to one worker, whichever member it uses.
  jobs.pop_wait(self, 10s).then(
      [=](const std::optional<std::string>& job) {
        if (!job)
          return self->quit(); // nothing to do for ten seconds
        results.push(self, *job + " is drawn")
            .then([=](std::uint64_t) { work(self, jobs, results); },
                  [=](const caf::error& reason) { self->quit(reason); });
      },
      [=](const caf::error& reason) {
        if (hamok::cannot_have_happened(reason))
          work(self, jobs, results); // nothing was taken: wait again
        else
          self->quit(reason); // an item may be lost: `outcome_unknown`
      });
}

/// Starts to work, and ends when it is told anything.
caf::behavior worker(caf::event_based_actor* self, const job_queue& jobs,
                     const job_queue& results) {
  work(self, jobs, results);
  return {[self](caf::unit_t) { self->quit(); }};
}

template <class T>
T must(caf::expected<T> value) {
  if (!value) {
    std::cerr << to_string(value.error()) << '\n';
    std::exit(1);
  }
  return std::move(*value);
}

} // namespace

int main() {
  hamok::init();
  caf::actor_system_config config;
  caf::actor_system system{config};
  std::vector<hamok::node> nodes;
  for (const auto* name : {"a", "b", "c"})
    nodes.push_back(must(hamok::spawn_node(system, config_of(name))));

  std::vector<caf::actor> workers;
  for (auto* node : {&nodes[1], &nodes[2]})
    workers.push_back(system.spawn(worker, must(node->create_queue<std::string>("jobs")),
                                   must(node->create_queue<std::string>("results"))));

  // Several items in one call are one entry of the log: nothing of others comes between them.
  auto jobs = must(nodes[0].create_queue<std::string>("jobs"));
  must(jobs.push("circle", "square", "line").get());

  auto results = must(nodes[0].create_queue<std::string>("results"));
  std::set<std::string> done;
  while (done.size() < 3)
    if (auto result = must(results.pop_wait(10s).get()))
      done.insert(*result);
  for (const auto& line : done)
    std::cout << line << '\n';
  std::cout << (must(jobs.pop().get()) ? "a job is left\n" : "no job is left\n");
  for (const auto& each : workers)
    hamok::compat::anon_send(each, caf::unit);
}
