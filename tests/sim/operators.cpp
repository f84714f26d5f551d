#include "hamok/tests/sim/operators.hpp"

#include "hamok/raft/quorum.hpp"
#include "hamok/tests/sim/life_text.hpp"
#include "hamok/tests/sim/remembering.hpp"
#include "hamok/tests/sim/world.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace hamok::sim {

namespace {

constexpr std::size_t max_old_wishes = 8;

} // namespace

void operators::start() {
  if (all_.plan.founding)
    watch_founding();
  if (all_.plan.operators.busy)
    wish_later();
}

void operators::wish_later() {
  const auto& plan = all_.plan.operators;
  all_.time.after(all_.chance.between(plan.min_gap, plan.max_gap), [this, phase = phase_] {
    if (phase != phase_)
      return;
    if (all_.is_founded())
      wish_once();
    wish_later();
  });
}

void operators::wish_once() {
  using action = void (operators::*)();
  const auto& weights = all_.plan.operators;
  const std::array<std::pair<std::uint64_t, action>, 8> kinds{{
      {weights.grow, &operators::grow},
      {weights.shrink, &operators::shrink},
      {weights.leave, &operators::leave},
      {weights.repeat, &operators::repeat},
      {weights.burst, &operators::burst},
      {weights.transfer, &operators::transfer},
      {weights.double_name, &operators::double_name},
      {1, &operators::disturb},
  }};
  std::uint64_t sum = 0;
  for (const auto& [weight, act] : kinds)
    sum += weight;
  auto chosen = all_.chance.below(sum);
  for (const auto& [weight, act] : kinds) {
    if (chosen < weight)
      return (this->*act)();
    chosen -= weight;
  }
}

// Most of the time somebody who can do something about it at once.
std::size_t operators::whom_to_ask() {
  const auto leader = all_.leader();
  return leader == nobody || all_.chance.chance(400) ? all_.lives.anybody(all_.chance) : leader;
}

// -- nodes ----------------------------------------------------------------------------------------

// One live endpoint is enough; beside it there may be one where nobody is.
node_plan operators::joiner(std::size_t place) {
  node_plan plan;
  auto seed = place;
  for (int tries = 0; tries < 20 && seed == place; ++tries)
    seed = all_.lives[all_.lives.anybody(all_.chance)].place;
  plan.seeds.push_back(seed);
  if (all_.chance.chance(300))
    plan.seeds.push_back(all_.chance.below(all_.nodes.size() + 2));
  return plan;
}

// Founders that are named in a list may keep it for as long as one of them is there who knows of
// the cluster, and as many as the documented bound allows where they are expected by number.
// Whoever founds alone must not do so twice.
node_plan operators::plan_after_loss(const node& lost) {
  const auto& plan = lost.plan();
  if (!all_.is_founded() || plan.bootstrap_expect > 1)
    return plan;
  const auto knows = [&](const node& other) {
    return &other != &lost && other.has_base() && !other.abandoned()
           && std::ranges::find(plan.initial_members, other.slot()) != plan.initial_members.end()
           && raft::is_voter(all_.rules.view().past.members_at(all_.rules.view().past.last_index()),
                             other.stored().self);
  };
  if (std::ranges::any_of(all_.nodes, knows) && all_.chance.chance(500))
    return plan;
  return joiner(lost.place());
}

void operators::build_later(std::size_t slot, duration delay) {
  ++expected_;
  all_.time.after(delay, [this, slot] {
    --expected_;
    if (!stopped_ && all_.lives.living_in(slot) == 0
        && all_.lives.living() < all_.plan.operators.most_members)
      all_.nodes[all_.build(slot, joiner(nobody))].start();
  });
}

void operators::has_left(std::size_t place) {
  if (settling_ || all_.chance.chance(400))
    return;
  ++expected_;
  all_.time.after(all_.chance.between(duration{0}, all_.plan.idle * 3), [this, place] {
    --expected_;
    auto& node = all_.nodes[place];
    if (!stopped_ && node.rests() && all_.lives.living() < all_.plan.operators.most_members)
      wish(node, raft::wish_kind::join, {});
  });
}

