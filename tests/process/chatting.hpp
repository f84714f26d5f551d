#pragma once

// Members that subscribe to an emitter, unsubscribe and publish while they are killed, and what has
// to have been heard afterwards.

#include "hamok/tests/manual/in_three_processes.hpp"
#include "hamok/tests/process/process_cluster.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace hamok::process_test {

/// Three member processes, each with a thread that uses it.
class chatting {
public:
  explicit chatting(bool ordered);
  ~chatting();
  chatting(const chatting&) = delete;
  chatting& operator=(const chatting&) = delete;

  /// Waits until each member has published a few more events.
  [[nodiscard]] bool await_progress() const;
  void kill_leader_and_bring_it_back();
  /// Ends the threads, and gathers what those subscribers have heard whose members live.
  void finish();
  /// Everything that was heard and should not have been, or the other way round; a line for each.
  [[nodiscard]] std::vector<std::string> violations() const;
  /// Waits until all members know of those subscriptions that nobody has ended, and of no others.
  [[nodiscard]] bool only_the_living_listen();

private:
  using clock = std::chrono::steady_clock;

  /// One that listens on a member. Its name, which is its metadata, is told nowhere else.
  struct subscriber {
    std::string member;
    int number = 0; ///< on its member
    clock::time_point since;
    clock::time_point until = clock::time_point::max(); ///< it begins to end
    bool ended = false;
    bool lost = false; ///< its member was killed: what it has heard is not known
    std::multiset<std::string> heard;
  };

  struct publication {
    std::string text;
    std::string from;
    std::set<std::string> known; ///< who listens, as the publisher knew just before
    clock::time_point start;
    clock::time_point end;
    bool failed = false; ///< as a whole
    std::set<std::string> handled;
    std::map<std::string, std::string> reported; ///< members that have not, and why
  };

  /// A member and its thread. The thread stops where the member is gone, until it is back.
  struct seat {
    std::string member;
    std::atomic<bool> parked{false};
    std::atomic<bool> may_go_on{true};
    std::atomic<std::uint64_t> published{0};
    std::deque<std::string> listening; ///< subscribers of this life of the member
    std::thread thread;
  };

  void run(seat& at);
  /// False: the member is gone.
  bool use(seat& at);
  void subscribe(seat& at);
  void unsubscribe(seat& at);
  void publish(seat& at);
  void mark_lost(seat& at);
  void bring_back(seat& at);
  test::opened chat_on(const std::string& member) { return {members_, member, "emitter", "chat"}; }
  [[nodiscard]] bool all_linked();
  void check_heard(const publication& event, std::vector<std::string>& wrong) const;
  void check_reached(const publication& event, std::vector<std::string>& wrong) const;

  test::in_three_processes members_;
  bool ordered_;
  std::atomic<bool> stopping_{false};
  std::atomic<std::uint64_t> names_{0};
  mutable std::mutex mutex_; ///< guards what follows
  std::map<std::string, subscriber> subscribers_;
  std::vector<publication> published_;
  std::vector<std::string> refused_; ///< operations that have failed on a living member
  std::map<std::string, seat> seats_;
};

} // namespace hamok::process_test
