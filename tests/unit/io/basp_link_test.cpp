// What links over BASP do besides what all links do (link_conformance_test.cpp).

#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/io/link_harness.hpp"

#include <caf/io/connection_handle.hpp>
#include <caf/io/middleman.hpp>

#include <cstdint>

using namespace hamok;
using namespace hamok::testing;

namespace {

/// More than this process has.
constexpr std::int64_t descriptors = 1024;

/// The actor system does not know any more whose its connections are, and leaves them open: what is
/// left when BASP tidies up after one connection and hits another.
void forget_connections(caf::actor_system& system) {
  const auto broker = system.middleman().get_named_broker("BASP");
  for (std::int64_t id = 0; id < descriptors; ++id)
    compat::anon_send(broker, caf::delete_atom_v, caf::io::connection_handle::from_int(id));
}

} // namespace

TEST_CASE("a connection that BASP has forgotten on one side is replaced by the side that dialed") {
  basp_links kind;
  kind.beta().node.limits.silence_limit = 300ms;
  kind.beta().node.limits.hello_timeout = 500ms;
  kind.link();
  for (std::size_t round = 2; round < 4; ++round) {
    forget_connections(kind.alpha().system);
    for (auto* side : {&kind.alpha(), &kind.beta()})
      REQUIRE(side->record().wait([round](node_record& r) { return r.opened >= round; }));
    REQUIRE(kind.alpha().record().wait_linked("beta"));
    REQUIRE(kind.beta().record().wait_linked("alpha"));
  }
}
