#pragma once

// Which kinds of collections there are, and how one is brought to life on a member.

#include "hamok/actors/caf_compat.hpp"
#include "hamok/actors/interfaces/interfaces.hpp"
#include "hamok/actors/interfaces/timeout.hpp"
#include "hamok/collections/call_table.hpp"
#include "hamok/collections/hand_over.hpp"
#include "hamok/collections/published.hpp"
#include "hamok/collections/remote_storage.hpp"
#include "hamok/collections/state_machine_state.hpp"

#include <caf/expected.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace hamok {

/// Makes an empty state machine of one kind.
using state_factory = std::function<std::unique_ptr<state_machine>()>;

/// The kinds of state that this process knows. Those of the built-in collections are there from the
/// start; those of `replicated<State>` are added before a node starts, because every member holds
/// every collection's state and must be able to make it.
///
/// Thread safety: all functions may be called from any thread.
class state_registry {
public:
  /// The one of this process.
  [[nodiscard]] static state_registry& instance();

  /// Adds a kind; false when there is one of that name already.
  bool add(const std::string& kind, state_factory factory);

  /// A new, empty state machine, or null for an unknown kind.
  [[nodiscard]] std::unique_ptr<state_machine> make(const std::string& kind) const;

  [[nodiscard]] bool contains(const std::string& kind) const;

  /// All kinds, sorted: what a hello tells.
  [[nodiscard]] std::vector<std::string> kinds() const;

private:
  state_registry();

  mutable std::mutex mutex_;
  std::map<std::string, state_factory> factories_;
};

/// Limits and times of one collection on this member. They are not part of the replicated state
/// and may differ between members.
struct collection_options {
  /// Deadline of an operation that names none.
  std::chrono::nanoseconds request_timeout = std::chrono::seconds{5};
  /// One proposal batch: operations, and bytes unless a single part is larger. A command of more
  /// bytes is split into parts, and applied whole with the last one.
  std::size_t max_message_entries = 8192;
  std::size_t max_message_bytes = std::size_t{1} << 20;
  /// Operations, and their bytes, that wait for an answer; what is more is refused as overloaded.
  std::size_t max_outstanding = std::size_t{1} << 16;
  std::size_t max_outstanding_bytes = std::size_t{64} << 20;
  /// Events that wait for one slow subscriber; what is more is dropped and told as `lagged`.
  std::size_t max_buffered_events = std::size_t{1} << 13;
  /// A session without a sign of life for this long on the cluster's clock ends.
  std::chrono::nanoseconds session_ttl = std::chrono::seconds{60};
  /// A session without operations for this long is closed.
  std::chrono::nanoseconds session_idle = std::chrono::seconds{120};
  /// Pause after a refused proposal; doubled with each further one.
  std::chrono::nanoseconds min_retry = std::chrono::milliseconds{10};
  std::chrono::nanoseconds max_retry = std::chrono::milliseconds{200};
  /// Operations without an answer for this long are proposed again; doubled with each time.
  std::chrono::nanoseconds resend_after = std::chrono::milliseconds{500};

  /// The same with what `limits` names instead, within the bounds of the configuration.
  [[nodiscard]] collection_options with(const collection_limits& limits) const;
};

/// What a collection actor is made with, besides its spec.
struct collection_context {
  node_actor node;                    ///< takes the proposals
  applier_actor applier;              ///< is told `collection_applied`
  std::shared_ptr<call_table> calls;  ///< answers of `execute_call` go here
  std::shared_ptr<published> content; ///< where local readers look (`published_table::open`)
  std::shared_ptr<hand_over> states;  ///< how states come and go (`take_part`, `install_part`)
  std::shared_ptr<remote_storage_table> storages; ///< of the member's remote maps
  std::uint64_t origin = 0; ///< its number as a proposer (`proposal_batch::origin`)
  /// Opened by a local user: proposes the creation until `collection_created` comes. False: the
  /// creation is in the log already, and `collection_created` follows at once.
  bool create = false;
  collection_options options;
};

/// Spawns the actor of a collection with a new state machine of `spec.kind`, or says
/// `unknown_kind`. From then on it understands, from the applier:
///  - `collection_created`, once for its creation; again to open it once more after a close;
///  - `apply_batch` with what follows in the log for it, each answered with `collection_applied`;
///    indices that it has applied already are ignored;
///  - `take_part`, answered with `part_taken`; `install_part`, answered with `collection_applied`;
///  - `leader_notice` and `proposal_refused` (with its `origin`).
[[nodiscard]] caf::expected<collection_actor> spawn_collection(caf::actor_system& system,
                                                               placement where,
                                                               collection_context context,
                                                               collection_spec spec);

/// Collections of this kind have a companion, and want to know of the other members:
/// `direct_message`, `direct_reply` and `peers_notice` are for them.
[[nodiscard]] bool talks_to_others(const std::string& kind);

/// Says why there can be no collection of this spec: its name, its kind or its initial content is
/// beyond what an entry of the log may have.
[[nodiscard]] caf::error check_spec(const collection_spec& spec);

/// The log entry that creates a collection, and back; nothing for anything else.
[[nodiscard]] blob encode_create(const collection_spec& spec);
[[nodiscard]] std::optional<collection_spec> decode_create(const blob& entry);

/// What local access to the collections of one member needs besides actor handles. The node's
/// owner makes one, gives it to the applier's constructor and to facades.
struct local_access {
  std::shared_ptr<call_table> calls = std::make_shared<call_table>();
  std::shared_ptr<published_table> content = std::make_shared<published_table>();
  std::shared_ptr<hand_over> states = std::make_shared<hand_over>();
  std::shared_ptr<remote_storage_table> storages = std::make_shared<remote_storage_table>();
  /// Deadline of operations for which neither call nor facade names one.
  caf::timespan request_timeout = default_request_timeout;
};

} // namespace hamok