void operators::grow() {
  if (all_.lives.living() >= all_.plan.operators.most_members)
    return;
  std::size_t slot = all_.chance.below(all_.plan.operators.most_members);
  while (all_.lives.living_in(slot) > 0)
    slot = (slot + 1) % all_.plan.operators.most_members;
  all_.nodes[all_.build(slot, joiner(nobody))].start();
  if (all_.chance.chance(300)) // it comes by itself; to wish for it as well does no harm
    wish(all_.nodes[all_.lives[whom_to_ask()].place], raft::wish_kind::add, {name_of(slot), {}});
}

// Somebody has started a name twice: the second is refused for as long as the first is linked.
// Every second time the only one whom the second knows has no link to the first, and lets it in as
// a guest. One name at a time: of two, each first may be linked with the second of the other one,
// and neither dials a name that is linked.
void operators::double_name() {
  if (all_.lives.living() >= all_.plan.operators.most_members || all_.has_twins())
    return;
  all_.done.add(count::names_doubled);
  const auto first = all_.lives.anybody(all_.chance);
  auto plan = joiner(nobody);
  const auto host = all_.lives.anybody(all_.chance);
  if (host != first && all_.chance.chance(500)) {
    plan.seeds = {all_.lives[host].place};
    all_.trouble.separate(host, first, all_.chance.between(all_.plan.idle * 3, all_.plan.idle * 9));
  }
  all_.nodes[all_.build(all_.lives[first].slot, std::move(plan))].start();
}

// -- wishes ---------------------------------------------------------------------------------------

void operators::wish(node& asked, raft::wish_kind kind, raft::member_id member) {
  if (!asked.awake() || stopped_)
    return;
  const auto patience = all_.chance.between(all_.plan.idle, all_.plan.idle * 20);
  const auto now = asked.clock().read(all_.time.now());
  const raft::wish what{++last_wish_, kind, std::move(member), now + patience};
  if (kind == raft::wish_kind::remove || kind == raft::wish_kind::leave) {
    const auto& peer = kind == raft::wish_kind::leave ? name_of(asked.slot()) : what.member.peer;
    removals_.push_back({peer, all_.time.now() + patience * 2 + all_.plan.idle * 30});
  }
  all_.story.note(all_.time.now(), {0x3154, asked.who(), what.id}, [&] {
    return "operator wishes #" + str(what.id) + " from " + all_.name(asked.who()) + ": "
           + to_string(what);
  });
  open_[what.id] = {asked.place(), asked.process()};
  old_.push_back(what);
  if (old_.size() > max_old_wishes)
    old_.erase(old_.begin());
  all_.rules.wished({asked.who(), &what});
  asked.wish(what);
}

void operators::answered(std::size_t who, const raft::order_answer& answer) {
  static constexpr std::array counted{count::answers_done, count::answers_refused,
                                      count::answers_unknown};
  all_.done.add(counted[static_cast<std::size_t>(answer.result)]);
  open_.erase(answer.id);
  all_.rules.answered({who, answer});
}

bool operators::expecting() const noexcept {
  return expected_ > 0 || std::ranges::any_of(open_, [this](const auto& each) {
           return is_waited_for(each.second);
         });
}

// A process that has ended answers nothing.
bool operators::is_waited_for(const open_wish& each) const noexcept {
  const auto& asked = all_.nodes[each.place];
  return asked.running() && asked.process() == each.process;
}

std::vector<std::string> operators::on_their_way_out() const {
  std::vector<std::string> result;
  for (const auto& each : removals_)
    if (each.until > all_.time.now())
      result.push_back(each.peer);
  return result;
}

// A member, running or not, also the one that is asked; now and then somebody who is none.
void operators::shrink() {
  auto& asked = all_.nodes[all_.lives[whom_to_ask()].place];
  const auto* core = all_.rules.view().members[asked.who()].core;
  if (!asked.awake() || core == nullptr)
    return;
  const auto candidates = raft::others(core->members(), {});
  auto id = candidates[all_.chance.below(candidates.size())];
  if (all_.chance.chance(150))
    id = asked.stored().self;
  else if (all_.chance.chance(100))
    id = all_.lives[all_.chance.below(all_.lives.size())].config.self;
  if (!may_remove(id.peer))
    return;
  if (all_.chance.chance(400))
    id.incarnation = {};
  wish(asked, raft::wish_kind::remove, std::move(id));
}

