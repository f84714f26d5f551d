#pragma once

// Collections as plain as they can be: what those of the library are compared with.

#include "hamok/tests/sim/command.hpp"
#include "hamok/tests/sim/content.hpp"

#include <cstdint>
#include <memory>

namespace hamok::sim {

class model {
public:
  model() = default;
  model(const model&) = delete;
  model& operator=(const model&) = delete;
  virtual ~model() = default;

  /// Does what `op`, in the log at `index`, says, and gives what it answers
  /// (`operation_result::result`).
  virtual std::uint64_t execute(const operation& op, raft::index_t index) = 0;

  [[nodiscard]] virtual content items() const = 0;
};

/// An empty one.
[[nodiscard]] std::unique_ptr<model> make_model(collection_kind kind);

/// The same, each in a file of its own.
[[nodiscard]] std::unique_ptr<model> make_map_model();
[[nodiscard]] std::unique_ptr<model> make_queue_model();
[[nodiscard]] std::unique_ptr<model> make_emitter_model();
[[nodiscard]] std::unique_ptr<model> make_remote_map_model();

} // namespace hamok::sim
