#pragma once

// A member of a cluster, and all that cases ask it, as JSON.

#include "hamok/actors/node_actor.hpp"
#include "hamok/tests/manual/member/served.hpp"

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace hamok::test {

/// The configuration that stands in words such as `--hamok.peer-id=a`.
[[nodiscard]] node_config config_of(const std::vector<std::string>& words);

/// A node, its events, and the collections that are open on it.
///
/// A request is `{"of": id, "call": name, "with": arguments}`; without `of` it is about the node.
/// The answer is `{"answer": value}`, or `{"error": code, "text": text}`.
///
/// Thread safety: `answer` from any thread, but nothing is opened while another call is going on.
class served_member {
public:
  /// Starts it. Throws `failure`.
  served_member(caf::actor_system& system, node_config config, node_parts parts = {});
  served_member(const served_member&) = delete;
  served_member& operator=(const served_member&) = delete;

  [[nodiscard]] json answer(const json& request);

private:
  void offer_life();
  void offer_members();
  void offer_waiting();
  void offer_reading();
  void offer_collections();
  void offer_snapshots();
  json open(const json& how);

  std::shared_ptr<heard_lines> lines_ = std::make_shared<heard_lines>();
  std::shared_ptr<std::atomic<std::uint64_t>> heartbeats_ =
      std::make_shared<std::atomic<std::uint64_t>>(0);
  std::unique_ptr<node> node_;
  operation_table table_;
  std::map<std::string, std::unique_ptr<served_collection>> collections_;
};

} // namespace hamok::test
