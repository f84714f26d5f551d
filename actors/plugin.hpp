#pragma once

// The entry points of Hamok for a CAF application:
//
//   hamok::init();                          // before the actor system is made
//   caf::actor_system_config cfg;
//   cfg.load<caf::io::middleman>();
//   hamok::add_options(cfg);                // `hamok.peer-id` and so on, if they are wanted
//   cfg.parse(argc, argv);
//   caf::actor_system system{cfg};
//   auto node = hamok::spawn_node(system, hamok::read_config(cfg));

#include "hamok/actors/interfaces/config.hpp"
#include "hamok/actors/node.hpp"
#include "hamok/actors/node_actor.hpp"

#include <caf/actor_system_config.hpp>
#include <caf/expected.hpp>

namespace hamok {

/// Makes Hamok's message types known to CAF. Has to be called before the first actor system is
/// made; further calls do nothing. Thread safe.
void init();

/// Adds the options of `node_config` under `hamok.`, in kebab-case.
void add_options(caf::actor_system_config& cfg);

/// The options as a `node_config`; what is not given has its default. What cannot be understood is
/// told by `validate()`: values of another type and, in the category `hamok`, which is this
/// library's alone, keys that are no option. A file is looked at again for that, if CAF was told
/// its name; what CAF has read from a stream is seen as far as CAF has kept it.
[[nodiscard]] node_config read_config(const caf::actor_system_config& cfg);

/// Makes a member, and starts it unless `config.auto_start` is off. Fails with `invalid_config` and
/// all problems at once, or with what `node::start` fails with.
[[nodiscard]] caf::expected<node> spawn_node(caf::actor_system& system, node_config config,
                                             node_parts parts);
[[nodiscard]] caf::expected<node> spawn_node(caf::actor_system& system, node_config config = {});

/// For links over BASP, where the application's own port is to be used or a port of its choice:
/// publishes the node as `middleman().publish` does, at this address and port (0: any), and gives
/// the port. The node is to be configured with `link_kind::basp`, no `listen`, and this endpoint as
/// `advertise`; publish it before it starts. Whoever can reach the port can do everything that this
/// program can do with the node.
[[nodiscard]] caf::expected<std::uint16_t> publish(const node& what, std::uint16_t port,
                                                   const char* address = "127.0.0.1");

} // namespace hamok
