#pragma once

// What both chat programs have in common: the words of the chat, and people who use it.

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/init_global_meta_objects.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/type_id.hpp>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

/// A line of the chat.
struct said {
  std::string room;
  std::string user;
  std::string text;
};
template <class Inspector>
bool inspect(Inspector& f, said& x) {
  return f.object(x).fields(f.field("room", x.room), f.field("user", x.user),
                            f.field("text", x.text));
}

/// Who is in a room.
struct attendance {
  std::string room;
  std::vector<std::string> people;
};
template <class Inspector>
bool inspect(Inspector& f, attendance& x) {
  return f.object(x).fields(f.field("room", x.room), f.field("people", x.people));
}

CAF_BEGIN_TYPE_ID_BLOCK(chat, first_custom_type_id)
CAF_ADD_TYPE_ID(chat, (said))
CAF_ADD_TYPE_ID(chat, (attendance))
CAF_ADD_ATOM(chat, enter_atom)
CAF_ADD_ATOM(chat, say_atom)
CAF_ADD_ATOM(chat, leave_atom)
CAF_END_TYPE_ID_BLOCK(chat)

/// Sends a message: what is `send` in CAF 0.18 is `mail` later.
template <class Self, class Handle, class... Ts>
void tell(Self* self, const Handle& to, const Ts&... xs) {
  if constexpr (requires { self->mail(xs...); })
    self->mail(xs...).send(to);
  else
    self->send(to, xs...);
}

/// The value, or the end of the program with the reason why there is none.
template <class Expected>
auto must(Expected value) {
  if (!value) {
    std::cerr << to_string(value.error()) << '\n';
    std::exit(1);
  }
  return std::move(*value);
}

/// Somebody at a screen that is connected to one server.
class person {
public:
  person(caf::actor_system& system, caf::actor server, std::string name)
      : self_(system),
        server_(std::move(server)),
        name_(std::move(name)) {}

  /// Enters, and hears who is there.
  void enter(const std::string& room) {
    tell(self_.ptr(), server_, enter_atom_v, name_, room, caf::actor{self_});
    self_->receive(
        [&](const attendance& all) {
          std::cout << name_ << " enters the " << all.room << ":";
          for (const auto& each : all.people)
            std::cout << ' ' << each;
          std::cout << '\n';
        },
        caf::after(patience) >> [&] { std::cout << name_ << " is not let in\n"; });
  }

  void leave() { tell(self_.ptr(), server_, leave_atom_v, name_); }

  /// Says something, and hears all that comes until this does.
  void say(const std::string& text) {
    tell(self_.ptr(), server_, say_atom_v, name_, text);
    bool goes_on = true;
    while (goes_on)
      self_->receive(
          [&](const said& line) {
            std::cout << name_ << " hears " << line.user << ": " << line.text << '\n';
            goes_on = line.user != name_ || line.text != text;
          },
          caf::after(patience) >>
              [&] {
                std::cout << name_ << " hears nothing\n";
                goes_on = false;
              });
  }

private:
  static constexpr std::chrono::seconds patience{10};

  caf::scoped_actor self_;
  caf::actor server_;
  std::string name_;
};

/// What four people do at three servers of the chat.
inline void spend_an_evening(caf::actor_system& system, const std::vector<caf::actor>& servers) {
  person ann{system, servers[0], "ann"};
  person bob{system, servers[1], "bob"};
  person eve{system, servers[2], "eve"};
  ann.enter("hall");
  bob.enter("hall");
  eve.enter("attic");
  ann.say("hello");
  bob.say("hi ann");
  eve.say("so quiet here");
  ann.say("bye");
  ann.leave();
  person dan{system, servers[0], "dan"};
  dan.enter("hall");
}
