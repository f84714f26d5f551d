#pragma once

// An applier between a stand-in for the node and collections that only remember.

#include "hamok/actors/applier.hpp"
#include "hamok/actors/placement.hpp"
#include "hamok/collections/map_state.hpp"
#include "hamok/collections/operation_state.hpp"
#include "hamok/tests/unit/actors/recorder.hpp"

#include <caf/send.hpp>

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace hamok::test {

/// What a collection was told, as text.
using lines = record<std::string>;

/// An applier with a stand-in for the node and collections that only remember.
struct applier_fixture : system_fixture {
  explicit applier_fixture(caf::timespan cut_patience = std::chrono::seconds{10}) {
    node = system.spawn([this] {
      return caf::behavior{
          [this](const applied_up_to& x) {
            applied.add(x.index);
            lost.add(x.lost);
            heard.add("applied " + std::to_string(x.index));
          },
          [this](const event::error& x) { errors.add(x); },
          [](const proposal_batch&) {},
          [this](const event::resync& x) { heard.add("resync " + x.collection); },
          [this](const snapshot_taken& x) { taken.add(x); },
          [this](const raft::member_id& to, const direct_reply& x) {
            heard.add("answer to " + to.peer + ": " + std::to_string(x.request) + " "
                      + to_string(x.reason));
          },
          [this](const snapshot_installed& x) {
            heard.add("installed " + std::to_string(x.index) + (x.ok ? "" : ": " + x.text));
          },
      };
    });
    applier_config config;
    config.access = access;
    config.cut_patience = cut_patience;
    config.node = caf::actor_cast<node_actor>(node);
    config.spawn_collection = [this](collection_context context, collection_spec spec) {
      return make_collection(std::move(context), std::move(spec));
    };
    applier = compat::spawn<applier_state>(system, placement::scheduler, std::move(config));
  }

  ~applier_fixture() {
    kill(applier); // it makes no more of them
    kill(node);
    for (const auto& one : made.get())
      kill(one);
    applier = nullptr;
    node = nullptr;
  }

  caf::expected<collection_actor> make_collection(collection_context context,
                                                  collection_spec spec) {
    if (spec.kind == "unknown")
      return make_error(errc::unknown_kind);
    auto* sink = &told(spec.name + "/" + std::to_string(context.origin));
    const auto actor = system.spawn([this, sink, context](caf::event_based_actor* self) {
      return fake(self, *sink, context.applier);
    });
    made.add(actor);
    sink->add(context.create ? "opened" : "made");
    batch_bytes.add(context.options.max_message_bytes);
    return caf::actor_cast<collection_actor>(actor);
  }

  caf::behavior fake(caf::event_based_actor* self, lines& sink, const applier_actor& to) {
    auto number = std::make_shared<std::uint64_t>(0);
    auto state = std::make_shared<session_state>(std::make_unique<map_state>());
    return {
        [this, &sink, number](const collection_created& x) {
          *number = x.number;
          limits.add(x.spec.limits.max_message_bytes);
          sink.add("created " + std::to_string(x.number)
                   + (x.refused == errc::none ? "" : " " + to_string(x.refused)));
        },
        [this, self, &sink, to, number](const apply_batch& batch) {
          std::string line = "apply";
          for (const auto& item : batch.items)
            line += " " + std::to_string(item.index);
          sink.add(line);
          if (answering)
            compat::send(self, to, collection_applied{*number, batch.items.back().index});
        },
        [&sink](const leader_notice& x) {
          sink.add("leader " + (x.leader ? x.leader->peer : std::string{"none"}));
        },
        [&sink](const proposal_refused& x) { sink.add("refused " + std::to_string(x.token)); },
        [&sink](const direct_message& x, const raft::member_id& from) {
          sink.add("message " + std::to_string(x.request) + " of " + from.peer);
        },
        [&sink](const direct_reply& x, const raft::member_id& from) {
          sink.add("answer " + std::to_string(x.request) + " of " + from.peer);
        },
        [&sink](const peers_notice& x) { sink.add("peers " + std::to_string(x.linked.size())); },
        [](get_status) { return collection_status{}; },
        [this, self, &sink, to, number, state](const take_part& x) {
          sink.add("take");
          if (answering)
            compat::send(self, to, part_taken{*number, x.cut, access.states->put(state->cut())});
        },
        [this, self, &sink, to, state](const install_part& x) {
          const auto loaded = access.states->get<session_state>(x.slot);
          sink.add("install " + std::to_string(x.index) + " of "
                   + (loaded ? std::to_string(loaded->machine().size()) : "nothing"));
          if (loaded)
            std::swap(*loaded, *state);
          if (answering)
            compat::send(self, to, collection_applied{x.collection, x.index});
        },
    };
  }

  void commit(raft::index_t first, std::vector<raft::entry> entries) {
    compat::anon_send(applier, committed_batch{first, std::move(entries)});
  }

  caf::expected<collection_actor> open(collection_spec spec) {
    caf::scoped_actor self{system};
    caf::expected<collection_actor> result = make_error(errc::none);
    compat::request(self.ptr(), applier, std::chrono::seconds{10}, open_collection_v,
                    std::move(spec))
        .receive([&](collection_actor& x) { result = x; },
                 [&](caf::error& reason) { result = std::move(reason); });
    return result;
  }

  [[nodiscard]] bool wait_for(const std::string& collection, const std::vector<std::string>& all) {
    return eventually([&] { return told(collection).get() == all; });
  }

  /// What a collection was told, by name and origin.
  [[nodiscard]] lines& told(const std::string& collection) {
    const std::lock_guard guard{told_mutex};
    return told_to[collection];
  }

  std::mutex told_mutex;
  std::map<std::string, lines> told_to;
  local_access access;
  record<raft::index_t> applied;
  record<raft::index_t> lost; ///< collections whose actors have died
  record<std::string> heard;  ///< by the node, in this order
  record<snapshot_taken> taken;
  record<event::error> errors;
  record<std::uint64_t> limits; ///< in `collection_created`
  record<caf::actor> made;
  record<std::size_t> batch_bytes; ///< limits of the collections that were made
  std::atomic<bool> answering{true};
  caf::actor node;
  applier_actor applier;
};

inline raft::entry create(const std::string& name, const std::string& kind) {
  return {1, raft::entry_kind::command, {}, encode_create({name, kind, {}, {}})};
}

inline raft::entry operation(std::uint64_t collection) {
  operation_envelope value;
  value.collection = collection;
  value.session = {1, 2};
  value.sequence = 1;
  value.first_outstanding = 1;
  return {1, raft::entry_kind::command, {}, encode(value)};
}

inline raft::entry noop() {
  return {1, raft::entry_kind::noop, {}, {}};
}

} // namespace hamok::test
