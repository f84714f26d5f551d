#include "hamok/tests/script/interpreter.hpp"

#include "hamok/tests/script/inject.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace hamok::script {

using namespace raft;

namespace {

/// "n1->n2", with * for anybody; no word at all stands for everything.
packet_filter filter_of(const words& line) {
  const auto pattern = line.size() > 1 ? line.at(1) : std::string{"*->*"};
  const auto arrow = pattern.find("->");
  if (arrow == std::string::npos)
    throw std::runtime_error("not a direction: " + pattern);
  const auto kind = line.text("kind");
  return
      [from = pattern.substr(0, arrow), to = pattern.substr(arrow + 2), kind](const packet& item) {
        return (from == "*" || from == item.from) && (to == "*" || to == item.to)
               && to_string(item.message).starts_with(kind);
      };
}

std::size_t limit_of(const words& line) {
  return static_cast<std::size_t>(line.number("count", ~std::uint64_t{0}));
}

core_config config_of(const words& line, const std::string& name, std::uint64_t number) {
  core_config result;
  result.self = {name, incarnation_id{0, number}};
  result.seed = line.number("seed", 0) + number;
  result.follower_max_idle = line.time("idle", result.follower_max_idle);
  result.election_timeout = line.time("election", result.election_timeout);
  result.heartbeat = line.time("heartbeat", result.heartbeat);
  result.max_batch_entries = line.number("batch", result.max_batch_entries);
  result.max_inflight_messages = line.number("window", result.max_inflight_messages);
  result.max_uncommitted_bytes = line.number("uncommitted-bytes", result.max_uncommitted_bytes);
  result.max_apply_ahead = line.number("apply-ahead", result.max_apply_ahead);
  result.volatile_state = line.number("volatile", 0) != 0;
  result.log_max_bytes = line.number("log-bytes", result.log_max_bytes);
  result.log_max_entries = line.number("log-entries", result.log_max_entries);
  result.log_expiration = line.time("log-age", result.log_expiration);
  result.max_chunk_bytes = line.number("chunk", result.max_chunk_bytes);
  result.max_snapshot_inflight = line.number("snapshot-window", result.max_snapshot_inflight);
  result.promote_learners = line.number("promote", 1) != 0;
  const auto passive = line.list("only-follower");
  result.only_follower = std::find(passive.begin(), passive.end(), name) != passive.end();
  return result;
}

} // namespace

/// One function for each command, with the sentence that documents it.
struct commands {
  using function = void (*)(interpreter&, const words&);

  /// cluster n=3 [learners=n4] [idle= election= heartbeat= batch= window= uncommitted-bytes=
  /// apply-ahead= only-follower= promote= seed= log-bytes= log-entries= log-age= chunk=
  /// snapshot-window= volatile=]: members n1 to n<n>, none of which has ever run. With volatile=1
  /// their state machines are as old as their disks, and need not be saved.
  static void make_cluster(interpreter& in, const words& line) {
    configuration members;
    const auto learners = line.list("learners");
    for (std::uint64_t number = 1; number <= line.number("n", 3); ++number) {
      const auto name = "n" + std::to_string(number);
      auto config = config_of(line, name, number);
      const bool learner = std::find(learners.begin(), learners.end(), name) != learners.end();
      (learner ? members.learners : members.voters).push_back(config.self);
      in.cluster_.add_member(std::move(config));
    }
    in.cluster_.start(members);
  }

  /// log n1 terms=1,1,4 [term=4] [vote=n2]: it starts anew, with this log and hard state on disk.
  static void start_from_log(interpreter& in, const words& line) {
    std::vector<entry> entries;
    hard_state hard;
    for (const auto term : line.numbers("terms")) {
      entries.push_back(
          {term, entry_kind::command, duration{0}, blob::from_string("t" + std::to_string(term))});
      hard.term = term;
    }
    hard.term = line.number("term", hard.term);
    if (const auto vote = line.text("vote"); !vote.empty())
      hard.vote = in.cluster_.core_of(vote).config().self;
    in.cluster_.start_from(line.at(1), std::move(entries), std::move(hard));
  }

  /// wait 100ms: time passes, and nobody looks at the clock.
  static void wait(interpreter& in, const words& line) {
    in.cluster_.wait(to_duration(line.at(1)));
  }

  /// tick n1 [100ms]: time passes until its deadline (or so long), and its clock ticks.
  static void tick(interpreter& in, const words& line) {
    in.cluster_.tick(line.at(1),
                     line.size() > 2 ? std::optional{to_duration(line.at(2))} : std::nullopt);
  }

  /// timeout n1: time passes until it starts its next round of votes.
  static void time_out(interpreter& in, const words& line) { in.cluster_.time_out(line.at(1)); }

