// A node's part in exports and imports of all its collections (consensus.md, 12).

#include "hamok/actors/clock.hpp"
#include "hamok/actors/interfaces/timeout.hpp"
#include "hamok/actors/node_actor.hpp"
#include "hamok/actors/node_importer.hpp"
#include "hamok/actors/snapshot_worker.hpp"
#include "hamok/collections/content_access.hpp"

#include <utility>

namespace hamok {

/// The role says at which entry it is, because it gives the entries out; while there is none,
/// storage does.
caf::result<node_snapshot> node_state::export_all() {
  if (!life_)
    return make_error(errc::stopped, "the node has never been started, so it has nothing");
  node_snapshot head;
  head.cluster = config_.cluster;
  head.cluster_id = life_->myself().cluster;
  if (host_.current())
    return compat::delegate(self_, host_.current(), export_content_v, std::move(head));
  if (running_ || failed_)
    return make_error(failed_ ? errc::storage_failed : errc::no_leader);
  const raft::core at_rest{make_core_config(), stored(), boot_time()};
  describe(at_rest.given_out(), head);
  return compat::delegate(self_, applier_, export_content_v, std::move(head));
}

caf::result<void> node_state::import_all(node_snapshot& given, const session_id& id,
                                         caf::timespan timeout) {
  if (closing_ || !stopping_.empty())
    return make_error(errc::stopped);
  if (!running_)
    if (auto problem = objection_to_founding())
      return problem;
  const auto limit = bounded(timeout, default_transfer_timeout);
  return compat::delegate(self_,
                          spawn_node_importer(self_->system(), compat::handle_of<node_actor>(self_),
                                              std::move(given), id, running_, limit),
                          import_content_v);
}

/// Why this node, which does not run, cannot found a cluster with content.
caf::error node_state::objection_to_founding() const {
  if (!parts_.storage->load_identity().cluster.none())
    return make_error(errc::stopped, "content comes into its cluster through the log: start the "
                                     "node and import then, or import into a new one");
  const auto& founders = config_.initial_members;
  const auto with_others =
      founders.size() > 1 || config_.bootstrap_expect > 1 || !config_.seeds.empty();
  if (!with_others)
    return {};
  return make_error(errc::invalid_config,
                    "a node that founds with others, or joins them, brings no content; import into "
                    "one without `seeds`, `initial-members` and `bootstrap-expect`, which founds a "
                    "cluster alone, and let the others join that by `seeds`");
}

} // namespace hamok
