// The links of a node: hello and judgement, who is dialed, when a dead one is noticed, and what is
// said over them.

#include "hamok/raft/dialing.hpp"
#include "hamok/tests/sim/node.hpp"
#include "hamok/tests/sim/world.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace hamok::sim {

namespace {

std::size_t place_at(const std::string& endpoint) {
  return static_cast<std::size_t>(std::stoull(endpoint));
}

} // namespace

bool node::reach(std::size_t who, std::function<void(node&)> what) {
  if (who == who_)
    return true;
  return all_.net.carry(who_, who, [this, who, what = std::move(what)] {
    auto& other = all_.nodes[all_.lives[who].place];
    if (other.who_ == who)
      other.when_awake([&other, who, what] {
        if (other.who_ == who)
          what(other);
      });
  });
}

std::string node::known() const {
  std::string text = ", at " + str(place_) + ", knows";
  if (book_)
    for (const auto& peer : book_->all())
      text += " " + peer.peer + "@" + peer.endpoint;
  return text;
}

// -- how links come about -----------------------------------------------------------------------

node::hello node::say_hello() const {
  return {life_->myself(), who_, book_->all()};
}

void node::dial(std::size_t place) {
  if (!awake() || rests() || place >= all_.nodes.size())
    return;
  reach(all_.nodes[place].who_, [said = say_hello()](node& other) { other.hear_hello(said); });
}

void node::hear_hello(const hello& said) {
  if (!rests() && admit(said))
    reach(said.who, [mine = say_hello()](node& other) { other.hear_answer(mine); });
}

void node::hear_answer(const hello& said) {
  if (rests() || !admit(said))
    return;
  open(said);
  if (running())
    reach(said.who, [mine = say_hello()](node& other) { other.be_confirmed(mine); });
}

void node::be_confirmed(const hello& said) {
  if (!rests() && admit(said))
    open(said);
}

/// Whether the judgement lets it in; if not, it is told, and if so, whoever has to go.
bool node::admit(const hello& said) {
  const auto here = life_->admission();
  const auto verdict = raft::judge(here, said.myself);
  all_.done.add(verdict == raft::verdict::welcome      ? count::hellos_welcome
                : verdict == raft::verdict::name_taken ? count::hellos_name_taken
                                                       : count::hellos_retired);
  if (verdict != raft::verdict::welcome)
    reach(said.who, [cluster = life_->myself().cluster, verdict](node& other) {
      other.turned_away(cluster, verdict);
    });
  else
    make_room(here, said.myself);
  return verdict == raft::verdict::welcome && running() && !rests();
}

// A guest gives way to the member whose name it has.
void node::make_room(const raft::admission_view& here, const raft::newcomer& comes) {
  for (const auto& id : here.linked)
    if (running() && raft::displaces(here, comes, id)) {
      all_.done.add(count::guests_displaced);
      close(id, raft::verdict::name_taken);
    }
}

void node::turned_away(const raft::incarnation_id& cluster, raft::verdict why) {
  feed(raft::turned_away{cluster, why});
}

void node::open(const hello& said) {
  gossips_ = book_->learn(said.known) || gossips_;
  const bool is_new = links_.insert_or_assign(said.who, all_.time.now()).second;
  if (!is_new)
    return;
  met_.insert_or_assign(said.myself.self.peer, said.myself.self);
  const auto process = process_;
  feed(raft::peer_met{said.myself.self, said.myself.cluster});
  if (process == process_ && core() != nullptr)
    my_member().tell_link(said.who, true);
}

void node::link_changed(std::size_t who, std::size_t peer, bool up) {
  if (who != who_)
    return;
  when_awake([this, who, peer, up] {
    if (who != who_)
      return;
    if (!up)
      drop(peer);
    else if (!links_.contains(peer))
      dial(all_.lives[peer].place);
    else if (core() != nullptr)
      my_member().tell_link(peer, true);
  });
}

// Also where there is none as far as this node knows: a core must not mind.
void node::drop(std::size_t peer) {
  const auto process = process_;
  if (links_.erase(peer) > 0)
    feed(raft::peer_lost{all_.lives[peer].config.self});
  if (process == process_ && core() != nullptr)
    my_member().tell_link(peer, false);
}

