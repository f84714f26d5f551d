#pragma once

// What every check of the simulator is: told of everything that happens, silent as long as it
// holds.

#include "hamok/tests/sim/views.hpp"
#include "hamok/tests/sim/violation.hpp"

#include <cstddef>
#include <string>
#include <utility>

namespace hamok::sim {

class invariant {
public:
  invariant() = default;
  invariant(const invariant&) = delete;
  invariant& operator=(const invariant&) = delete;
  virtual ~invariant() = default;

  [[nodiscard]] virtual const char* name() const noexcept = 0;

  /// Member `who` runs again, from what its storage held.
  virtual void started(const cluster_view&, std::size_t /*who*/) {}
  /// The output is complete and nothing of it has been carried out.
  virtual void stepped(const cluster_view&, const step_view&) {}
  /// What the step wants written has been given to storage, and nothing of the rest carried out.
  virtual void written(const cluster_view&, std::size_t /*who*/) {}
  virtual void sending(const cluster_view&, const send_view&) {}
  /// More of what member `who` wrote survives a crash now.
  virtual void synced(const cluster_view&, std::size_t /*who*/) {}
  virtual void applied(const cluster_view&, const apply_view&) {}
  virtual void cut(const cluster_view&, const cut_view&) {}
  virtual void installed(const cluster_view&, const install_view&) {}
  virtual void acknowledged(const cluster_view&, const ack_view&) {}
  virtual void executed(const cluster_view&, const execute_view&) {}
  virtual void saved(const cluster_view&, const save_view&) {}
  /// Member `who` has lost everything that it ever wrote.
  virtual void forgotten(const cluster_view&, std::size_t /*who*/) {}
  virtual void core_begins(const cluster_view&, const begin_view&) {}
  virtual void noticed(const cluster_view&, const notice_view&) {}
  virtual void wished(const cluster_view&, const wish_view&) {}
  virtual void asked(const cluster_view&, const asked_view&) {}
  virtual void answered(const cluster_view&, const answer_view&) {}
  /// The network has healed and the cluster has come to rest.
  virtual void finished(const cluster_view&) {}

protected:
  [[noreturn]] void violated(const std::string& text) const { throw violation{name(), text}; }

  /// `describe() -> std::string` is called only for a violation.
  template <class Describe>
  void require(bool holds, Describe&& describe) const {
    if (!holds)
      violated(std::forward<Describe>(describe)());
  }

  /// Whether a member has applied what is committed there. If not, what comes of it says nothing.
  [[nodiscard]] static bool is_agreed(const cluster_view& all, const apply_view& apply) {
    return apply.index <= all.past.last_index() && apply.chain == all.past.at(apply.index).chain;
  }

  /// "member c"
  [[nodiscard]] static std::string called(const cluster_view& all, std::size_t who) {
    return who == nobody ? "nobody" : "member " + all.lives[who].called;
  }
};

/// "7"
template <class T>
[[nodiscard]] std::string str(const T& number) {
  return std::to_string(number);
}

} // namespace hamok::sim
