#pragma once

// Storages of remote maps that do what a test wants, and clusters with them.

#include "hamok/collections/memory_remote_storage.hpp"
#include "hamok/tests/cluster/cluster.hpp"

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hamok::test {

/// The way of one member to the storage that all share: it can be held up, and cut.
class storage_path final : public remote_storage {
public:
  enum class gate {
    open,
    before, ///< writes wait in front of the storage
    behind, ///< writes are done, and their outcomes wait
    cut,    ///< writes and reads fail
  };

  explicit storage_path(remote_storage_ptr storage) : storage_(std::move(storage)) {}
  ~storage_path() override { set(gate::open); }

  void set(gate where) {
    const std::lock_guard guard{mutex_};
    gate_ = where;
    changed_.notify_all();
  }
  /// Waits until a write is held up.
  [[nodiscard]] bool holds() const {
    std::unique_lock guard{mutex_};
    return changed_.wait_for(guard, deadline, [this] { return held_ > 0; });
  }
  /// Waits until none is.
  [[nodiscard]] bool holds_none() const {
    std::unique_lock guard{mutex_};
    return changed_.wait_for(guard, deadline, [this] { return held_ == 0; });
  }
  /// How the writes of this member have ended, in their order.
  [[nodiscard]] std::vector<std::pair<raft::index_t, remote_outcome>> outcomes() const {
    const std::lock_guard guard{mutex_};
    return outcomes_;
  }

  remote_outcome execute(const remote_write& write) override {
    pass(gate::before);
    remote_outcome result{remote_status::unavailable, {}, "the test has cut the way to it"};
    if (!is_cut())
      result = storage_->execute(write);
    {
      const std::lock_guard guard{mutex_};
      outcomes_.emplace_back(write.index, result);
    }
    pass(gate::behind);
    return result;
  }
  [[nodiscard]] std::size_t kept_outcomes() const override { return storage_->kept_outcomes(); }
  caf::expected<std::vector<std::optional<blob>>> get(const std::vector<blob>& keys) override {
    if (is_cut())
      return make_error(errc::remote_unavailable);
    return storage_->get(keys);
  }
  caf::expected<std::vector<key_value>> scan(const std::optional<blob>& after,
                                             std::size_t max_entries) override {
    if (is_cut())
      return make_error(errc::remote_unavailable);
    return storage_->scan(after, max_entries);
  }
  caf::expected<std::uint64_t> size() override {
    if (is_cut())
      return make_error(errc::remote_unavailable);
    return storage_->size();
  }

private:
  [[nodiscard]] bool is_cut() const {
    const std::lock_guard guard{mutex_};
    return gate_ == gate::cut;
  }
  void pass(gate where) {
    std::unique_lock guard{mutex_};
    if (gate_ != where)
      return;
    ++held_;
    changed_.notify_all();
    changed_.wait_for(guard, 6 * deadline, [&] { return gate_ != where; });
    --held_;
    changed_.notify_all();
  }

  remote_storage_ptr storage_;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  gate gate_ = gate::open;
  int held_ = 0;
  std::vector<std::pair<raft::index_t, remote_outcome>> outcomes_;
};

using remote_users = remote_map<std::string, std::string>;

/// Members with a remote map "users" over one storage.
struct remote_cluster {
  explicit remote_cluster(transport kind = transport::local, std::size_t size = 3,
                          remote_map_options<std::string> options = {},
                          remote_storage_ptr shared = std::make_shared<memory_remote_storage>())
      : storage(std::move(shared)),
        members(kind, size) {
    members.start_all();
    leader = members.agreed_leader();
    REQUIRE(!leader.empty());
    for (const auto& name : members.names()) {
      paths[name] = std::make_shared<storage_path>(storage);
      at[name] = must(members.at(name).get_or_create_remote_map<std::string, std::string>(
          "users", paths[name], nullptr, options));
      if (name != leader)
        followers.push_back(name);
    }
  }
  ~remote_cluster() {
    for (const auto& [name, path] : paths)
      path->set(storage_path::gate::open);
  }

  /// The leader of those that are left.
  std::string next_leader() {
    std::string result;
    CHECK(eventually([&] {
      for (const auto& name : followers) {
        result = members.at(name).leader_id();
        if (result.empty() || result == leader || !members.at(result).leader())
          return false;
      }
      return true;
    }));
    return result;
  }
  /// Cuts the leader off from the others.
  void cut_off_leader() {
    for (const auto& name : followers)
      members.network()->cut_both(leader, name);
  }

  std::map<std::string, std::shared_ptr<storage_path>> paths; // outlive who uses them
  remote_storage_ptr storage;
  cluster members;
  std::map<std::string, remote_users> at;
  std::string leader;
  std::vector<std::string> followers;
};

} // namespace hamok::test
