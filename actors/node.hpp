#pragma once

// `hamok::node`: one member, for programs that do not want to talk to its actor themselves.

#include "hamok/actors/caf_compat.hpp"
#include "hamok/actors/event_hub.hpp"
#include "hamok/actors/interfaces/config.hpp"
#include "hamok/actors/interfaces/interfaces.hpp"
#include "hamok/actors/node_board.hpp"
#include "hamok/collections/content_access.hpp"
#include "hamok/collections/emitter.hpp"
#include "hamok/collections/map.hpp"
#include "hamok/collections/queue.hpp"
#include "hamok/collections/record.hpp"
#include "hamok/collections/registry.hpp"
#include "hamok/collections/remote_map.hpp"

#include <caf/expected.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hamok {

struct node_parts;
class node;

/// Ends a callback that was registered with `node::on`. Copies are about the same callback; letting
/// all of them go does not end it.
///
/// Thread safety: `cancel` from any thread.
class subscription {
public:
  subscription() = default;

  /// The callback is not called any more, but for a call that is going on at this moment. Nothing
  /// when it was cancelled before.
  void cancel() const {
    if (cancel_)
      cancel_(); // does nothing the second time
  }

private:
  friend class node;
  explicit subscription(std::function<void()> cancel) : cancel_(std::move(cancel)) {}

  std::function<void()> cancel_;
};

/// One member of a cluster. Closing, by `close` or by destruction, ends it within a bounded time.
///
/// The functions that take part in the cluster send a message to the node actor and wait for its
/// answer, so they must not be called from inside of an actor; an actor uses `actor()`. The reading
/// functions look at notes that the node actor writes, and never wait.
///
/// A node has to end before its actor system does.
///
/// Thread safety: all functions but moves and destruction from any thread.
class node {
public:
  /// How long functions without a time of their own wait for the node actor.
  static constexpr caf::timespan patience = std::chrono::seconds{5};

  node(node&&) noexcept;
  node& operator=(node&&) noexcept;
  node(const node&) = delete;
  node& operator=(const node&) = delete;
  ~node();

  // -- life -------------------------------------------------------------------------------------

  /// Begins (again) to take part. Fails when the port cannot be bound, or with `stopped` once the
  /// node is closed.
  caf::error start();
  /// Hands the leadership over, finishes what callers of this member wait for, says goodbye to the
  /// peers, and takes no part until the next `start`; membership stays. New operations are refused
  /// with `stopped` meanwhile: they cannot have happened, and another member takes them.
  caf::error stop();
  /// Hands the leadership over to the member `id` (empty: to the one that is furthest; Ongaro's
  /// thesis, 3.10), and returns when the next leader is known. `not_leader`, with the name of who
  /// is, where this member does not lead; `transfer_failed` when there is nobody to take over, or
  /// not in time. Operations that come meanwhile go to the next leader by themselves.
  caf::error transfer_leadership(const std::string& id = {});
  /// Drops entries that are applied from the log of this member, up to this index (0: all), and
  /// gives the first that is left. What members that can be heard still need stays, up to twice the
  /// limits of the configuration; whoever needs more gets a snapshot.
  caf::expected<raft::index_t> compact(raft::index_t up_to = 0);
  /// Stops for good. Nothing when it is closed already.
  caf::error close();
  /// Before the first start: extends the founding list. Afterwards: makes the node `id` a member as
  /// soon as it is linked, and returns when that is committed. Any member can be asked. Fails with
  /// `membership_refused` and the reason when it cannot be and has not begun, or `outcome_unknown`.
  caf::error add_remote_peer(const std::string& id, const std::string& endpoint = {});
  /// Removes the member `id`, whether it lives or not, and returns when that is committed. Fails as
  /// above.
  caf::error remove_remote_peer(const std::string& id);
  /// Becomes a member again, as another life, after having been removed; returns when it is one.
  caf::error join(caf::timespan timeout = patience);
  /// Hands the leadership over and finishes what callers of this member wait for, as `stop` does;
  /// then it is removed from the members, and stops. Where that fails the node goes on as before.
  caf::error leave();

  // -- waiting ----------------------------------------------------------------------------------

  /// The leader's peer id as soon as one is known, or `no_leader`.
  caf::expected<std::string> wait_until_leader(caf::timespan timeout = patience);
  /// Waits until this is a member, and has applied all that is committed as far as the leader has
  /// told; gives the index. `refused_retired` when it was removed.
  caf::expected<raft::index_t> wait_until_commit_head(caf::timespan timeout = patience);
  /// Both of it: there is a leader, and this member is up to date.
  caf::error ready(caf::timespan timeout = patience);

  // -- collections ------------------------------------------------------------------------------

