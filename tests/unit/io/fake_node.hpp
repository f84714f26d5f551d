#pragma once

// A node that judges hellos by the real rules and writes down what its links tell it.

#include "hamok/actors/caf_compat.hpp"
#include "hamok/actors/interfaces/interfaces.hpp"
#include "hamok/io/actor_link.hpp"
#include "hamok/io/client_protocol.hpp"
#include "hamok/io/custom_link.hpp"
#include "hamok/io/hello.hpp"
#include "hamok/io/link_config.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/init_global_meta_objects.hpp>
#include <caf/io/middleman.hpp>
#include <caf/scoped_actor.hpp>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace hamok::testing {

using namespace std::chrono_literals;

/// How long a test waits for something that must happen.
constexpr auto patience = 10s;

/// Before any test case: errors carry texts, and those are messages of CAF.
inline const bool types_are_known = [] {
  caf::init_global_meta_objects<caf::id_block::hamok>();
  caf::io::middleman::init_global_meta_objects();
  caf::core::init_global_meta_objects();
  return true;
}();

/// An actor system with the multiplexer, for as long as a test case.
struct io_system {
  struct config : caf::actor_system_config {
    explicit config(bool with_io) {
      set("caf.scheduler.max-threads", 2);
      if (with_io)
        load<caf::io::middleman>();
    }
  };

  explicit io_system(bool with_io = true) : cfg(with_io), system(cfg) {}

  config cfg;
  caf::actor_system system;
};

/// What a fake node has seen; shared between its actor and the test.
class node_record {
public:
  explicit node_record(hello_policy judged_by)
      : policy(std::move(judged_by)),
        book(policy.admission.self.peer) {}

  /// Waits until `predicate(*this)` holds, under the lock.
  template <class F>
  bool wait(F predicate, std::chrono::milliseconds limit = patience) {
    std::unique_lock guard{mutex};
    return changed.wait_for(guard, limit, [&] { return predicate(*this); });
  }

  template <class F>
  void update(F change) {
    {
      const std::lock_guard guard{mutex};
      change(*this);
    }
    changed.notify_all();
  }

  template <class F>
  auto get(F read) {
    const std::lock_guard guard{mutex};
    return read(*this);
  }

  bool wait_linked(const std::string& peer) {
    return wait([&](node_record& r) { return r.book.current(peer).has_value(); });
  }
  bool wait_unlinked(const std::string& peer) {
    return wait([&](node_record& r) { return !r.book.current(peer); });
  }
  bool wait_error(errc code) {
    return wait([&](node_record& r) {
      for (const auto& e : r.errors)
        if (e.code == code)
          return true;
      return false;
    });
  }
  link_actor link_to(const std::string& peer) {
    return get([&](node_record& r) { return r.book.current(peer).value_or(link_actor{}); });
  }

  std::mutex mutex;
  std::condition_variable changed;
  hello_policy policy;
  link_book<link_actor> book;
  std::size_t opened = 0;
  std::size_t asked_for_status = 0;
  std::vector<caf::error> downs;
  std::vector<peer_message> messages;
  std::vector<proposal_batch> batches;
  std::vector<proposal_refused> refused;
  std::vector<std::pair<peer_word, raft::member_id>> words;
  std::vector<std::pair<direct_message, raft::member_id>> direct;
  std::vector<std::pair<direct_reply, raft::member_id>> replies;
  std::vector<event::error> errors;
  std::vector<member_change_request> changes; ///< that clients have asked for
  std::vector<caf::actor> subscribers;
  std::map<std::string, collection_actor> collections;
  /// What ends are told that others have dialed; empty: nobody is let in so.
  std::optional<link_config> door;
  actor_link_options actor_options;
  custom_link_options custom_options;
  /// Carries what custom links say to the peer; from any thread.
  std::function<void(const std::string&, const blob&)> carry;
};

using record_ptr = std::shared_ptr<node_record>;

class fake_node_state {
public:
  fake_node_state(caf::event_based_actor* self, record_ptr record)
      : self_(self),
        record_(std::move(record)),
        door_(self, monitors_),
        custom_door_(self, monitors_) {}

