#include "hamok/tests/unit/raft/life_world.hpp"

#include "hamok/raft/change.hpp"
#include "hamok/raft/quorum.hpp"

#include <algorithm>

namespace hamok::raft::test {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t remembered = 3; // so few that the floor of the retired is reached

bool contains_name(const std::vector<std::string>& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

std::string name_of(std::size_t n) {
  return std::string(1, static_cast<char>('a' + n));
}

} // namespace

life_world::life_world(std::uint64_t seed)
    : random_(seed),
      kind_(static_cast<founding_kind>(seed % 3)) {
  const auto size = 3 + random_.next() % 5;
  founders_ = kind_ == founding_kind::alone ? 1 : 2 + random_.next() % (size - 1);
  const auto expect = kind_ == founding_kind::number
                          ? std::min(founders_ / 2 + 1 + random_.next() % 2, founders_)
                          : 1;
  lives_left_ = 2 * expect - 1 - founders_;
  nodes_.resize(size);
  for (std::size_t n = 0; n < nodes_.size(); ++n) {
    auto& x = nodes_[n];
    x.config.peer = name_of(n);
    x.config.patience = 100ms;
    x.config.silence = 300ms;
    if (n < founders_ && kind_ == founding_kind::fixed)
      for (std::size_t m = 0; m < founders_; ++m)
        x.config.initial_members.push_back(name_of(m));
    if (n < founders_)
      x.config.bootstrap_expect = static_cast<std::uint32_t>(expect);
    if (kind_ == founding_kind::alone && n == 0)
      continue;
    x.config.has_seeds = true;
    x.seeds.push_back(n == 0 ? name_of(1) : name_of(random_.next() % n));
    if (one_in(2))
      x.seeds.push_back(one_in(2) ? "nobody" : name_of(random_.next() % nodes_.size()));
  }
}

void life_world::run(int steps) {
  for (int i = 0; i < steps; ++i) {
    // Mostly milliseconds; now and then minutes in which nothing happens.
    now_ += one_in(60) ? duration{60s} : random_.between(0ms, 40ms);
    act();
    tick_all();
    advance_clusters();
  }
}

void life_world::heal() {
  healing_ = true;
  for (auto& x : nodes_)
    for (const auto& [name, life] : std::map{x.links})
      if (const auto* other = find(life); other == nullptr || !linked(x, *other))
        cut(x, name);
  for (int i = 0; i < 6000 && (i < 100 || !unfinished().empty()); ++i) {
    now_ += 5ms;
    healed_ += 5ms;
    for (auto& x : nodes_)
      if (!x.running && i % 50 == 0)
        start(x);
    if (i % 1000 == 999)
      mend_seeds();
    act();
    while (!letters_.empty())
      deliver(0);
    tick_all();
    advance_clusters();
  }
}

std::string life_world::unfinished() const {
  if (logs_.empty())
    return "nothing is founded";
  const auto& members = logs_.begin()->second.back().members;
  if (!members.outgoing.empty() || !members.learners.empty())
    return "a change is going on";
  std::size_t wanted = 0;
  for (const auto& x : nodes_) {
    if (!x.running)
      return x.config.peer + " does not run";
    if (!x.pending.empty())
      return x.config.peer + " has a wish without an answer";
    if (!x.wants)
      continue;
    ++wanted;
    if (!x.core || x.core->cluster != logs_.begin()->first
        || !contains(members.voters, x.part->identity().self))
      return x.config.peer + " is no voter";
  }
  return members.voters.size() == wanted ? "" : "somebody votes who does not want to";
}

bool life_world::knows(const node& a, const node& b) const {
  return contains_name(a.seeds, b.config.peer) || a.book->find(b.config.peer) != nullptr;
}

void life_world::mend_seeds() {
  // Whoever had the only right seed may have left, and who knew more may have forgotten.
  std::set<const node*> found;
  std::vector<const node*> next;
  for (auto& x : nodes_) {
    if (!x.running || x.part->stage() == life_stage::resting || found.contains(&x))
      continue;
    if (!found.empty()) {
      x.seeds.push_back((*found.begin())->config.peer);
      ++counts["seeds mended by operators"];
    }
    next.push_back(&x);
    while (!next.empty()) {
      const auto* one = next.back();
      next.pop_back();
      if (!found.insert(one).second)
        continue;
      for (const auto& other : nodes_)
        if (other.running && other.part->stage() != life_stage::resting
            && (knows(*one, other) || knows(other, *one)))
          next.push_back(&other);
    }
  }
}

void life_world::start_anew() {
  for (auto& x : nodes_)
    if (x.running)
      crash(x, true);
  letters_.clear();
  healed_ = {};
}

// -- processes ------------------------------------------------------------------------------------

fresh_ids life_world::ids() {
  return {{random_.next(), ++last_id_}, {random_.next(), ++last_id_}};
}

life_world::node* life_world::find(const member_id& id) {
  for (auto& x : nodes_)
    if (x.running && x.part->identity().self == id)
      return &x;
  return nullptr;
}

void life_world::start(node& x) {
  x.running = true;
  x.wants = !x.stored.removed;
  x.part.emplace(x.config);
  x.book.emplace(x.config.peer, x.config.peer, ++last_id_);
  for (const auto& name : x.config.initial_members)
    static_cast<void>(x.book->learn({{name, name, 0}}));
  feed(x, life_started{x.stored, x.has_base, ids()});
}

bool life_world::may_forget(const node& x) const {
  if (x.stored.self.incarnation.none())
    return true;
  if (x.config.bootstrap_expect > 1 && lives_left_ == 0)
    return false;
  std::vector<member_id> remembering;
  for (const auto& other : nodes_)
    if (&other != &x)
      remembering.push_back(other.stored.self);
  const auto& promised = x.stored.founders;
  if (contains(promised, x.stored.self)
      && count_votes({promised, {}, {}}, remembering, {}) != vote_result::won)
    return false;
  for (const auto& [cluster, log] : logs_) {
    if (count_votes(log.back().members, remembering, {}) != vote_result::won)
      return false;
    // Somebody has to be there who knows of it.
    if (std::ranges::none_of(nodes_, [&](const node& other) {
          return &other != &x && other.has_base && contains(remembering, other.stored.self)
                 && is_voter(log.back().members, other.stored.self);
        }))
      return false;
  }
  return true;
}

void life_world::crash(node& x, bool forgets) {
  const bool unseen = one_in(3);
  x.running = false;
  x.core.reset();
  cut_all(x, unseen);
  x.pending.clear();
  if (!forgets)
    return;
  ++counts["forgetting"];
  if (x.config.bootstrap_expect > 1 && lives_left_ > 0)
    --lives_left_;
  x.stored = {};
  x.has_base = false;
  if (kind_ == founding_kind::alone && &x == &nodes_[0] && is_founded()) {
    x.config.has_seeds = true; // it must not found alone once more
    for (std::size_t n = 1; n < nodes_.size(); ++n)
      x.seeds.push_back(name_of(n));
  }
}

void life_world::feed(node& x, life_event ev) {
  perform(x, x.part->step(now_, std::move(ev)));
}

void life_world::perform(node& x, life_output out) {
  if (out.stop_core)
    x.core.reset();
  if (out.save) {
    if (out.save->self == x.stored.self && contains(x.stored.founders, x.stored.self)
        && out.save->cluster != x.stored.cluster)
      violations.push_back("a life that has accepted a list accepts another, or joins");
    x.stored = *out.save;
  }
  if (out.relink) {
    ++counts["second lives"];
    cut_all(x, false);
  }
  for (const auto& peer : out.close)
    cut(x, peer.peer);
  for (auto& item : out.send)
    post(x, item.to, std::move(item.word));
  if (out.start_core)
    begin_core(x, *out.start_core);
  const auto self = x.part->identity().self;
  for (auto& request : out.ask) {
    if (request.to == self) {
      const auto outcome = change(x, request);
      feed(x, change_answered{request.order, request.attempt, outcome});
    } else {
      const auto to = request.to;
      post(x, to, std::move(request));
    }
  }
  for (const auto& what : out.notices)
    note(x, what);
  for (const auto& what : out.answers)
    note(x, what);
  x.deadline = out.deadline;
  if (out.mint)
    feed(x, minted{ids()});
}

void life_world::begin_core(node& x, const core_start& begin) {
  const auto& known = x.part->identity();
  auto& log = logs_[known.cluster];
  if (log.empty()) {
    if (!begin.base || begin.base->members.voters != known.founders
        || !contains(known.founders, known.self))
      violations.push_back("a cluster is founded by somebody else than its founders");
    log.push_back({0, {known.founders, {}, {}}});
    ++counts["founded"];
  }
  if (logs_.size() > 1)
    violations.push_back("there are two clusters");
  if (begin.base && begin.base->members != log.front().members)
    violations.push_back("a core begins behind another base than that of its cluster");
  x.has_base = true;
  x.core = running_core{known.cluster, 0, std::nullopt};
  show_core(x, nullptr);
}

void life_world::note(node& x, const life_notice& what) {
  ++counts[to_string(what.what)];
  if (what.what == notice::left)
    x.wants = false;
  if (what.what == notice::quorum_lost && healed_ > 2s)
    violations.push_back("a quorum is lost that is not: " + what.text);
}

void life_world::note(node& x, const order_answer& what) {
  if (x.pending.erase(what.id) == 0)
    violations.push_back("a wish is answered twice");
  static const std::vector<std::string> results{"done", "refused", "unknown"};
  ++counts["wishes " + results[static_cast<std::size_t>(what.result)]];
  if (what.result != order_result::refused)
    return;
  const order_name name{x.part->identity().self, what.id};
  refused_.insert(name);
  if (begun_.contains(name))
    violations.push_back("a wish is refused that was begun");
}

// -- links ----------------------------------------------------------------------------------------

bool life_world::linked(const node& a, const node& b) const {
  if (!a.running || !b.running)
    return false;
  const auto there = a.links.find(b.config.peer);
  const auto back = b.links.find(a.config.peer);
  return there != a.links.end() && back != b.links.end() && there->second == b.part->identity().self
         && back->second == a.part->identity().self;
}

void life_world::dial(node& x, const std::string& name) {
  const auto found =
      std::ranges::find(nodes_, name, [](const node& one) { return one.config.peer; });
  if (found == nodes_.end() || &*found == &x || !found->running || !x.running || linked(x, *found))
    return;
  auto& y = *found;
  if (x.part->stage() == life_stage::resting || y.part->stage() == life_stage::resting)
    return;
  const auto mine = x.part->myself();
  const auto theirs = y.part->myself();
  const auto of_x = judge(x.part->admission(), theirs);
  const auto of_y = judge(y.part->admission(), mine);
  if (of_x != verdict::welcome || of_y != verdict::welcome) {
    ++counts[std::string{"refused: "} + to_string(of_x != verdict::welcome ? of_x : of_y)];
    if (of_y != verdict::welcome)
      feed(x, turned_away{theirs.cluster, of_y});
    if (of_x != verdict::welcome)
      feed(y, turned_away{mine.cluster, of_x});
    return;
  }
  make_room(x, theirs);
  make_room(y, mine);
  x.links[y.config.peer] = theirs.self;
  y.links[x.config.peer] = mine.self;
  post(x, theirs.self, x.book->all());
  post(y, mine.self, y.book->all());
  feed(x, peer_met{theirs.self, theirs.cluster});
  if (linked(x, y))
    feed(y, peer_met{mine.self, mine.cluster});
}

/// A guest gives way to the member whose name it has.
void life_world::make_room(node& x, const newcomer& comes) {
  const auto there = x.links.find(comes.self.peer);
  if (there != x.links.end() && displaces(x.part->admission(), comes, there->second))
    cut(x, comes.self.peer);
}

void life_world::cut(node& x, const std::string& name) {
  const auto found = x.links.find(name);
  if (found == x.links.end())
    return;
  const auto gone = found->second;
  x.links.erase(found);
  if (x.running)
    feed(x, peer_lost{gone});
  if (auto* other = find(gone); other != nullptr && x.running) {
    const auto back = other->links.find(x.config.peer);
    if (back != other->links.end() && back->second == x.part->identity().self)
      cut(*other, x.config.peer);
  }
}

void life_world::cut_all(node& x, bool unseen) {
  for (const auto& [name, life] : std::map{x.links}) {
    x.links.erase(name);
    if (x.running)
      feed(x, peer_lost{life});
    if (auto* other = find(life); other != nullptr && !unseen)
      if (other->links.contains(x.config.peer))
        cut(*other, x.config.peer);
  }
}

void life_world::post(const node& x, const member_id& to, content what) {
  if (healing_ || !one_in(8))
    letters_.push_back({x.part->identity().self, to, std::move(what)});
}

void life_world::deliver(std::size_t position) {
  auto taken = std::move(letters_[position]);
  letters_.erase(letters_.begin() + static_cast<std::ptrdiff_t>(position));
  auto* x = find(taken.to);
  if (x == nullptr)
    return;
  const auto link = x->links.find(taken.from.peer);
  if (link != x->links.end() && link->second == taken.from)
    take(*x, taken.from, std::move(taken.what));
}

void life_world::take(node& x, const member_id& from, content what) {
  if (auto* word = std::get_if<life_word>(&what)) {
    feed(x, peer_told{from, std::move(*word)});
  } else if (const auto* peers = std::get_if<std::vector<known_peer>>(&what)) {
    if (x.book->learn(*peers))
      for (const auto& [name, life] : x.links)
        post(x, life, x.book->all());
  } else if (const auto* request = std::get_if<change_request>(&what)) {
    const auto outcome = change(x, *request);
    if (!outcome.refused) {
      const order_name name{from, request->order};
      begun_.insert(name);
      if (refused_.contains(name))
        violations.push_back("a wish is begun that was refused");
    }
    post(x, from, change_reply{request->order, request->attempt, outcome});
  } else if (const auto* reply = std::get_if<change_reply>(&what)) {
    feed(x, change_answered{reply->order, reply->attempt, reply->outcome});
  }
}

// -- cores ----------------------------------------------------------------------------------------

bool life_world::reaches_quorum(const node& x, const configuration& members) const {
  std::vector<member_id> reachable{x.part->identity().self};
  for (const auto& other : nodes_)
    if (other.core && other.core->cluster == x.core->cluster && linked(x, other)
        && x.part->admits(other.part->identity().self)
        && other.part->admits(x.part->identity().self))
      reachable.push_back(other.part->identity().self);
  return count_votes(members, reachable, {}) == vote_result::won;
}

const life_world::node* life_world::leader_of(const incarnation_id& cluster) const {
  const auto& log = logs_.at(cluster);
  for (const auto& x : nodes_)
    if (x.core && x.core->cluster == cluster && x.core->seen + 1 == log.size()
        && is_voter(log.back().members, x.part->identity().self)
        && reaches_quorum(x, log.back().members))
      return &x;
  return nullptr;
}

void life_world::append(const incarnation_id& cluster, configuration members) {
  auto& log = logs_.at(cluster);
  log.push_back({log.back().index + 1 + random_.next() % 3, std::move(members)});
  for (const auto& life : log.back().members.retired)
    if (is_member(log.back().members, life.member))
      violations.push_back("a retired life is a member");
}

bool life_world::takes_part(const std::vector<logged>& log, const member_id& self) {
  return std::ranges::any_of(log,
                             [&](const logged& item) { return is_member(item.members, self); });
}

void life_world::advance_clusters() {
  for (auto& [cluster, log] : logs_) {
    const auto* leader = leader_of(cluster);
    if (leader != nullptr)
      drive(*leader);
    for (auto& x : nodes_) {
      if (!x.running || !x.core || x.core->cluster != cluster)
        continue;
      const auto self = x.part->identity().self;
      const bool follows =
          leader != nullptr && takes_part(log, self)
          && (leader == &x
              || (linked(x, *leader) && x.part->admits(leader->part->identity().self)));
      // Whoever leads has everything; whoever is a voter may yet come to lead.
      const auto last = log.size() - 1;
      if ((follows || is_voter(log.back().members, self)) && x.core->seen < last
          && (healing_ || one_in(2))) {
        x.core->seen = last;
        show_core(x, follows ? leader : nullptr);
      } else if (const std::optional now_leads =
                     follows ? std::optional{leader->part->identity().self} : std::nullopt;
                 x.core->leader != now_leads) {
        show_core(x, follows ? leader : nullptr);
      }
    }
  }
}

void life_world::show_core(node& x, const node* leader) {
  const auto& log = logs_.at(x.core->cluster);
  const auto& at = log[x.core->seen];
  const auto& self = x.part->identity().self;
  core_seen seen{at.members, at.index, at.members, at.index, standing::outsider, {}};
  if (is_voter(at.members, self))
    seen.standing = standing::voter;
  else if (contains(at.members.learners, self))
    seen.standing = standing::learner;
  else if (std::any_of(log.begin(), log.begin() + static_cast<std::ptrdiff_t>(x.core->seen),
                       [&](const logged& item) { return is_member(item.members, self); }))
    seen.standing = standing::removed;
  if (leader != nullptr)
    seen.leader = leader->part->identity().self;
  x.core->leader = seen.leader;
  feed(x, std::move(seen));
}

void life_world::drive(const node& leader) {
  const auto cluster = leader.core->cluster;
  const auto& now = logs_.at(cluster).back();
  const retirement retiring{now.index + 1, remembered};
  if (!now.members.outgoing.empty()) {
    append(cluster, leave_joint(now.members, retiring));
    return;
  }
  for (const auto& learner : now.members.learners) {
    const auto* x = find(learner);
    if (x == nullptr || !x->core || !linked(leader, *x) || !leader.part->admits(learner))
      continue;
    if (std::ranges::any_of(now.members.voters, [&](const member_id& voter) {
          const auto link = leader.links.find(voter.peer);
          return voter.peer == learner.peer && link != leader.links.end() && link->second == voter;
        }))
      continue;
    if (auto next = plan_promotion(now.members, learner); next && reaches_quorum(leader, *next)) {
      ++counts["promotions"];
      append(cluster, *next);
      return;
    }
  }
}

change_outcome life_world::change(const node& x, const change_request& request) {
  change_outcome outcome;
  outcome.member = request.what.member;
  if (!x.core) {
    outcome.refused = change_refusal::not_leader;
    return outcome;
  }
  const auto* leader = leader_of(x.core->cluster);
  if (leader != &x) {
    outcome.refused = change_refusal::not_leader;
    outcome.leader = x.core->leader;
    return outcome;
  }
  const auto now = logs_.at(x.core->cluster).back();
  link_table table;
  for (const auto& [name, life] : x.links)
    table.up(life);
  const auto plan = plan_change(now.members, request.what, {now.index + 1, remembered}, table);
  outcome.member = plan.member;
  outcome.done = plan.done;
  outcome.index = now.index;
  if (!plan.next && !plan.refused)
    return outcome;
  if (!now.members.outgoing.empty())
    outcome.refused = change_refusal::busy;
  else if (plan.refused)
    outcome.refused = plan.refused;
  else if (!plan.next->outgoing.empty() && !reaches_quorum(x, *plan.next))
    outcome.refused = change_refusal::quorum_at_risk;
  if (!outcome.refused) {
    append(x.core->cluster, *plan.next);
    outcome.index = logs_.at(x.core->cluster).back().index;
  }
  return outcome;
}

// -- what happens ---------------------------------------------------------------------------------

void life_world::act() {
  auto& x = any();
  if (x.running) {
    // It dials whom it knows.
    auto names = x.seeds;
    for (const auto& peer : x.book->all())
      names.push_back(peer.endpoint);
    if (!names.empty())
      dial(x, names[random_.next() % names.size()]);
  }
  if (healing_)
    return;
  const auto dice = random_.next() % 1000;
  auto& y = any();
  if (dice < 40) {
    if (!y.running)
      start(y);
  } else if (dice < 60) {
    if (y.running && !y.links.empty())
      cut(y, y.links.begin()->first);
  } else if (dice < 64) {
    if (y.running)
      crash(y, false);
  } else if (dice < 72) {
    if (y.running && may_forget(y))
      crash(y, true);
  } else if (dice < 76) {
    if (y.running)
      operate(y);
  } else if (dice < 100) { // a link whose other end has died is found out
    for (const auto& [name, life] : std::map{y.links})
      if (const auto* other = find(life); other == nullptr || !linked(y, *other))
        cut(y, name);
  }
  for (auto n = random_.next() % 6; n > 0 && !letters_.empty(); --n)
    deliver(one_in(4) ? random_.next() % letters_.size() : 0);
}

void life_world::operate(node& x) {
  wish what;
  what.id = ++last_wish_;
  what.kind = static_cast<wish_kind>(random_.next() % 4);
  what.deadline = now_ + random_.between(0ms, 5s);
  if (what.kind == wish_kind::leave && one_in(2))
    what.kind = wish_kind::join;
  if (what.kind == wish_kind::add || what.kind == wish_kind::remove)
    what.member.peer = any().config.peer;
  if (what.kind == wish_kind::join)
    x.wants = true;
  // A node that has met nobody cannot know that an earlier life of it is a member.
  if (what.kind == wish_kind::leave && x.part->stage() != life_stage::inside)
    return;
  x.pending.insert(what.id);
  feed(x, what);
}

void life_world::tick_all() {
  for (auto& x : nodes_)
    if (x.running && now_ >= x.deadline)
      feed(x, tick{});
}

} // namespace hamok::raft::test
