#pragma once

// Logs that are cut short, cuts, and snapshots that come in (paper, 7; thesis, 5).

#include "hamok/raft/checksum.hpp"
#include "hamok/tests/sim/invariant.hpp"
#include "hamok/tests/sim/state_machine.hpp"

#include <algorithm>
#include <map>
#include <vector>

namespace hamok::sim {

/// Nobody drops an entry that its state machine has not applied, that is not on its disk, or, where
/// state machines do not live as long as disks, that is in no snapshot on its disk. A leader within
/// twice its limits drops nothing that somebody needs whom it has heard of late.
class compaction_behind_applied final : public invariant {
public:
  const char* name() const noexcept override { return "compaction stays behind"; }

  void stepped(const cluster_view& all, const step_view& step) override {
    const auto& write = step.out->persist;
    if (!write || !write->base || write->replaces)
      return;
    const auto& member = all.members[step.who];
    const auto base = write->base->index;
    const auto& config = all.lives[step.who].config;
    const auto drops = [&](const char* what, raft::index_t at) {
      return called(all, step.who) + " drops its log up to " + str(base) + ", and " + what + " "
             + str(at);
    };
    // With an installed snapshot the state machines are there already.
    const auto applied = std::max(member.told_applied, step.installed_index);
    require(base <= applied, [&] { return drops("it was told to have applied", applied); });
    require(base <= member.applied_index,
            [&] { return drops("its state machine has applied", member.applied_index); });
    require(step.installed_index > 0 || base <= step.after->durable_index,
            [&] { return drops("its disk has", step.after->durable_index); });
    require(config.volatile_state || base <= member.saved_index,
            [&] { return drops("its last snapshot is of", member.saved_index); });
    check_base(all, step, *write->base);
  }

private:
  void check_base(const cluster_view& all, const step_view& step,
                  const raft::snapshot_meta& base) const {
    const auto& log = all.members[step.who].log;
    require(base.term == log.term_at(base.index)
                && base.cluster_time == log.get(base.index).cluster_time
                && base.members == all.past.members_at(base.index),
            [&] {
              return called(all, step.who) + " has a base at " + str(base.index)
                     + " that is not what the entry there has led to";
            });
  }
};

/// A cut at an index is the state behind that entry and no other, with all that is needed to go on
/// from there; its description is of that entry as well.
class cut_is_one_index final : public invariant {
public:
  const char* name() const noexcept override { return "a cut is of one index"; }

  void stepped(const cluster_view& all, const step_view& step) override {
    const auto& cut = step.out->cut;
    if (!cut)
      return;
    require(cut->index == step.after->delivered_index, [&] {
      return called(all, step.who) + " asks for a cut at " + str(cut->index)
             + " behind what it has handed out: " + str(step.after->delivered_index);
    });
    const auto& log = all.members[step.who].log;
    require(cut->term == log.term_at(cut->index)
                && cut->cluster_time == log.get(cut->index).cluster_time
                && cut->members == all.past.members_at(cut->index),
            [&] {
              return called(all, step.who) + " describes the cut at " + str(cut->index)
                     + " by another entry";
            });
  }

  void cut(const cluster_view& all, const cut_view& made) override {
    const auto [known, is_new] = cuts_.emplace(made.index, made.bytes);
    require(is_new || known->second == made.bytes, [&] {
      return called(all, made.who) + " has a cut at " + str(made.index)
             + " that is another one than somebody had before";
    });
    if (!is_new)
      return;
    const auto copy = all.plan.machine->make();
    require(copy->restore(made.bytes) && copy->digest() == all.past.at(made.index).digest, [&] {
      return called(all, made.who) + " has a cut at " + str(made.index)
             + " with other content than the model";
    });
  }

  void installed(const cluster_view& all, const install_view& install) override {
    const auto found = cuts_.find(install.index);
    require(found != cuts_.end() && found->second == install.bytes, [&] {
      return called(all, install.who) + " installs a snapshot of " + str(install.index)
             + " that nobody has made";
    });
  }

private:
  std::map<raft::index_t, blob> cuts_;
};

/// What a member puts together are pieces of one snapshot, each as long as it says and in order.
class chunks_of_one_snapshot final : public invariant {
public:
  const char* name() const noexcept override { return "chunks of one snapshot"; }

  void started(const cluster_view& all, std::size_t who) override {
    receipts_.resize(all.members.size());
    receipts_[who] = {};
  }

  void stepped(const cluster_view& all, const step_view& step) override {
    auto& receipt = receipts_[step.who];
    const auto& out = *step.out;
    if (out.drop_chunks)
      receipt = {};
    if (out.chunk) {
      if (out.chunk->offset == 0)
        receipt = {out.chunk->snapshot, 0};
      require(out.chunk->snapshot == receipt.id && out.chunk->offset == receipt.size, [&] {
        return called(all, step.who) + " puts a piece of snapshot " + str(out.chunk->snapshot.index)
               + " from " + str(out.chunk->offset) + " on behind " + str(receipt.size)
               + " bytes of snapshot " + str(receipt.id.index);
      });
      receipt.size += out.chunk->data.size();
      require(step.chunk_is_right, [&] {
        return called(all, step.who) + " takes a piece of a snapshot with another checksum";
      });
    }
    if (out.install)
      require(out.install->snapshot == receipt.id && receipt.size == receipt.id.size, [&] {
        return called(all, step.who) + " wants to install a snapshot of which it has "
               + str(receipt.size) + " bytes";
      });
  }

private:
  struct pieces {
    raft::snapshot_id id;
    std::uint64_t size = 0;
  };

  std::vector<pieces> receipts_; ///< by member
};

/// An install is all or nothing: nothing is handed out while it lasts; behind it are the content,
/// the log, the members and the indices of the snapshot, and what comes next is the entry behind
/// it.
class install_whole final : public invariant {
public:
  const char* name() const noexcept override { return "an install is whole"; }

  void stepped(const cluster_view& all, const step_view& step) override {
    const auto& member = all.members[step.who];
    const auto& out = *step.out;
    require(!member.core->installing() || out.committed.entries.empty(), [&] {
      return called(all, step.who) + " hands entries out while a snapshot is being installed";
    });
    if (step.installed_index == 0)
      return;
    const auto index = step.installed_index;
    require(step.after->commit_index >= index && step.after->delivered_index >= index
                && member.core->applied_index() >= index,
            [&] {
              return called(all, step.who) + " has installed snapshot " + str(index)
                     + " and stands at " + str(step.after->delivered_index);
            });
    require(member.log.holds(index) && member.log.chain_at(index) == all.past.at(index).chain, [&] {
      return called(all, step.who) + " has installed snapshot " + str(index)
             + " and kept another log";
    });
    if (out.persist && out.persist->replaces)
      require(member.core->log().base().index == index && member.core->log().last_index() == index
                  && member.core->members() == all.past.members_at(index)
                  && member.core->log().base().members == all.past.members_at(index),
              [&] {
                return called(all, step.who) + " goes on behind snapshot " + str(index)
                       + " with other entries or members than it has";
              });
  }

  void installed(const cluster_view& all, const install_view& install) override {
    require(install.index <= all.past.last_index()
                && install.digest == all.past.at(install.index).digest,
            [&] {
              return called(all, install.who) + " has other content than the model behind snapshot "
                     + str(install.index);
            });
  }
};

} // namespace hamok::sim