  /// The map `id`, proposed for creation with these entries where it is not known. Does not wait
  /// for the creation, operations do; allowed before `start`. The same on any number of members:
  /// the first creation counts. Fails with `kind_mismatch` for the id of another kind of
  /// collection.
  template <class K, class V, class KeyCodec = codec<K>, class ValueCodec = codec<V>>
  caf::expected<map<K, V, KeyCodec, ValueCodec>>
  create_map(const std::string& id, const std::vector<std::pair<K, V>>& initial = {},
             map_options<V> options = {}) {
    return open_map<K, V, KeyCodec, ValueCodec>(*this, id, initial, std::move(options));
  }

  /// The same, and waits until the map is there; `*existed` tells whether somebody else's creation
  /// came first.
  template <class K, class V, class KeyCodec = codec<K>, class ValueCodec = codec<V>>
  caf::expected<map<K, V, KeyCodec, ValueCodec>>
  get_or_create_map(const std::string& id, bool* existed = nullptr,
                    const std::vector<std::pair<K, V>>& initial = {}, map_options<V> options = {}) {
    return created(create_map<K, V, KeyCodec, ValueCodec>(id, initial, std::move(options)),
                   existed);
  }

  /// The emitter `id` of these types of events, as a map is created. Whether it is `ordered` is
  /// decided by the first creation.
  template <class... Events>
  caf::expected<emitter<Events...>> create_emitter(const std::string& id,
                                                   emitter_options options = {}) {
    return open_emitter<Events...>(*this, id, std::move(options));
  }

  /// The same, and waits until it is there.
  template <class... Events>
  caf::expected<emitter<Events...>> get_or_create_emitter(const std::string& id,
                                                          bool* existed = nullptr,
                                                          emitter_options options = {}) {
    return created(create_emitter<Events...>(id, std::move(options)), existed);
  }

  /// The queue `id`, proposed for creation with these items where it is not known; otherwise as
  /// `create_map`.
  template <class T, class Codec = codec<T>>
  caf::expected<queue<T, Codec>> create_queue(const std::string& id,
                                              const std::vector<T>& initial = {},
                                              queue_options options = {}) {
    return open_queue<T, Codec>(*this, id, initial, std::move(options));
  }

  /// The same, and waits as `get_or_create_map` does.
  template <class T, class Codec = codec<T>>
  caf::expected<queue<T, Codec>> get_or_create_queue(const std::string& id, bool* existed = nullptr,
                                                     const std::vector<T>& initial = {},
                                                     queue_options options = {}) {
    return created(create_queue<T, Codec>(id, initial, std::move(options)), existed);
  }

  /// The record `id` with the fields of the struct `T`, or, with
  /// "hamok/collections/json_record.hpp" and `nlohmann::json` for `T`, of JSON; `initial` has the
  /// first values of all fields. See `create_map` for the rest.
  template <class T, class... Codecs>
  caf::expected<record<T, Codecs...>> create_record(const std::string& id,
                                                    const std::optional<T>& initial = {},
                                                    record_options options = {}) {
    return open_record<T, Codecs...>(*this, id, initial, std::move(options));
  }

  /// The same, and waits until the record is there; see `get_or_create_map`.
  template <class T, class... Codecs>
  caf::expected<record<T, Codecs...>>
  get_or_create_record(const std::string& id, bool* existed = nullptr,
                       const std::optional<T>& initial = {}, record_options options = {}) {
    return created(create_record<T, Codecs...>(id, initial, std::move(options)), existed);
  }

  /// The remote map `id`, whose entries are in `storage`; otherwise as `create_map`. Every member
  /// that can lead has to open it with an object for the same storage: the leader executes what
  /// all ask for. Null where this member was given one before.
  template <class K, class V, class KeyCodec = codec<K>, class ValueCodec = codec<V>>
  caf::expected<remote_map<K, V, KeyCodec, ValueCodec>>
  create_remote_map(const std::string& id, remote_storage_ptr storage,
                    remote_map_options<V> options = {}) {
    return open_remote_map<K, V, KeyCodec, ValueCodec>(*this, id, std::move(storage),
                                                       std::move(options));
  }

  /// The same, and waits until the remote map is there; see `get_or_create_map`.
  template <class K, class V, class KeyCodec = codec<K>, class ValueCodec = codec<V>>
  caf::expected<remote_map<K, V, KeyCodec, ValueCodec>>
  get_or_create_remote_map(const std::string& id, remote_storage_ptr storage,
                           bool* existed = nullptr, remote_map_options<V> options = {}) {
    return created(
        create_remote_map<K, V, KeyCodec, ValueCodec>(id, std::move(storage), std::move(options)),
        existed);
  }

  /// Logs a command, as bytes that the collection `id` understands, and gives its result: for
  /// programs that know a collection's language, but have no facade for it. Errors as those of
  /// every operation, or `unknown_collection`.
  caf::expected<blob> submit(const std::string& id, blob command, caf::timespan timeout = {});