  caf::behavior make_behavior() {
    return caf::behavior{
        [this](open_link, const link_hello& said, const link_actor& from) {
          if (const auto door = record_->get([](node_record& r) { return r.door; }))
            door_.open(said, from, record_->actor_options, *door);
        },
        [this](accept_message, const std::string& peer, const blob& bytes) {
          if (const auto door = record_->get([](node_record& r) { return r.door; }))
            custom_door_.accept(peer, bytes, record_->custom_options, *door);
        },
        [this](const event::message& x) {
          if (const auto carry = record_->get([](node_record& r) { return r.carry; }))
            carry(x.peer, x.frame);
        },
        [this](const link_hello& said, const link_actor& link) { return judge(said, link); },
        [this](link_opened, const hello&, const link_actor& link) { opened(link); },
        [this](const peer_message& x) { note([&](auto& r) { r.messages.push_back(x); }); },
        [this](const proposal_batch& x) { note([&](auto& r) { r.batches.push_back(x); }); },
        [this](const proposal_refused& x) { note([&](auto& r) { r.refused.push_back(x); }); },
        [this](const peer_word& x, const raft::member_id& from) {
          note([&](auto& r) { r.words.emplace_back(x, from); });
        },
        [this](const direct_message& x, const raft::member_id& from) {
          note([&](auto& r) { r.direct.emplace_back(x, from); });
        },
        [this](const direct_reply& x, const raft::member_id& from) {
          note([&](auto& r) { r.replies.emplace_back(x, from); });
        },
        [](turned_away_by) {},
        [this](const event::error& x) { note([&](auto& r) { r.errors.push_back(x); }); },
        [this](get_status) {
          note([](auto& r) { ++r.asked_for_status; });
          node_status result;
          result.peer_id = record_->policy.admission.self.peer;
          result.cluster = record_->policy.cluster;
          result.cluster_id = record_->policy.admission.cluster;
          result.view.leader = raft::member_id{"leader", {1, 1}};
          result.members = {{record_->policy.admission.self, "127.0.0.1:1", true, true, false}};
          return result;
        },
        [this](find_collection, const std::string& name) -> caf::result<collection_actor> {
          return find(name);
        },
        [this](open_collection, const collection_spec& spec) -> caf::result<collection_actor> {
          return find(spec.name);
        },
        [this](add_remote_peer, const peer_endpoint& who, caf::timespan timeout) {
          return change({false, who.peer, who.endpoint, timeout});
        },
        [this](remove_remote_peer, const std::string& who, caf::timespan timeout) {
          return change({true, who, {}, timeout});
        },
        [](await_leader, caf::timespan) { return std::string{"leader"}; },
        [this](subscribe, const caf::actor& who) {
          note([&](auto& r) { r.subscribers.push_back(who); });
        },
        [](unsubscribe, const caf::actor&) {},
    };
  }

private:
  caf::result<void> judge(const link_hello& said, const link_actor& link) {
    auto verdict = errc::none;
    note([&](node_record& r) {
      verdict = judge_hello(r.policy, said);
      if (verdict == errc::none)
        verdict = r.book.judge(link, said);
    });
    if (verdict != errc::none)
      return make_error(verdict);
    monitors_.watch(self_, link, [this, link](const caf::error& reason) {
      note([&](node_record& r) {
        r.downs.push_back(reason);
        r.book.closed(link);
      });
    });
    return caf::unit;
  }

  /// Everybody is let in and out, but for "refused".
  caf::result<void> change(member_change_request what) {
    note([&](auto& r) { r.changes.push_back(what); });
    if (what.peer == "refused")
      return make_error(errc::membership_refused, "it is not liked");
    return caf::unit;
  }

  void opened(const link_actor& link) {
    std::vector<link_actor> superseded;
    note([&](node_record& r) {
      ++r.opened;
      superseded = r.book.opened(link).superseded;
    });
    for (const auto& other : superseded)
      compat::send(self_, other, close_link{}, make_error(errc::refused_duplicate));
  }

  caf::result<collection_actor> find(const std::string& name) {
    auto found = record_->get([&](node_record& r) { return r.collections[name]; });
    if (!found)
      return make_error(errc::unknown_collection);
    return found;
  }

  template <class F>
  void note(F change) {
    record_->update(change);
  }

  caf::event_based_actor* self_;
  record_ptr record_;
  compat::monitors monitors_;
  link_door door_;
  custom_door custom_door_;
};

class fake_node_actor : public caf::event_based_actor {
public:
  fake_node_actor(caf::actor_config& cfg, record_ptr record)
      : caf::event_based_actor(cfg),
        state_(this, std::move(record)) {}
  caf::behavior make_behavior() override { return state_.make_behavior(); }

private:
  fake_node_state state_;
};

/// A fake node and everything that links are told by it. Ends with the test.
struct fake_member {
  fake_member(caf::actor_system& system, const std::string& id) {
    hello_policy policy;
    policy.cluster = "test";
    policy.admission.self = {id, {1, std::hash<std::string>{}(id)}};
    record = std::make_shared<node_record>(std::move(policy));
    said.cluster = "test";
    said.self = record->policy.admission.self;
    node = caf::actor_cast<node_actor>(system.spawn<fake_node_actor>(record));
    epochs = std::make_shared<epoch_table>();
  }
  fake_member(const fake_member&) = delete;
  fake_member& operator=(const fake_member&) = delete;
  ~fake_member() {
    for (const auto& link : record->get([](node_record& r) { return r.book.all(); }))
      caf::anon_send_exit(link, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(node, caf::exit_reason::user_shutdown);
    record->update([](node_record& r) {
      r.door.reset(); // it names the node
      r.carry = nullptr;
    });
    // What has not ended when its actor system does, never will: nobody waits for hidden actors.
    for (const auto end = std::chrono::steady_clock::now() + 10s;
         epochs.use_count() > 1 && std::chrono::steady_clock::now() < end;)
      std::this_thread::sleep_for(1ms);
    CHECK(epochs.use_count() == 1); // links, dialers and ports of this member have ended
  }

  /// Others may dial it, for links that need no listener.
  void let_in() {
    record->update([this](node_record& r) { r.door = config(); });
  }

  [[nodiscard]] link_config config() const {
    link_config result;
    result.node = node;
    result.make_hello = [value = said] { return value; };
    result.make_welcome = [policy = record->policy] {
      return client_welcome{client_protocol_version,
                            policy.admission.self.peer,
                            policy.admission.cluster,
                            "leader",
                            {{policy.admission.self.peer, "127.0.0.1:1"}}};
    };
    result.epochs = epochs;
    result.limits = limits;
    return result;
  }

  record_ptr record;
  hello said;
  node_actor node;
  std::shared_ptr<epoch_table> epochs;
  link_limits limits;
};

} // namespace hamok::testing
