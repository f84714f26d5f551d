// A configuration that all members share, as a record: its fields are those of a struct.
//
// Prints:  port 80 of localhost
//          port 80 -> 8080
//          port 8080 of example.org
//          too late

#include "hamok/actors/plugin.hpp"
#include "hamok/collections/json_record.hpp"

#include <caf/io/middleman.hpp>

#include <future>
#include <iostream>

namespace app {

struct my_config {
  std::string host = "localhost";
  int port = 80;
  std::vector<std::string> admins;
};

template <class Inspector>
bool inspect(Inspector& f, my_config& x) {
  return f.object(x).fields(f.field("host", x.host), f.field("port", x.port),
                            f.field("admins", x.admins));
}

int fail(const caf::error& reason) {
  std::cerr << to_string(reason) << '\n';
  return 1;
}

/// The same fields without a struct: every value is JSON.
int any_fields(hamok::node& node) {
  using nlohmann::json;
  auto flags = node.create_record<json>("flags", json{{"dark", false}});
  if (!flags)
    return fail(flags.error());
  if (auto before = flags->set("limits", {{"users", 10}}).get(); !before)
    return fail(before.error());
  auto done = flags->update_instance_if({{"dark", true}, {"beta", nullptr}}, {{"dark", false}});
  if (auto changed = done.get(); !changed || !*changed)
    return 1;
  const auto all = flags->instance();
  return all && *all == json{{"dark", true}, {"beta", nullptr}, {"limits", {{"users", 10}}}} ? 0
                                                                                             : 1;
}

} // namespace app

int main() {
  using app::my_config;
  hamok::init();
  caf::actor_system_config config;
  config.load<caf::io::middleman>();
  caf::actor_system system{config};
  auto node = hamok::spawn_node(system);
  if (!node)
    return app::fail(node.error());

  auto shared = node->create_record<my_config>("config");
  if (!shared)
    return app::fail(shared.error());
  if (auto ready = shared->await_ready(); !ready)
    return app::fail(ready.error());
  const auto old = shared->instance();
  if (!old)
    return app::fail(old.error());
  std::cout << "port " << old->port << " of " << old->host << '\n';

  std::promise<void> told;
  auto subscription = shared->on_insert<&my_config::port>([&](int port) {
    std::cout << "port " << old->port << " -> " << port << '\n';
    told.set_value();
  });
  if (auto before = shared->set<&my_config::port>(8080).get(); !before)
    return app::fail(before.error());
  if (told.get_future().wait_for(std::chrono::seconds{10}) != std::future_status::ready)
    return 1;
  subscription->cancel();

  // Several fields change or none: nobody sees a half of it, and nobody's change is lost.
  auto seen = shared->instance();
  auto wanted = *seen;
  wanted.host = "example.org";
  wanted.admins = {"alice"};
  if (auto changed = shared->update_instance_if(wanted, *seen).get(); changed && *changed)
    std::cout << "port " << shared->instance()->port << " of " << shared->instance()->host << '\n';
  if (auto changed = shared->update_instance_if({}, *seen).get(); changed && !*changed)
    std::cout << "too late\n";
  return app::any_fields(*node);
}
