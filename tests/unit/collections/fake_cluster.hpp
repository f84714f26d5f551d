#pragma once

// Members with one collection each, and in the place of nodes, leader and appliers one actor that
// does with proposals what a test wants.

#include "hamok/actors/caf_compat.hpp"
#include "hamok/actors/interfaces/interfaces.hpp"
#include "hamok/collections/map.hpp"
#include "hamok/collections/registry.hpp"
#include "hamok/tests/catch.hpp"
#include "hamok/tests/unit/states/session_harness.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/init_global_meta_objects.hpp>
#include <caf/scoped_actor.hpp>

#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace hamok::state_test {

using std::chrono::milliseconds;
using std::chrono::seconds;

inline const raft::member_id the_leader{"leader", {0, 1}};

/// What becomes of a batch.
enum class fate { commit, lose, refuse, stop, repeat };

/// What the log does, and what it has seen. Shared between the test and the hub.
class log_control {
public:
  /// The next batches of operations meet these fates, all further ones `then`.
  void plan(std::deque<fate> fates, fate then = fate::commit) {
    std::lock_guard guard{mutex_};
    plan_ = std::move(fates);
    then_ = then;
  }
  fate next_fate() {
    std::lock_guard guard{mutex_};
    ++batches_;
    if (plan_.empty())
      return then_;
    const auto result = plan_.front();
    plan_.pop_front();
    return result;
  }
  void advance_clock(raft::duration by) {
    std::lock_guard guard{mutex_};
    clock_ += by;
  }
  raft::duration clock() const {
    std::lock_guard guard{mutex_};
    return clock_;
  }
  std::size_t batches() const {
    std::lock_guard guard{mutex_};
    return batches_;
  }
  void confirmed(raft::index_t index) {
    std::lock_guard guard{mutex_};
    confirmed_ = std::max(confirmed_, index);
  }
  raft::index_t confirmed() const {
    std::lock_guard guard{mutex_};
    return confirmed_;
  }

private:
  mutable std::mutex mutex_;
  std::deque<fate> plan_;
  fate then_ = fate::commit;
  raft::duration clock_{0};
  std::size_t batches_ = 0;
  raft::index_t confirmed_ = 0;
};

/// Creations from this size on are refused as too large, from the smaller one on they are lost.
inline constexpr std::size_t refused_creation = std::size_t{1} << 20;
inline constexpr std::size_t lost_creation = std::size_t{1} << 18;

/// The hub: takes what a node and an applier take, and `collection_actor` for a new member.
inline caf::behavior hub(caf::event_based_actor* self, std::shared_ptr<log_control> control) {
  struct state {
    std::vector<collection_actor> members;
    raft::index_t index = 0;
    std::uint64_t number = 0;
    collection_spec spec;
  };
  auto s = std::make_shared<state>();
  auto commit = [self, s, control](const proposal_batch& batch) {
    apply_batch entries;
    for (const auto& entry : batch.commands) {
      ++s->index;
      if (auto spec = decode_create(entry)) {
        if (s->number != 0)
          continue;
        s->number = s->index;
        s->spec = *spec;
        for (const auto& member : s->members)
          compat::send(self, member, collection_created{s->number, *spec, errc::none});
      } else {
        entries.items.push_back({s->index, control->clock(), entry});
      }
    }
    for (const auto& member : s->members)
      compat::send(self, member, entries);
  };
  return {
      [=](const proposal_batch& batch) {
        // The sender: it proposes at once, maybe before the test has told who the members are.
        const auto proposer = caf::actor_cast<collection_actor>(self->current_sender());
        const auto creation = decode_create(batch.commands.at(0)).has_value();
        const auto size = creation ? batch.commands[0].size() : 0;
        if (size >= refused_creation)
          compat::send(self, proposer,
                       proposal_refused{std::nullopt, batch.origin, batch.token, errc::too_large});
        if (size >= lost_creation)
          return;
        const auto what = creation ? fate::commit : control->next_fate();
        if (what == fate::refuse || what == fate::stop)
          compat::send(self, proposer,
                       proposal_refused{std::nullopt, batch.origin, batch.token,
                                        what == fate::stop ? errc::stopped : errc::not_leader});
        if (what == fate::commit || what == fate::repeat)
          commit(batch);
        if (what == fate::repeat)
          commit(batch);
      },
      [=](const collection_applied& done) { control->confirmed(done.index); },
      [](const event::resync&) {},
      [](const event::error&) {},
      [=](await_ready, const collection_actor& whose, caf::timespan) { // up to date at once
        return compat::delegate(self, whose, await_created_v, caf::timespan{0});
      },
      [=](const collection_actor& member) {
        s->members.push_back(member);
        if (s->number != 0)
          compat::send(self, member, collection_created{s->number, s->spec, errc::none});
      },
      [=](const leader_notice& notice) {
        for (const auto& member : s->members)
          compat::send(self, member, notice);
      },
      [=](const collection_created& msg) {
        for (const auto& member : s->members)
          compat::send(self, member, msg);
      },
      [=](const peers_notice& peers) {
        for (const auto& member : s->members)
          compat::send(self, member, peers);
      },
  };
}