  /// The actor of the collection, which proposes its creation where that is not known. Allowed
  /// before `start`; then the creation waits for a leader.
  caf::expected<collection_actor> open_collection(collection_spec spec);
  /// The collection with this id, or `unknown_collection`.
  caf::expected<collection_actor> find_collection(const std::string& id);
  /// How all collections of this member are.
  caf::expected<std::vector<collection_status>> storages();

  // -- snapshots --------------------------------------------------------------------------------

  /// The content of all collections of this member at one index. Works on a member that is stopped
  /// as well. `snapshot_failed` with the reason when there can be none at the moment.
  caf::expected<node_snapshot> export_snapshot(caf::timespan timeout = default_transfer_timeout);
  /// Brings the content of `given` in, and never its log position (consensus.md, 12):
  ///  - on a node that was never started: starts it, so that it founds a cluster alone, whose
  ///    collections have this content from the start. Refused with `invalid_config` when the node
  ///    is to found with others or to join, because then others have the say.
  ///  - on a running one: replaces the content of all collections of the cluster in one entry of
  ///    the log; those that `given` does not have are empty then. `too_large` when it has no room
  ///    in an entry: then each collection takes its own (`import_collection`).
  /// A member that is stopped refuses with `stopped`. Returns when all of it is applied here. A
  /// snapshot that makes no sense is `snapshot_failed` with the place in it, and nothing was done.
  caf::error import_snapshot(node_snapshot given, caf::timespan timeout = default_transfer_timeout);

  // -- reading ----------------------------------------------------------------------------------

  caf::expected<node_status> status();
  [[nodiscard]] const std::string& local_peer_id() const;
  [[nodiscard]] std::vector<std::string> remote_peer_ids() const;
  /// Whether this member leads.
  [[nodiscard]] bool leader() const;
  /// Empty: none is known.
  [[nodiscard]] std::string leader_id() const;
  [[nodiscard]] raft::role state() const;
  [[nodiscard]] raft::term_t term() const;
  [[nodiscard]] raft::index_t commit_index() const;
  [[nodiscard]] raft::index_t applied_index() const;
  [[nodiscard]] bool running() const;
  [[nodiscard]] const std::string& app_data() const;
  [[nodiscard]] const node_config& config() const;
  [[nodiscard]] node_stats stats() const;
  /// `host:port` that is bound; empty: none.
  [[nodiscard]] std::string listening() const;
  /// The port of `listening`; 0: none.
  [[nodiscard]] std::uint16_t port() const;

  // -- events -----------------------------------------------------------------------------------

  /// Calls `callback(const Event&)` for each event of this type, one after the other, in a thread
  /// of its own: it may block, and then misses events (`event::lagged`). What it throws is logged
  /// and goes no further. On a node that is closed nothing is ever called.
  template <class Event>
  subscription on(std::function<void(const Event&)> callback) {
    return listen(std::is_same_v<Event, event::message>,
                  [callback = std::move(callback)](const any_event& value) {
                    if (const auto* found = std::get_if<Event>(&value))
                      callback(*found);
                  });
  }
  /// The same for all events but `event::message`.
  subscription on_any(std::function<void(const any_event&)> callback) {
    return listen(false, std::move(callback));
  }
  /// Sends every event but `event::message` (that as well if asked for) to `subscriber`.
  void subscribe(const caf::actor& subscriber, bool with_messages = false);
  void unsubscribe(const caf::actor& subscriber);

  // -- custom links -----------------------------------------------------------------------------

  /// With custom links: the application has carried this here from the node `peer`, which gave it
  /// out as the `frame` of an `event::message`. Never waits. What makes no sense is dropped, or
  /// ends the link that it names.
  void accept(const std::string& peer, const blob& frame);

  // -- parts ------------------------------------------------------------------------------------

  /// The typed handle of the node actor.
  [[nodiscard]] const node_actor& actor() const;
  /// What facades of collections need in this process.
  [[nodiscard]] const local_access& access() const;
  [[nodiscard]] caf::actor_system& system() const;

private:
  struct impl;
  friend caf::expected<node> spawn_node(caf::actor_system&, node_config, node_parts);

  explicit node(std::shared_ptr<impl> self);

  /// The facade of a collection, once it is there.
  template <class Facade>
  static caf::expected<Facade> created(caf::expected<Facade> result, bool* existed) {
    if (!result)
      return result;
    auto status = result->await_created();
    if (!status)
      return std::move(status.error());
    if (existed)
      *existed = status->existed;
    return result;
  }

  subscription listen(bool with_messages, std::function<void(const any_event&)> callback);

  std::shared_ptr<impl> impl_;
};

} // namespace hamok
