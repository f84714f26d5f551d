// The chat server of chat_plain.cpp with Hamok in it: whichever server people are connected to,
// they meet. Who is in which room is a replicated map, and what is said goes through an ordered
// emitter: all servers show the same lines in the same order. The tests count what was added.
//
// Prints:  ann enters the hall: ann
//          bob enters the hall: ann bob
//          eve enters the attic: eve
//          ann hears ann: hello
//          bob hears ann: hello
//          bob hears bob: hi ann
//          eve hears eve: so quiet here
//          ann hears bob: hi ann
//          ann hears ann: bye
//          dan enters the hall: bob dan

#include "hamok/actors/plugin.hpp"
#include "hamok/examples/chat/people.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

using presence = hamok::map<std::string, std::string>; // which room a user is in

/// Understands: somebody enters a room and wants to see who is there, says something, leaves.
class chat_server : public caf::event_based_actor {
public:
  chat_server(caf::actor_config& cfg, presence present, hamok::emitter<said> lines)
      : event_based_actor(cfg),
        present_(std::move(present)),
        lines_(std::move(lines)) {}

  caf::behavior make_behavior() override {
    return {
        [this](enter_atom, const std::string& user, const std::string& room,
               const caf::actor& screen) {
          screens_[user] = screen;
          present_.set(this, user, room)
              .then([=, this](const auto&) { tell(this, screen, people_in(room)); },
                    [this](const caf::error& reason) { quit(reason); });
        },
        [this](say_atom, const std::string& user, const std::string& text) {
          static_cast<void>(lines_.emit(said{room_of(user), user, text}));
        },
        [this](leave_atom, const std::string& user) {
          screens_.erase(user);
          present_.erase(this, user)
              .then([](bool) {}, [this](const caf::error& reason) { quit(reason); });
        },
        [this](const said& line) { show(line); },
    };
  }

private:
  /// Shows it to those in its room who are connected here.
  void show(const said& line) {
    for (const auto& [user, screen] : screens_)
      if (room_of(user) == line.room)
        tell(this, screen, line);
  }

  std::string room_of(const std::string& user) { return must(present_.get(user)).value_or(""); }

  attendance people_in(const std::string& room) {
    std::set<std::string> people;
    for (const auto& [user, where] : present_.snapshot())
      if (where == room)
        people.insert(user);
    return {room, {people.begin(), people.end()}};
  }

  std::map<std::string, caf::actor> screens_; // by user
  presence present_;
  hamok::emitter<said> lines_;
};

int main() {
  caf::core::init_global_meta_objects();
  caf::init_global_meta_objects<caf::id_block::chat>();
  hamok::init();
  caf::actor_system_config config;
  caf::actor_system system{config};
  std::vector<hamok::node> nodes;
  std::vector<caf::actor> servers; // in real life, one in each of three processes
  for (const std::string name : {"a", "b", "c"}) {
    hamok::node_config settings;
    settings.peer_id = name;
    settings.link = hamok::link_kind::local;
    if (!nodes.empty())
      settings.seeds = {"a"}; // the first one founds, the others join it
    nodes.push_back(must(hamok::spawn_node(system, settings)));
    auto present = must(nodes.back().create_map<std::string, std::string>("present"));
    auto lines = must(nodes.back().create_emitter<said>("lines", {.ordered = true}));
    servers.push_back(system.spawn<chat_server>(present, lines));
    must(lines.subscribe<said>(
        [server = servers.back()](const said& line) { hamok::compat::anon_send(server, line); }));
  }
  spend_an_evening(system, servers);
}