  /// elect n1: it times out, and everything is delivered until it leads and all is quiet.
  static void elect(interpreter& in, const words& line) {
    in.cluster_.time_out(line.at(1));
    in.cluster_.stabilize([](const packet&) { return true; });
    if (in.cluster_.core_of(line.at(1)).role() != role::leader)
      throw std::runtime_error(line.at(1) + " is not elected");
  }

  /// run 2s: so much time passes, with every clock ticking and every message arriving at once.
  static void run(interpreter& in, const words& line) { in.cluster_.run(to_duration(line.at(1))); }

  /// propose n1 x y: it is asked to append these commands, in one step.
  static void propose(interpreter& in, const words& line) {
    in.cluster_.propose(line.at(1), line.from(2));
  }

  /// add n1 n4: the leader n1 is asked to take n4 in.
  static void add(interpreter& in, const words& line) {
    in.cluster_.change(line.at(1), change_kind::add, line.at(2));
  }

  /// remove n1 n2: the leader n1 is asked to remove n2.
  static void remove(interpreter& in, const words& line) {
    in.cluster_.change(line.at(1), change_kind::remove, line.at(2));
  }

  /// transfer n1 [n2]: n1 is asked to hand its leadership over, to n2 or to whom it chooses.
  static void transfer(interpreter& in, const words& line) {
    in.cluster_.transfer(line.at(1), line.size() > 2 ? line.at(2) : "");
  }

  /// forget n2 [told=0]: it dies with its disk, and comes back as another life, n2'. The others
  /// hear that the link to the old one is gone, or not.
  static void forget(interpreter& in, const words& line) {
    in.cluster_.forget(line.at(1), line.number("told", 1) != 0);
  }

  /// old-link-down n1 n2: n1 hears that the link to n2's life before the present one is gone.
  static void old_link_down(interpreter& in, const words& line) {
    in.cluster_.old_link_down(line.at(1), line.at(2));
  }

  /// compact n1 [up-to=3]: it is asked to drop what it can, or so much, from its log.
  static void compact(interpreter& in, const words& line) {
    in.cluster_.compact(line.at(1), line.number("up-to", 0));
  }

  /// hold-cut n1: cuts that it asks for take their time from now on.
  static void hold_cut(interpreter& in, const words& line) { in.cluster_.hold_cut(line.at(1)); }

  /// release-cut n1 [ok=0]: it gets the cut that it waits for, or hears that there is none.
  static void release_cut(interpreter& in, const words& line) {
    in.cluster_.release_cut(line.at(1), line.number("ok", 1) != 0);
  }

  /// hold-install n1: what it installs takes its time from now on.
  static void hold_install(interpreter& in, const words& line) {
    in.cluster_.hold_install(line.at(1));
  }

  /// release-install n1 [ok=0]: what it installs is in place, or could not be.
  static void release_install(interpreter& in, const words& line) {
    in.cluster_.release_install(line.at(1), line.number("ok", 1) != 0);
  }

  /// join n4 [base=empty] [idle= ...]: a new member starts with an empty log and gets links to all
  /// others. It takes part when a leader is asked to add it. With an empty base it does not know
  /// the founders, and has to be given a snapshot.
  static void join(interpreter& in, const words& line) {
    const auto& name = line.at(1);
    in.cluster_.join(config_of(line, name, to_number(name.substr(1))),
                     line.text("base") != "empty");
  }

  /// deliver [n1->n2] [kind=append_request] [count=1]: messages that are on the way arrive.
  static void deliver(interpreter& in, const words& line) {
    in.cluster_.deliver(filter_of(line), limit_of(line));
  }

  /// stabilize [n1 n2]: messages arrive, and those that they cause, until there are no more
  /// (between these two).
  static void stabilize(interpreter& in, const words& line) {
    if (line.size() == 1)
      return in.cluster_.stabilize([](const packet&) { return true; });
    in.cluster_.stabilize([one = line.at(1), other = line.at(2)](const packet& item) {
      return (item.from == one && item.to == other) || (item.from == other && item.to == one);
    });
  }

  /// drop [n1->n2] [kind=] [count=]: messages that are on the way are lost.
  static void drop(interpreter& in, const words& line) {
    in.cluster_.drop(filter_of(line), limit_of(line));
  }

  /// duplicate [n1->n2] [kind=]: messages that are on the way come a second time, behind all
  /// others.
  static void duplicate(interpreter& in, const words& line) {
    in.cluster_.duplicate(filter_of(line));
  }

  /// reverse [n1->n2] [kind=]: the last of the messages on the way comes first.
  static void reverse(interpreter& in, const words& line) { in.cluster_.reverse(filter_of(line)); }

