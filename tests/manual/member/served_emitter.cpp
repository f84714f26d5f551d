// Emitters of two types of events.

#include "hamok/tests/manual/member/served.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>

#include <stdexcept>
#include <string_view>

namespace hamok::test {

namespace {

struct said {
  static constexpr std::string_view event_name = "said";
  std::string text;
};

template <class Inspector>
bool inspect(Inspector& f, said& x) {
  return f.object(x).fields(f.field("text", x.text));
}

struct counted {
  static constexpr std::string_view event_name = "counted";
  int number = 0;
};

template <class Inspector>
bool inspect(Inspector& f, counted& x) {
  return f.object(x).fields(f.field("number", x.number));
}

using chat = emitter<said, counted>;

/// `act(an event of the type that is called so)`
template <class Act>
json with_event(const std::string& name, Act act) {
  if (name == said::event_name)
    return act(said{});
  if (name == counted::event_name)
    return act(counted{});
  throw failure{"no such event", name};
}

void fill(said& event, const json& content) {
  event.text = content.get<std::string>();
}
void fill(counted& event, const json& content) {
  event.number = content.get<int>();
}
std::string line_of(const said& event) {
  return "said " + event.text;
}
std::string line_of(const counted& event) {
  return "counted " + std::to_string(event.number);
}

json to_json(const publish_result& result) {
  auto failed = json::object();
  for (const auto& [member, reason] : result.failed)
    failed[member] = to_string(reason);
  return {{"handled", result.handled}, {"failed", failed}};
}

class served_emitter : public served<chat> {
public:
  explicit served_emitter(chat facade) : served(std::move(facade)) {
    watch();
    offer_subscribing();
    offer_ends();
    offer_events();
    offer_reads();
  }

private:
  void watch() {
    const auto add = [out = lines()](const std::string& what) {
      return [out, what](const emitter_change& x) {
        auto line = what + " " + x.event + " " + x.subscriber.member.peer + " ";
        if (x.kind == emitter_event::updated)
          line += x.old_metadata + ">";
        out->add(line + x.subscriber.metadata);
      };
    };
    note(facade().on_added(add("added")));
    note(facade().on_updated(add("updated")));
    note(facade().on_removed(add("removed")));
  }

  /// Notes what it hears; fails over the text "bad".
  template <class E>
  [[nodiscard]] static auto listener(std::shared_ptr<heard_lines> heard) {
    return [heard = std::move(heard)](const E& event) {
      if (line_of(event) == "said bad")
        throw std::runtime_error{"on purpose"};
      heard->add(line_of(event));
    };
  }

  /// An actor that listens, and can end.
  template <class E>
  [[nodiscard]] caf::actor listening_actor(std::shared_ptr<heard_lines> heard) const {
    return facade().actor().home_system().spawn([heard = std::move(heard)] {
      return caf::behavior{[heard](const emitted_event& event) {
        if (const auto known = chat::decode<E>(event))
          heard->add(line_of(*known));
      }};
    });
  }

  /// The number of the subscription, for the other operations.
  json keep(emitter_subscription one, std::shared_ptr<heard_lines> heard) {
    own_.push_back(std::move(one));
    heard_.push_back(std::move(heard));
    return own_.size() - 1;
  }

  void offer_subscribing() {
    offer("subscribe", [this](const json& x) {
      return with_event(x[0], [&]<class E>(const E&) {
        auto heard = std::make_shared<heard_lines>();
        return keep(value_of(facade().subscribe<E>(listener<E>(heard), x[1].get<std::string>())),
                    heard);
      });
    });
    offer("subscribe_actor", [this](const json& x) {
      return with_event(x[0], [&]<class E>(const E&) {
        auto heard = std::make_shared<heard_lines>();
        return keep(
            value_of(facade().subscribe<E>(listening_actor<E>(heard), x[1].get<std::string>())),
            heard);
      });
    });
    offer("update_subscription_metadata", [this](const json& x) {
      std::optional<std::string> old;
      if (x.size() > 2)
        old = x[2].get<std::string>();
      return json(value_of(
          facade().update_subscription_metadata(own_.at(x[0]), x[1].get<std::string>(), old)));
    });
  }

  void offer_ends() {
    offer("unsubscribe",
          [this](const json& x) { return json(value_of(facade().unsubscribe(own_.at(x[0])))); });
    offer("kill_actor", [this](const json& x) {
      caf::anon_send_exit(own_.at(x[0]).subscriber(), caf::exit_reason::kill);
      return json();
    });
  }

  void offer_events() {
    offer("publish", [this](const json& x) {
      return with_event(x[0], [&](auto event) {
        fill(event, x[1]);
        return to_json(value_of(facade().publish(event)));
      });
    });
    offer("notify", [this](const json& x) {
      return with_event(x[0], [&](auto event) {
        fill(event, x[1]);
        return worked(facade().notify(event));
      });
    });
    offer("emit", [this](const json& x) {
      return with_event(x[0], [&](auto event) {
        fill(event, x[1]);
        return worked(facade().emit(event));
      });
    });
    offer("heard", [this](const json& x) { return json(heard_.at(x[0])->all()); });
  }

  void offer_reads() {
    offer("has_subscribers", [this](const json& x) {
      return with_event(x[0],
                        [&]<class E>(const E&) { return json(facade().has_subscribers<E>()); });
    });
    offer("subscriptions", [this](const json& x) { return subscriptions_to(x[0]); });
    offer("content", [this](const json&) {
      return json{{"said", subscriptions_to("said")}, {"counted", subscriptions_to("counted")}};
    });
    offer("stats", [this](const json&) {
      const auto now = value_of(facade().stats());
      return json{{"published", now.published},
                  {"delivered", now.delivered},
                  {"failed", now.failed},
                  {"received", now.received}};
    });
  }

  /// `member metadata`, for each.
  [[nodiscard]] json subscriptions_to(const std::string& event) const {
    return with_event(event, [&]<class E>(const E&) {
      auto result = json::array();
      for (const auto& one : value_of(facade().subscriptions<E>()))
        result.push_back(one.member.peer + " " + one.metadata);
      return result;
    });
  }

  std::vector<emitter_subscription> own_;
  std::vector<std::shared_ptr<heard_lines>> heard_; ///< by each of them
};

} // namespace

std::unique_ptr<served_collection> serve_emitter(node& member, const std::string& id,
                                                 const json& how, bool& existed) {
  auto options = options_of<emitter_options>(how);
  options.ordered = how.value("ordered", false);
  options.auto_clean = how.value("auto_clean", true);
  return std::make_unique<served_emitter>(value_of(
      only_created(how) ? member.create_emitter<said, counted>(id, options)
                        : member.get_or_create_emitter<said, counted>(id, &existed, options)));
}

} // namespace hamok::test