/// CAF's configuration, after the types are known to it.
struct test_config : caf::actor_system_config {
  test_config() { set("caf.scheduler.max-threads", std::size_t{2}); }

  static void init() {
    static std::once_flag once;
    std::call_once(once, [] {
      caf::init_global_meta_objects<caf::id_block::hamok>();
      caf::io::middleman::init_global_meta_objects();
      caf::core::init_global_meta_objects();
    });
  }
};

/// Even errors need the types, so they are there before the first test.
inline const bool types_are_known = (test_config::init(), true);

/// Members by number, from 0. All have the same collection "c".
class fake_cluster {
public:
  struct member {
    local_access access;
    collection_actor actor;
  };

  explicit fake_cluster(std::size_t count = 1, std::string kind = "map", blob initial = {})
      : system_((test_config::init(), config_)),
        control(std::make_shared<log_control>()),
        hub_(system_.spawn(hub, control)) {
    for (std::size_t i = 0; i < count; ++i)
      members.push_back(make_member(i, kind, initial));
  }

  ~fake_cluster() {
    for (const auto& one : members)
      caf::anon_send_exit(one.actor, caf::exit_reason::kill);
    caf::anon_send_exit(hub_, caf::exit_reason::user_shutdown);
  }

  fake_cluster(const fake_cluster&) = delete;
  fake_cluster& operator=(const fake_cluster&) = delete;

  caf::actor_system& system() { return system_; }

  void lead(bool known = true) {
    compat::anon_send(hub_,
                      leader_notice{known ? std::optional{the_leader} : std::nullopt, ++term_});
  }
  /// Tells all members, in the name of their applier; they have it in their mailboxes afterwards.
  template <class T>
  void tell(const T& what) {
    caf::scoped_actor self{system_};
    compat::request(self.ptr(), hub_, seconds{20}, what)
        .receive([] {}, [](const caf::error& reason) { FAIL(to_string(reason)); });
  }

  /// Ends the collection of a member as its applier does.
  void end(std::size_t which) {
    compat::anon_send(caf::actor_cast<caf::actor>(members.at(which).actor),
                      caf::exit_msg{hub_.address(), caf::exit_reason::user_shutdown});
  }

  /// A notice of another creation of the same id.
  void created(errc refused, std::uint64_t id = 1) {
    compat::anon_send(hub_, collection_created{id, {"c", "map", {}, {}, {}}, refused});
  }

  template <class K = std::string, class V = std::string>
  map<K, V> map_of(std::size_t which, map_options<V> options = {}) {
    return {"c", members.at(which).actor, members.at(which).access, std::move(options)};
  }

  static collection_options options() {
    collection_options result;
    result.min_retry = milliseconds{1};
    result.max_retry = milliseconds{5};
    result.resend_after = milliseconds{20};
    result.max_message_bytes = 4096;
    result.max_buffered_events = 256;
    return result;
  }

private:
  member make_member(std::size_t index, const std::string& kind, const blob& initial) {
    member result;
    collection_context context;
    context.node = caf::actor_cast<node_actor>(hub_);
    context.applier = caf::actor_cast<applier_actor>(hub_);
    context.calls = result.access.calls;
    context.content = result.access.content->open("c");
    context.storages = result.access.storages;
    context.origin = index + 1;
    context.create = index == 0;
    context.options = options();
    result.actor = *spawn_collection(system_, placement::scheduler, std::move(context),
                                     collection_spec{"c", kind, {}, initial, {}});
    compat::anon_send(hub_, result.actor);
    return result;
  }

  test_config config_;
  caf::actor_system system_;
  raft::term_t term_ = 0;

public:
  std::shared_ptr<log_control> control;

private:
  caf::actor hub_;

public:
  std::vector<member> members;
};

/// The code of an error; `none` for none.
template <class T>
errc code_of(const caf::expected<T>& value) {
  return value ? errc::none : static_cast<errc>(value.error().code());
}

} // namespace hamok::state_test
