// A chat server in CAF: rooms, who is in them, and what is said there. It knows its own visitors
// and nobody else's: people who are connected to different servers do not meet.
// chat_replicated.cpp is the same program with Hamok in it.
//
// Prints:  ann enters the hall: ann
//          bob enters the hall: bob
//          eve enters the attic: eve
//          ann hears ann: hello
//          bob hears bob: hi ann
//          eve hears eve: so quiet here
//          ann hears ann: bye
//          dan enters the hall: dan

#include "hamok/examples/chat/people.hpp"

#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

using presence = std::unordered_map<std::string, std::string>; // which room a user is in

/// Understands: somebody enters a room and wants to see who is there, says something, leaves.
class chat_server : public caf::event_based_actor {
public:
  explicit chat_server(caf::actor_config& cfg) : event_based_actor(cfg) {}

  caf::behavior make_behavior() override {
    return {
        [this](enter_atom, const std::string& user, const std::string& room,
               const caf::actor& screen) {
          screens_[user] = screen;
          present_[user] = room;
          tell(this, screen, people_in(room));
        },
        [this](say_atom, const std::string& user, const std::string& text) {
          show({room_of(user), user, text});
        },
        [this](leave_atom, const std::string& user) {
          screens_.erase(user);
          present_.erase(user);
        },
    };
  }

private:
  /// Shows it to those in its room who are connected here.
  void show(const said& line) {
    for (const auto& [user, screen] : screens_)
      if (room_of(user) == line.room)
        tell(this, screen, line);
  }

  std::string room_of(const std::string& user) { return present_[user]; }

  attendance people_in(const std::string& room) {
    std::set<std::string> people;
    for (const auto& [user, where] : present_)
      if (where == room)
        people.insert(user);
    return {room, {people.begin(), people.end()}};
  }

  std::map<std::string, caf::actor> screens_; // by user
  presence present_;
};

int main() {
  caf::core::init_global_meta_objects();
  caf::init_global_meta_objects<caf::id_block::chat>();
  caf::actor_system_config config;
  caf::actor_system system{config};
  std::vector<caf::actor> servers; // in real life, one in each of three processes
  for (const std::string name : {"a", "b", "c"}) {
    servers.push_back(system.spawn<chat_server>());
  }
  spend_an_evening(system, servers);
}
