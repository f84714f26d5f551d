#include "hamok/actors/snapshot_worker.hpp"

#include "hamok/collections/registry.hpp"
#include "hamok/collections/state_bytes_state.hpp"

#include <caf/event_based_actor.hpp>

#include <algorithm>
#include <exception>
#include <functional>
#include <string>
#include <utility>

namespace hamok {

namespace {

/// To give so many bytes back takes longer than to start a thread.
constexpr std::size_t worth_a_thread = std::size_t{8} << 20;

/// An actor that does one thing in a thread of its own, and ends. It is not hidden: the actor
/// system waits for its thread.
class one_task : public caf::event_based_actor {
public:
  using task_type = std::function<void(self_ptr self)>;

  one_task(caf::actor_config& cfg, task_type task)
      : caf::event_based_actor(cfg),
        task_(std::move(task)) {}

  caf::behavior make_behavior() override {
    return {[this](caf::tick_atom) {
      std::exchange(task_, nullptr)(this);
      quit();
    }};
  }

  void on_exit() override {
    task_ = nullptr;
    caf::event_based_actor::on_exit();
  }

private:
  task_type task_;
};

caf::actor spawn_task(caf::actor_system& system, one_task::task_type task) {
  auto worker = system.spawn<one_task, caf::detached>(std::move(task));
  compat::anon_send(worker, caf::tick_atom_v);
  return worker;
}

/// Calls `work`; gives what it throws, which is that there is no memory left.
template <class F>
std::string text_of_failure(F work) {
  try {
    work();
    return {};
  } catch (const std::exception& thrown) {
    return thrown.what();
  }
}

snapshot_taken write(const raft::snapshot_meta& meta, const std::vector<taken_part>& parts,
                     hand_over& states) {
  snapshot_taken result;
  result.index = meta.index;
  std::vector<collection_cut> collections;
  for (const auto& part : parts) {
    auto cut = states.take<const session_cut>(part.slot);
    if (!cut)
      return result;
    collections.push_back({part.label, std::move(cut)});
  }
  chunk_sink out{snapshot_chunk_size};
  write_snapshot(meta, std::move(collections), out);
  result.size = out.size();
  result.chunks = out.take();
  result.checksum = out.checksum();
  result.ok = true;
  return result;
}

void write_export(std::vector<taken_part> parts, hand_over& states, snapshot_exported& result) {
  std::sort(parts.begin(), parts.end(),
            [](const auto& a, const auto& b) { return a.label.number < b.label.number; });
  for (auto& part : parts) {
    const auto cut = states.take<const session_cut>(part.slot);
    if (!cut) {
      result.problem = "the content of '" + part.label.name + "' is lost";
      return;
    }
    byte_sink out;
    cut->content().write(out);
    result.snapshot.collections.push_back({std::move(part.label.name), std::move(part.label.kind),
                                           std::move(part.label.options), out.take()});
  }
}

std::string read(const install_snapshot& snapshot, snapshot_content& content) {
  raft::checksum sum;
  for (const auto& chunk : snapshot.chunks)
    sum.add(chunk.bytes());
  if (sum.value() != snapshot.checksum)
    return "its checksum is wrong";
  chunk_source source{snapshot.chunks};
  auto problem = read_snapshot(
      source, [](const std::string& kind) { return state_registry::instance().make(kind); },
      content);
  if (problem.empty() && content.meta != snapshot.meta)
    return "its head is that of another snapshot";
  return problem;
}

void load(const install_snapshot& snapshot, hand_over& states, snapshot_loaded& result) {
  snapshot_content content;
  result.problem = read(snapshot, content);
  if (!result.problem.empty())
    return;
  for (auto& one : content.collections) {
    collection_spec spec;
    spec.name = std::move(one.label.name);
    spec.kind = std::move(one.label.kind);
    spec.options = std::move(one.label.options);
    spec.creator = one.label.creator;
    const auto slot = states.put(std::shared_ptr<session_state>{std::move(one.state)});
    result.parts.push_back({one.label.number, std::move(spec), slot});
  }
}

} // namespace

caf::actor spawn_snapshot_writer(caf::actor_system& system, applier_actor applier,
                                 std::shared_ptr<hand_over> states, raft::snapshot_meta meta,
                                 std::vector<taken_part> parts) {
  return spawn_task(system, [applier = std::move(applier), states = std::move(states),
                             meta = std::move(meta), parts = std::move(parts)](self_ptr self) {
    snapshot_taken result;
    if (!text_of_failure([&] { result = write(meta, parts, *states); }).empty()) {
      result = {};
      result.index = meta.index;
    }
    for (const auto& part : parts)
      states->drop(part.slot);
    compat::send(self, applier, std::move(result));
  });
}

caf::actor spawn_snapshot_reader(caf::actor_system& system, applier_actor applier,
                                 std::shared_ptr<hand_over> states, install_snapshot snapshot) {
  return spawn_task(system, [applier = std::move(applier), states = std::move(states),
                             snapshot = std::move(snapshot)](self_ptr self) {
    snapshot_loaded result;
    result.index = snapshot.meta.index;
    const auto failure = text_of_failure([&] { load(snapshot, *states, result); });
    if (!failure.empty())
      result.problem = failure;
    compat::send(self, applier, std::move(result));
  });
}

void describe(const raft::snapshot_meta& meta, node_snapshot& out) {
  out.index = meta.index;
  out.term = meta.term;
  out.members.clear();
  for (const auto& voter : meta.members.voters)
    out.members.push_back({voter.peer, true});
  for (const auto& learner : meta.members.learners)
    out.members.push_back({learner.peer, false});
}

caf::actor spawn_export_writer(caf::actor_system& system, applier_actor applier,
                               std::shared_ptr<hand_over> states, std::uint64_t cut,
                               node_snapshot head, std::vector<taken_part> parts) {
  return spawn_task(system, [applier = std::move(applier), states = std::move(states), cut,
                             head = std::move(head), parts = std::move(parts)](self_ptr self) {
    snapshot_exported result;
    result.cut = cut;
    result.snapshot = head;
    const auto failure = text_of_failure([&] { write_export(parts, *states, result); });
    if (!failure.empty())
      result.problem = failure;
    for (const auto& part : parts)
      states->drop(part.slot);
    compat::send(self, applier, std::move(result));
  });
}

void spawn_bytes_sweeper(caf::actor_system& system, std::vector<blob> pieces) {
  std::size_t size = 0;
  for (const auto& piece : pieces)
    size += piece.size();
  if (size >= worth_a_thread)
    spawn_task(system, [pieces = std::move(pieces)](self_ptr) mutable { pieces.clear(); });
}

void spawn_slot_sweeper(caf::actor_system& system, std::shared_ptr<hand_over> states,
                        std::vector<std::uint64_t> slots) {
  if (slots.empty())
    return;
  spawn_task(system, [states = std::move(states), slots = std::move(slots)](self_ptr) {
    for (const auto slot : slots)
      states->drop(slot);
  });
}

} // namespace hamok
