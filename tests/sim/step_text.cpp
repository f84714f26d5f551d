#include "hamok/tests/sim/step_text.hpp"

#include "hamok/tests/sim/invariant.hpp"

namespace hamok::sim {

namespace {

template <class... Ts>
struct overloaded : Ts... {
  using Ts::operator()...;
};

template <class... Ts>
overloaded(Ts...) -> overloaded<Ts...>;

} // namespace

std::string to_string(const raft::event_body& what) {
  return std::visit(
      overloaded{
          [](const raft::tick&) { return std::string{"tick"}; },
          [](const raft::receive& ev) {
            return "receives from " + ev.from.peer + "  " + raft::to_string(ev.message);
          },
          [](const raft::persisted& ev) {
            return "is told that write " + str(ev.sequence) + " is durable";
          },
          [](const raft::applied& ev) { return "has applied " + str(ev.index); },
          [](const raft::propose& ev) { return "is asked to append " + str(ev.proposals.size()); },
          [](const raft::link_up& ev) { return "link up to " + ev.peer.peer; },
          [](const raft::link_down& ev) { return "link down to " + ev.peer.peer; },
          [](const raft::change_members& ev) {
            const bool adds = ev.what.kind == raft::change_kind::add;
            return (adds ? "is asked to add " : "is asked to remove ") + to_string(ev.what.member);
          },
          [](const raft::transfer_leadership& ev) {
            return "is asked to hand over to " + (ev.to ? to_string(*ev.to) : "anybody");
          },
          [](const raft::compact& ev) { return "is asked to compact up to " + str(ev.up_to); },
          [](const raft::cut_taken& ev) {
            return (ev.ok ? "has the cut at " : "has no cut at ") + str(ev.index);
          },
          [](const raft::installed& ev) {
            return (ev.ok ? "has installed " : "could not install ") + str(ev.index);
          },
      },
      what);
}

std::string describe_members(const roster& lives, const raft::configuration& members) {
  std::string text = " members";
  const auto name = [&](const raft::member_id& id) {
    const auto number = lives.number_of(id);
    return " " + (number == nobody ? to_string(id) : lives[number].called);
  };
  for (const auto& id : members.voters)
    text += name(id);
  for (const auto& id : members.outgoing)
    text += " -" + name(id);
  for (const auto& id : members.learners)
    text += " +" + name(id);
  return text;
}

std::string describe_change(const core_view& before, const core_view& after,
                            const raft::output& out) {
  std::string text;
  if (before.role != after.role)
    text += std::string{" becomes "} + raft::to_string(after.role);
  if (before.term != after.term)
    text += " term " + str(after.term);
  if (before.last_index != after.last_index)
    text += " log up to " + str(after.last_index);
  if (before.commit_index != after.commit_index)
    text += " commits " + str(after.commit_index);
  if (out.persist)
    text += " writes #" + str(out.persist->sequence)
            + (out.persist->truncate_from ? " from " + str(*out.persist->truncate_from) : "")
            + (out.persist->state ? " state" : "") + " entries " + str(out.persist->entries.size());
  if (out.persist && out.persist->base)
    text += (out.persist->replaces ? " only a log behind " : " log behind ")
            + str(out.persist->base->index);
  if (out.chunk)
    text += " has a piece of snapshot " + str(out.chunk->snapshot.index) + " at "
            + str(out.chunk->offset);
  if (out.install)
    text += " installs " + str(out.install->meta.index);
  if (out.cut)
    text += " wants a cut at " + str(out.cut->index);
  if (!out.chunks.empty())
    text += " sends chunks " + str(out.chunks.size());
  if (out.drop_chunks)
    text += " drops chunks";
  if (out.release_cut)
    text += " drops the cut";
  if (out.rejected)
    text += std::string{" rejects: "} + out.rejected;
  return text;
}

} // namespace hamok::sim
