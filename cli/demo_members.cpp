#include "hamok/cli/demo_members.hpp"

#include "hamok/cli/demo_cluster.hpp"
#include "hamok/cli/demo_steps.hpp"
#include "hamok/cli/demo_writer.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <iomanip>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

namespace hamok::cli {

namespace {

using std::chrono::steady_clock;

/// A cluster, its writer, and who belongs to it.
class moving_cluster {
public:
  explicit moving_cluster(const std::filesystem::path& folder) : cluster_(folder, 3) {
    if (!cluster_.await_members(members_))
      throw std::runtime_error("the members have not founded a cluster in 20 seconds");
    if (!writer_.await(200))
      throw std::runtime_error("the writer does not get on");
  }

  void kill_and_restart(std::size_t member) {
    const auto name = cluster_.name(member);
    const auto before = life_of(member);
    step(name + " killed with -9", [&] {
      cluster_.kill(member);
      std::erase(present_, member);
      return present_.size() == 2 && writer_.await(100);
    });
    step(name + " started again", [&] {
      cluster_.start(member);
      present_ = members_;
      return cluster_.await_members(members_);
    });
    const auto after = life_of(member);
    std::cout << "      its life was " << before << " and is " << after << '\n';
    if (before == after || before.empty() || after.empty())
      mismatch("it has not come back as another life");
  }

  void add(std::size_t seed) {
    const auto name = "member-" + std::to_string(cluster_.size() + 1);
    step(name + " added, seed " + cluster_.name(seed), [&] {
      const auto member = cluster_.add(seed);
      members_.push_back(member);
      present_ = members_;
      return cluster_.await_members(members_);
    });
  }

  void remove(std::size_t member, const std::string& what) {
    const auto done = [&] {
      auto via = cluster_.client_of_all();
      if (const auto failed = via.remove_member(cluster_.name(member))) {
        mismatch(text_of(failed));
        return false;
      }
      std::erase(members_, member);
      present_ = members_;
      return cluster_.await_members(members_);
    };
    const auto end = [&] {
      cluster_.stop(member);
      if (cluster_.await_end(member) != 0)
        mismatch("the removed member did not end well");
    };
    step(cluster_.name(member) + " removed" + what, done, end);
  }

  /// Everything that was acknowledged has to be on each member.
  bool finish() {
    writer_.stop();
    for (const auto& error : writer_.errors())
      mismatch("the writer was told: " + error);
    for (const auto i : members_) {
      auto member = cluster_.client_of(i);
      for (const auto& wrong : writer_.mismatches(member))
        mismatch(cluster_.name(i) + ": " + wrong);
    }
    std::cout << "\n  " << writer_.acknowledged().size()
              << " acknowledged writes, each on all members\n\n";
    return fine_;
  }

  [[nodiscard]] std::size_t leader() const { return cluster_.await_leader(); }
  [[nodiscard]] std::size_t a_follower() const {
    const auto leads = leader();
    return *std::find_if(members_.begin(), members_.end(), [&](auto one) { return one != leads; });
  }

private:
  /// Does it under the running writer; one line. `clean_up` is not timed.
  void step(
      const std::string& what, const std::function<bool()>& run,
      const std::function<void()>& clean_up = [] {}) {
    const auto start = steady_clock::now();
    const auto done = run();
    const auto took = milliseconds(steady_clock::now() - start);
    const auto goes_on = writer_.await(50);
    const auto refused = milliseconds(writer_.longest_gap(start));
    writer_.pause();
    clean_up();
    const auto statuses = cluster_.digests(demo_writer::map_name);
    const auto equal = statuses.size() == present_.size() && all_equal(statuses);
    std::cout << "  " << std::left << std::setw(34) << what << std::right << std::setw(8)
              << members_.size() << "  " << std::left << std::setw(10)
              << cluster_.name(cluster_.await_leader()) << std::right << std::setw(9) << took
              << std::setw(18) << refused << "   "
              << (equal ? "equal on " + std::to_string(statuses.size()) : std::string{"MISMATCH"})
              << '\n';
    std::cout.flush();
    fine_ = fine_ && equal;
    if (!done)
      mismatch("it has not come about");
    if (!goes_on)
      mismatch("no write was acknowledged in 30 s after it");
    writer_.go_on();
  }

  [[nodiscard]] std::string life_of(std::size_t member) const {
    const auto status = cluster_.status(member);
    return status ? raft::to_string(status->incarnation) : std::string{};
  }

  void mismatch(const std::string& text) {
    fine_ = false;
    constexpr std::size_t shown = 10;
    if (++mismatches_ <= shown)
      std::cout << "      MISMATCH: " << text << '\n';
  }

  demo_cluster cluster_;
  std::vector<std::size_t> members_{0, 1, 2}; ///< who belongs to it
  std::vector<std::size_t> present_{0, 1, 2}; ///< and runs
  demo_writer writer_{cluster_};
  bool fine_ = true;
  std::size_t mismatches_ = 0;
};

} // namespace

bool show_members(const std::filesystem::path& folder) {
  std::cout
      << "8. Members come and go under a running writer\n"
      << "  step                               members  leader      done ms  longest refused  "
         "digests\n";
  moving_cluster all{folder};
  all.kill_and_restart(all.leader());
  all.add(all.a_follower());
  all.add(all.leader());
  all.remove(all.a_follower(), "");
  all.remove(all.leader(), ", the leader");
  return all.finish();
}

} // namespace hamok::cli
