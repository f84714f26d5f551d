#pragma once

// All invariants, and the observer's log that they compare with.

#include "hamok/tests/sim/invariant.hpp"
#include "hamok/tests/sim/views.hpp"

#include <cstddef>
#include <memory>
#include <vector>

namespace hamok::sim {

class checks {
public:
  checks(const scenario& plan, const roster& lives);

  [[nodiscard]] cluster_view& view() noexcept { return view_; }
  [[nodiscard]] const cluster_view& view() const noexcept { return view_; }

  // Each tells all invariants; each throws `violation`.
  void started(std::size_t who);
  void stepped(const step_view& step);
  void written(std::size_t who);
  void sending(const send_view& send);
  void synced(std::size_t who);
  void applied(const apply_view& apply);
  void cut(const cut_view& made);
  void installed(const install_view& install);
  void acknowledged(const ack_view& ack);
  void executed(const execute_view& done);
  void saved(const save_view& save);
  void forgotten(std::size_t who);
  void core_begins(const begin_view& begin);
  void noticed(const notice_view& notice);
  void wished(const wish_view& wish);
  void asked(const asked_view& asked);
  void answered(const answer_view& answer);
  void finished();

private:
  void follow_commit(std::size_t who);

  cluster_view view_;
  std::vector<std::unique_ptr<invariant>> all_;
};

} // namespace hamok::sim