  /// isolate n1 [n2]: what they send to anybody else, and what is sent to them, is lost from now
  /// on.
  static void isolate(interpreter& in, const words& line) {
    const auto inside = line.from(1);
    for (const auto& one : inside)
      for (const auto& other : in.cluster_.names())
        if (std::find(inside.begin(), inside.end(), other) == inside.end()) {
          in.cluster_.cut(one, other);
          in.cluster_.cut(other, one);
        }
  }

  /// heal: nothing is lost any more.
  static void heal(interpreter& in, const words&) { in.cluster_.heal(); }

  /// link-down n1 n2: both learn that the link between them is gone, with what was on the way; what
  /// they send to each other from now on is lost.
  static void link_down(interpreter& in, const words& line) {
    in.cluster_.link_down(line.at(1), line.at(2));
  }

  /// link-up n1 n2: both learn that there is a link between them.
  static void link_up(interpreter& in, const words& line) {
    in.cluster_.link_up(line.at(1), line.at(2));
  }

  /// hold-disk n1: its writes do not end any more.
  static void hold_disk(interpreter& in, const words& line) { in.cluster_.hold_disk(line.at(1)); }

  /// release-disk n1 [count=1]: all of its writes end (or so many), the oldest first.
  static void release_disk(interpreter& in, const words& line) {
    in.cluster_.release_disk(line.at(1),
                             line.has("count") ? std::optional{limit_of(line)} : std::nullopt);
  }

  /// hold-apply n1: its state machines stop to report what they have applied.
  static void hold_apply(interpreter& in, const words& line) { in.cluster_.hold_apply(line.at(1)); }

  /// applied n1 [index=3]: they report all they were given (from now on too), or this much.
  static void report_applied(interpreter& in, const words& line) {
    in.cluster_.report_applied(
        line.at(1), line.has("index") ? std::optional{line.number("index", 0)} : std::nullopt);
  }

  /// crash n1: it is gone, and what its disk had not written.
  static void crash(interpreter& in, const words& line) { in.cluster_.crash(line.at(1)); }

  /// restart n1: it comes back with what is on its disk.
  static void restart(interpreter& in, const words& line) { in.cluster_.restart(line.at(1)); }

  /// inject n1->n2 append_request term=3 ...: n2 receives a message that n1 never sent
  /// (inject.cpp).
  static void inject(interpreter& in, const words& line) {
    in.cluster_.receive(injected_packet(line));
  }

  /// state: a line for each member.
  static void print_state(interpreter& in, const words&) { in.cluster_.print_state(); }

  /// progress n1: what the leader n1 knows about the others.
  static void print_progress(interpreter& in, const words& line) {
    in.cluster_.print_progress(line.at(1));
  }

  /// quiet <command>: the same without its output, for what the scenario is not about.
  static void quiet(interpreter& in, const words& line) {
    std::string kept;
    std::swap(kept, in.out_);
    in.execute(words{line.rest()});
    std::swap(kept, in.out_);
  }

  static function find(const std::string& name) {
    static const std::map<std::string, function> table = {{"add", add},
                                                          {"applied", report_applied},
                                                          {"cluster", make_cluster},
                                                          {"compact", compact},
                                                          {"crash", crash},
                                                          {"deliver", deliver},
                                                          {"drop", drop},
                                                          {"duplicate", duplicate},
                                                          {"elect", elect},
                                                          {"forget", forget},
                                                          {"heal", heal},
                                                          {"hold-apply", hold_apply},
                                                          {"hold-cut", hold_cut},
                                                          {"hold-disk", hold_disk},
                                                          {"hold-install", hold_install},
                                                          {"inject", inject},
                                                          {"isolate", isolate},
                                                          {"join", join},
                                                          {"link-down", link_down},
                                                          {"link-up", link_up},
                                                          {"log", start_from_log},
                                                          {"old-link-down", old_link_down},
                                                          {"progress", print_progress},
                                                          {"propose", propose},
                                                          {"quiet", quiet},
                                                          {"release-cut", release_cut},
                                                          {"release-disk", release_disk},
                                                          {"release-install", release_install},
                                                          {"remove", remove},
                                                          {"restart", restart},
                                                          {"reverse", reverse},
                                                          {"run", run},
                                                          {"stabilize", stabilize},
                                                          {"state", print_state},
                                                          {"tick", tick},
                                                          {"timeout", time_out},
                                                          {"transfer", transfer},
                                                          {"wait", wait}};
    const auto found = table.find(name);
    if (found == table.end())
      throw std::runtime_error("there is no command " + name);
    return found->second;
  }
};

void interpreter::execute(const words& line) {
  const auto& name = line.at(0);
  commands::find(name)(*this, line);
  if (name != "quiet")
    line.check_all_used();
}

std::string interpreter::run(const std::string& line) {
  out_.clear();
  execute(words{line});
  return std::exchange(out_, {});
}

} // namespace hamok::script