void operators::leave() {
  auto& asked = all_.nodes[all_.lives[all_.lives.anybody(all_.chance)].place];
  // Whoever has met nobody cannot know that an earlier life of it is a member.
  if (asked.running() && all_.rules.view().members[asked.who()].core != nullptr
      && may_remove(name_of(asked.slot())))
    wish(asked, raft::wish_kind::leave, {});
}

// A majority of those who stay when all have gone who may still go remembers, and a majority of
// them may campaign: one that only follows may have the longest log and keep its vote from
// everybody. Otherwise the cluster could come to its end, and rightly so. The last one may be asked
// for, to be refused.
bool operators::may_remove(const std::string& name) const {
  const auto& view = all_.rules.view();
  auto out = on_their_way_out();
  out.push_back(name);
  const auto committed = view.past.members_index_at(view.past.last_index());
  const auto stays = [&](const raft::configuration& members) {
    const auto left = without(view, members, out);
    if (left.voters.empty())
      return members.voters.size() == 1;
    // Nothing goes wrong between members where there is one alone.
    if (left.voters.size() == 1 && !all_.chance.chance(150))
      return false;
    // And when none of those goes who only follow.
    std::size_t passive = 0;
    std::size_t stay = 0;
    for (const auto& each : members.voters) {
      const auto number = all_.lives.number_of(each);
      const bool follows = number != nobody && all_.lives[number].config.only_follower;
      passive += follows ? 1 : 0;
      stay += follows || raft::contains(left.voters, each) ? 1 : 0;
    }
    return (passive == 0 || passive <= (stay - 1) / 2)
           && (all_.plan.faults.may_forget_all || has_majority(view, left));
  };
  return stays(view.past.members_at(committed))
         && std::ranges::all_of(view.members, [&](const member_view& each) {
              return std::ranges::all_of(each.log.configurations(), [&](const auto& held) {
                return held.index < committed || stays(*held.members);
              });
            });
}

// What somebody has wished before, on any node; or a request of long ago that comes late: for whom
// it asks may have gone, or be too old.
void operators::repeat() {
  if (!old_.empty() && all_.chance.chance(500)) {
    const auto again = old_[all_.chance.below(old_.size())];
    const bool removes = again.kind == raft::wish_kind::remove;
    if (!removes && again.kind != raft::wish_kind::add)
      return;
    if (removes && !may_remove(again.member.peer))
      return;
    all_.done.add(count::wishes_repeated);
    return wish(all_.nodes[all_.lives[whom_to_ask()].place], again.kind, again.member);
  }
  const auto& who = all_.lives[all_.chance.below(all_.lives.size())];
  if (who.born_after)
    static_cast<void>(all_.members[whom_to_ask()].change(
        {raft::change_kind::add, who.config.self, *who.born_after}));
}

void operators::disturb() {
  const auto nobody_at_all = all_.chance.chance(500);
  static_cast<void>(all_.members[whom_to_ask()].change(
      {raft::change_kind::remove, {nobody_at_all ? "" : "nobody", {}}, 0}));
}

void operators::burst() {
  const bool at_once = all_.chance.chance(500);
  duration delay{0};
  for (auto left = all_.chance.between(2, 4); left > 0; --left) {
    all_.done.add(count::wishes_in_bursts);
    all_.time.after(delay, [this, phase = phase_, kind = all_.chance.below(9)] {
      if (phase != phase_)
        return;
      if (kind < 4)
        shrink();
      else if (kind < 6)
        repeat();
      else if (kind < 7)
        transfer();
      else if (kind < 8)
        leave();
      else
        grow();
    });
    if (!at_once)
      delay += all_.chance.between(duration{0}, all_.plan.idle / 2);
  }
}

void operators::transfer() {
  raft::transfer_leadership wish;
  if (all_.chance.chance(600))
    wish.to = all_.lives[all_.lives.anybody(all_.chance)].config.self;
  all_.members[whom_to_ask()].transfer(wish);
}

} // namespace hamok::sim
