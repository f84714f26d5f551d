#pragma once

// Nodes that live, as a model: the real `life`, `directory` and judgements, links that are lossy
// and die unseen, processes that forget, and for the core one sequential log of configurations for
// each cluster.

#include "hamok/raft/directory.hpp"
#include "hamok/raft/life.hpp"
#include "hamok/raft/random.hpp"

#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace hamok::raft::test {

enum class founding_kind { alone, fixed, number };

class life_world {
public:
  explicit life_world(std::uint64_t seed);

  /// Starts at random, faults of all kinds, and operators who wish something.
  void run(int steps);
  /// No more faults; everybody is started, and time goes on until all is done, or for long.
  void heal();
  /// What is wrong now; empty: all who want are voters of one cluster.
  [[nodiscard]] std::string unfinished() const;
  /// The founders do not agree, and nobody is in a cluster: all processes start anew.
  void start_anew();
  [[nodiscard]] bool is_founded() const { return !logs_.empty(); }
  [[nodiscard]] std::size_t size() const { return nodes_.size(); }

  std::vector<std::string> violations;
  std::map<std::string, std::size_t> counts;

private:
  struct logged {
    index_t index;
    configuration members;
  };
  struct running_core {
    incarnation_id cluster;
    std::size_t seen = 0; ///< position in the log of that cluster
    std::optional<member_id> leader;
  };
  struct node {
    life_config config;
    std::vector<std::string> seeds;
    std::optional<life> part;
    identity stored;
    bool has_base = false;
    bool running = false;
    bool wants = true;
    std::optional<running_core> core;
    std::optional<directory> book;
    std::map<std::string, member_id> links;
    timestamp deadline{0};
    std::set<std::uint64_t> pending; ///< wishes without an answer
  };
  struct change_reply {
    std::uint64_t order;
    std::uint64_t attempt;
    change_outcome outcome;
  };
  using content = std::variant<life_word, std::vector<known_peer>, change_request, change_reply>;
  struct letter {
    member_id from;
    member_id to;
    content what;
  };
  using order_name = std::pair<member_id, std::uint64_t>;

  void start(node& x);
  void crash(node& x, bool forgets);
  [[nodiscard]] bool may_forget(const node& x) const;
  void feed(node& x, life_event ev);
  void perform(node& x, life_output out);
  void begin_core(node& x, const core_start& start);
  void note(node& x, const life_notice& what);
  void note(node& x, const order_answer& what);

  void dial(node& x, const std::string& name);
  void make_room(node& x, const newcomer& comes);
  void cut(node& x, const std::string& name);
  void cut_all(node& x, bool unseen);
  [[nodiscard]] bool knows(const node& a, const node& b) const;
  void mend_seeds();
  [[nodiscard]] bool linked(const node& a, const node& b) const;
  void post(const node& x, const member_id& to, content what);
  void deliver(std::size_t position);
  void take(node& x, const member_id& from, content what);

  /// Leaders speak to members, and to those who have been some.
  [[nodiscard]] static bool takes_part(const std::vector<logged>& log, const member_id& self);
  void advance_clusters();
  [[nodiscard]] const node* leader_of(const incarnation_id& cluster) const;
  [[nodiscard]] bool reaches_quorum(const node& x, const configuration& members) const;
  void drive(const node& leader);
  [[nodiscard]] change_outcome change(const node& x, const change_request& request);
  void append(const incarnation_id& cluster, configuration members);
  void show_core(node& x, const node* leader);

  void act();
  void operate(node& x);
  void tick_all();
  [[nodiscard]] node* find(const member_id& id);
  node& any() { return nodes_[random_.next() % nodes_.size()]; }
  bool one_in(std::uint64_t n) { return random_.next() % n == 0; }
  [[nodiscard]] fresh_ids ids();

  random_source random_;
  founding_kind kind_;
  timestamp now_{0};
  bool healing_ = false;
  duration healed_{0};
  std::size_t lives_left_ = 0; ///< for founders that are expected by number
  std::size_t founders_ = 0;
  std::uint64_t last_id_ = 0;
  std::uint64_t last_wish_ = 0;
  std::vector<node> nodes_;
  std::deque<letter> letters_;
  std::map<incarnation_id, std::vector<logged>> logs_;
  std::set<order_name> begun_;
  std::set<order_name> refused_;
};

} // namespace hamok::raft::test
