#pragma once

// The storage of a remote map in Redis. A target of its own, `hamok::redis`, because it needs
// hiredis and nothing else of the library does.

#include "hamok/collections/remote_storage.hpp"

#include <caf/timespan.hpp>

#include <chrono>
#include <memory>
#include <string>

namespace hamok {

/// Where the Redis is, and what of it belongs to the remote map.
struct redis_options {
  /// `host:port`, or the path of a Unix socket, which begins with `/`.
  std::string address = "127.0.0.1:6379";
  /// What the names of its keys begin with; each remote map needs one of its own. The entries are
  /// in the hash `{prefix}:entries`, which other programs may read, and must not change.
  std::string prefix = "hamok";
  std::string user;     ///< empty: the default one
  std::string password; ///< empty: none is asked for
  unsigned database = 0;
  /// A connection, or an answer, that takes longer counts as lost.
  caf::timespan time_limit = std::chrono::seconds{2};
};

/// Exactly once, as far as Redis keeps what it has acknowledged: each write is one script, which
/// checks and moves on the fence, changes the entries, and keeps the outcome. Connects when it is
/// used, again after a loss, and asks again then. Redis has to be 5 or newer; with a cluster, all
/// keys of one remote map are in one slot.
///
/// Thread safety: all functions from any thread; one write and one read go on at a time.
class redis_storage final : public remote_storage {
public:
  explicit redis_storage(redis_options options);
  ~redis_storage() override;

  [[nodiscard]] remote_outcome execute(const remote_write& write) override;
  [[nodiscard]] std::size_t kept_outcomes() const override { return 256; }
  [[nodiscard]] caf::expected<std::vector<std::optional<blob>>>
  get(const std::vector<blob>& keys) override;
  [[nodiscard]] caf::expected<std::vector<key_value>> scan(const std::optional<blob>& after,
                                                           std::size_t max_entries) override;
  [[nodiscard]] caf::expected<std::uint64_t> size() override;

private:
  struct parts;

  std::unique_ptr<parts> parts_;
};

} // namespace hamok