void node::close(const raft::member_id& id, raft::verdict why) {
  const auto peer = all_.lives.number_of(id);
  if (!links_.contains(peer))
    return;
  drop(peer);
  if (!running())
    return;
  reach(peer, [who = who_, cluster = life_->myself().cluster, why](node& other) {
    other.drop(who);
    if (other.running())
      other.turned_away(cluster, why);
  });
}

// The life that is over says goodbye.
void node::part() {
  for (const auto& [peer, heard] : std::exchange(links_, {}))
    all_.net.tell_of_link(peer, parting_, false);
}

// -- what is looked after -----------------------------------------------------------------------

void node::watch_later() {
  const auto idle = all_.plan.idle;
  all_.time.after(all_.chance.between(idle / 4, idle / 2), [this, process = process_] {
    if (process == process_)
      when_awake([this] {
        watch();
        if (running())
          watch_later();
      });
  });
}

void node::watch() {
  const auto process = process_;
  check_links();
  if (process != process_ || rests())
    return;
  dial_those_wanted();
  if (!std::exchange(gossips_, false))
    return;
  // A link loses nothing: what does not come at once comes later, or the link ends.
  for (const auto& [peer, heard] : links_)
    if (!say(all_.lives[peer].config.self, book_->all()))
      gossips_ = true;
}

bool node::is_answered_by(std::size_t peer) const {
  const auto& other = all_.nodes[all_.lives[peer].place];
  return other.who_ == peer && other.awake() && other.links_.contains(who_)
         && all_.net.is_open(who_, peer) && all_.net.is_open(peer, who_);
}

// Pings that are not answered for a while end a link, and at once when the other end says that
// there is none.
void node::check_links() {
  const auto process = process_;
  const auto now = all_.time.now();
  for (auto& [peer, heard] : std::map{links_}) {
    const auto& other = all_.nodes[all_.lives[peer].place];
    const bool reset = other.awake() && (other.who_ != peer || !other.links_.contains(who_))
                       && all_.net.is_open(who_, peer) && all_.net.is_open(peer, who_);
    if (is_answered_by(peer))
      links_[peer] = now;
    else if (now - heard > (reset ? all_.plan.network.max_delay * 3 : all_.plan.idle * 2))
      drop(peer);
    if (process != process_)
      return;
  }
}

// Names and endpoints that are linked are not dialed again.
void node::dial_those_wanted() {
  std::set<std::string> linked;
  for (const auto& [peer, heard] : links_)
    linked.insert(all_.lives[peer].config.self.peer);
  const auto here = life_->admission();
  auto plan = raft::plan_dialing({here.self, rests(), here.latest, here.linked, book_->all(), {}});
  for (const auto& peer : plan.wanted)
    if (!linked.contains(peer.peer))
      dial(place_at(peer.endpoint));
  book_->keep(std::move(plan.kept));
  const auto is_there = [this](std::size_t place) {
    return std::ranges::any_of(
        links_, [&](const auto& link) { return all_.lives[link.first].place == place; });
  };
  if (plan.seek)
    for (const auto seed : plan_.seeds)
      if (!is_there(seed))
        dial(seed);
}

// -- words --------------------------------------------------------------------------------------

// As the node of the library: only what comes over a link. What a life has said before its end is
// not heard any more once the link is down, or it would seem to be there again.
bool node::hears(std::size_t from) const {
  return life_ && core() != nullptr && life_->admits(all_.lives[from].config.self);
}

bool node::say(const raft::member_id& to, node_word what) {
  const auto peer = all_.lives.number_of(to);
  if (!links_.contains(peer))
    return true;
  all_.done.add(count::words_sent);
  return reach(peer, [from = who_, what = std::move(what)](node& other) mutable {
    if (other.links_.contains(from))
      other.hear(from, what);
  });
}

void node::hear(std::size_t from, node_word& what) {
  const auto& id = all_.lives[from].config.self;
  if (auto* word = std::get_if<raft::life_word>(&what)) {
    feed(raft::peer_told{id, *word});
  } else if (const auto* known = std::get_if<std::vector<raft::known_peer>>(&what)) {
    gossips_ = book_->learn(*known) || gossips_;
  } else if (const auto* request = std::get_if<raft::change_request>(&what)) {
    if (const auto outcome = change(from, *request); outcome && running())
      say(id, change_reply{request->order, request->attempt, *outcome});
  } else if (const auto* reply = std::get_if<change_reply>(&what)) {
    feed(raft::change_answered{reply->order, reply->attempt, reply->outcome});
  }
}

} // namespace hamok::sim
