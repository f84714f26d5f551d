#pragma once

// The cluster of three that a case of the manual is about: inside this process, or with a process
// for each member. A case is written once and runs on both:
//
//   TEMPLATE_TEST_CASE("manual: ...", "", in_one_process, in_three_processes) {
//     TestType all;
//     all.everywhere("queue", "jobs").walk(all.leader(), {{"push", {"a"}, 1, {"a"}, {"add a"}}});
//   }

#include "hamok/tests/catch.hpp"
#include "hamok/tests/manual/covers.hpp"
#include "hamok/tests/manual/member/failure.hpp"

#include <future>
#include <map>
#include <string>
#include <vector>

namespace hamok::test {

class members;

/// A collection on one member.
class opened {
public:
  opened(members& all, std::string member, std::string kind, std::string id);

  /// The answer to the operation; what is none is thrown, as a `failure`.
  json operator()(const std::string& call, const json& with = {}) const;
  /// The same in a thread of its own. This member is to be asked nothing else until it is there.
  [[nodiscard]] std::future<json> later(const std::string& call, const json& with = {}) const;
  /// The code of the error that the operation ends with; empty: it works.
  [[nodiscard]] std::string refusal(const std::string& call, const json& with = {}) const;
  /// Waits until the operation answers so.
  [[nodiscard]] bool comes_to(const json& expected, const std::string& call,
                              const json& with = {}) const;
  /// Waits until the collection has told exactly these events here since it was opened; those that
  /// one callback hears in this order.
  [[nodiscard]] bool has_told(const std::vector<std::string>& events) const;

private:
  [[nodiscard]] std::vector<std::string> by_callback(std::vector<std::string> events) const;

  members* all_;
  std::string member_;
  std::string kind_;
  std::string id_;
};

/// An operation on one member, and what all members see of it.
struct step {
  std::string call;
  json with;
  json answer;
  json content;                    ///< of the collection, on all members
  std::vector<std::string> events; ///< on all members
};

/// One collection, open on all members.
class opened_everywhere {
public:
  opened_everywhere(members& all, const std::string& kind, const std::string& id,
                    const json& how = {});

  [[nodiscard]] const opened& at(const std::string& member) const { return all_.at(member); }
  /// Each step on the member `from`: checks its answer, then content and events everywhere. Events
  /// that one callback hears are in the order of the log, and none comes twice.
  void walk(const std::string& from, const std::vector<step>& steps);
  /// Waits until all members have the content.
  [[nodiscard]] bool have(const json& content) const;
  /// Waits until all members have told exactly these events since the collection was opened.
  [[nodiscard]] bool have_told(const std::vector<std::string>& events) const;

private:
  std::map<std::string, opened> all_;
  std::vector<std::string> told_; ///< events that `walk` has come to
};

/// Three members "a", "b" and "c", which have a leader.
class members {
public:
  /// Options of the configuration by name, for all of them, or as "c.heartbeat" for one; a value
  /// that is empty is for a flag.
  using options = std::map<std::string, std::string>;

  virtual ~members() = default;
  members(const members&) = delete;
  members& operator=(const members&) = delete;

  [[nodiscard]] static const std::vector<std::string>& names();
  [[nodiscard]] static std::vector<std::string> others_than(const std::string& name);

  /// The one that all of `among` take for the leader.
  [[nodiscard]] std::string leader(const std::vector<std::string>& among = names());
  [[nodiscard]] std::string follower() { return others_than(leader()).front(); }
  /// The leader and a follower: who operations are asked of.
  [[nodiscard]] std::vector<std::string> both_roles();

  /// Asks the node; what has no answer is thrown, as a `failure`.
  json ask(const std::string& member, const std::string& call, const json& with = {});
  /// The code of the error; empty: it works.
  [[nodiscard]] std::string refusal(const std::string& member, const std::string& call,
                                    const json& with = {});
  /// Waits until the node answers so.
  [[nodiscard]] bool comes_to(const json& expected, const std::string& member,
                              const std::string& call, const json& with = {});
  /// Waits for an event of the node whose text begins so.
  [[nodiscard]] bool tells(const std::string& member, const std::string& beginning);

  /// Opens a collection; see `served_member` for the kinds and how.
  opened open(const std::string& member, const std::string& kind, const std::string& id,
              json how = {}, bool* existed = nullptr);
  [[nodiscard]] opened_everywhere everywhere(const std::string& kind, const std::string& id,
                                             const json& how = {}) {
    return {*this, kind, id, how};
  }
  /// Waits until the collection is the same on all members.
  [[nodiscard]] bool converge(const std::string& id);

  /// Ends a member, without its doing anything for it where it is a process.
  virtual void kill(const std::string& name) = 0;
  /// Starts it again, as another life without memory.
  virtual void start(const std::string& name) = 0;
  /// Nothing of it reaches the others, and nothing of theirs it.
  virtual void freeze(const std::string& name) = 0;
  virtual void thaw(const std::string& name) = 0;

protected:
  members() = default;

  /// The options of `all` that this member has, as words of its command line.
  [[nodiscard]] static std::vector<std::string> words_of(const options& all,
                                                         const std::string& member);

  /// Brings the request to the member and gives its answer. Thread safe for different members.
  virtual json exchange(const std::string& member, const json& request) = 0;

private:
  friend class opened;
  json answer_of(const std::string& member, const json& request);
};

} // namespace hamok::test
