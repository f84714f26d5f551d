#include "hamok/tests/process/chatting.hpp"

#include "hamok/tests/catch.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace hamok::process_test {

using test::failure;
using test::json;
using test::members;

namespace {

constexpr std::size_t most_subscribers = 3; ///< of a member
constexpr std::uint64_t some = 8;           ///< events of each member between two steps

/// What `emitter::subscriptions` shows is `member metadata`.
std::string metadata_of(const json& line) {
  const auto text = line.get<std::string>();
  return text.substr(text.find(' ') + 1);
}

} // namespace

chatting::chatting(bool ordered) : ordered_(ordered) {
  for (const auto& name : members::names()) {
    seats_[name].member = name;
    members_.open(name, "emitter", "chat", {{"ordered", ordered_}});
  }
  for (auto& [name, at] : seats_)
    at.thread = std::thread{[this, seat_of_it = &at] { run(*seat_of_it); }};
}

chatting::~chatting() {
  stopping_ = true;
  for (auto& [name, at] : seats_)
    if (at.thread.joinable())
      at.thread.join();
}

bool chatting::await_progress() const {
  std::map<std::string, std::uint64_t> wanted;
  for (const auto& [name, at] : seats_)
    wanted[name] = at.published + some;
  return eventually([&] {
    return std::ranges::all_of(
        seats_, [&](const auto& one) { return one.second.published >= wanted[one.first]; });
  });
}

// -- what a member does ---------------------------------------------------------------------------

void chatting::run(seat& at) {
  while (!stopping_) {
    if (use(at))
      continue;
    at.parked = true;
    while (!at.may_go_on && !stopping_)
      std::this_thread::sleep_for(std::chrono::milliseconds{2});
    at.parked = false;
  }
}

bool chatting::use(seat& at) {
  try {
    if (at.listening.size() < most_subscribers)
      subscribe(at);
    else if (at.published % 3 == 0)
      unsubscribe(at);
    publish(at);
    return true;
  } catch (const failure& reason) {
    if (reason.code() == "gone")
      return false;
    const std::lock_guard guard{mutex_};
    refused_.push_back(at.member + ": " + reason.what());
    return true;
  }
}

void chatting::subscribe(seat& at) {
  const auto name = at.member + std::to_string(++names_);
  const int number = chat_on(at.member)("subscribe", {"said", name});
  at.listening.push_back(name);
  const std::lock_guard guard{mutex_};
  auto& added = subscribers_[name];
  added.member = at.member;
  added.number = number;
  added.since = clock::now();
  if (!at.may_go_on) { // its member has been killed since it answered
    added.lost = true;
    added.until = added.since;
  }
}

void chatting::unsubscribe(seat& at) {
  const auto name = at.listening.front();
  at.listening.pop_front();
  int number = 0;
  {
    const std::lock_guard guard{mutex_};
    auto& which = subscribers_.at(name);
    which.until = clock::now();
    which.ended = true;
    number = which.number;
  }
  if (chat_on(at.member)("unsubscribe", {number}) != true) {
    const std::lock_guard guard{mutex_};
    refused_.push_back(name + " was not there");
  }
}

void chatting::publish(seat& at) {
  const auto chat = chat_on(at.member);
  publication event;
  event.text = at.member + "/" + std::to_string(++names_);
  event.from = at.member;
  for (const auto& line : chat("subscriptions", {"said"}))
    event.known.insert(metadata_of(line));
  event.failed = true;
  event.start = clock::now();
  std::optional<failure> reason;
  try {
    const auto result = chat("publish", {"said", event.text});
    result["handled"].get_to(event.handled);
    result["failed"].get_to(event.reported);
    event.failed = false;
  } catch (const failure& caught) {
    reason = caught;
  }
  event.end = clock::now();
  {
    const std::lock_guard guard{mutex_};
    published_.push_back(std::move(event));
  }
  ++at.published;
  if (reason)
    throw failure{*reason};
}

// -- what happens to it ---------------------------------------------------------------------------

void chatting::kill_leader_and_bring_it_back() {
  // Who leads is asked of all; their threads go on meanwhile.
  auto& at = seats_.at(members_.leader());
  mark_lost(at);
  members_.kill(at.member);
  REQUIRE(eventually([&] { return at.parked.load(); }));
  std::map<std::string, std::uint64_t> wanted;
  for (const auto& other : members::others_than(at.member))
    wanted[other] = seats_.at(other).published + some;
  REQUIRE(eventually([&] { // the other two go on
    return std::ranges::all_of(
        wanted, [&](const auto& one) { return seats_.at(one.first).published >= one.second; });
  }));
  bring_back(at);
}

void chatting::mark_lost(seat& at) {
  at.may_go_on = false;
  const std::lock_guard guard{mutex_};
  for (auto& [name, one] : subscribers_)
    if (one.member == at.member && !one.lost) {
      one.lost = true;
      one.until = std::min(one.until, clock::now());
    }
}

void chatting::bring_back(seat& at) {
  at.listening.clear();
  members_.start(at.member);
  REQUIRE(eventually([&] { return all_linked(); }));
  members_.open(at.member, "emitter", "chat", {{"ordered", ordered_}});
  at.may_go_on = true;
}

bool chatting::all_linked() {
  std::map<std::string, json> seen;
  for (const auto& name : members::names())
    seen[name] = members_.ask(name, "status");
  return std::ranges::all_of(seen, [&](const auto& one) {
    return std::ranges::all_of(members::others_than(one.first), [&](const std::string& other) {
      return one.second["linked"].value(other, "") == seen[other]["incarnation"];
    });
  });
}

void chatting::finish() {
  stopping_ = true;
  for (auto& [name, at] : seats_)
    at.thread.join();
  for (auto& [name, one] : subscribers_)
    if (!one.lost)
      for (const auto& line : chat_on(one.member)("heard", {one.number}))
        one.heard.insert(line.get<std::string>());
}

// -- what has to be so ----------------------------------------------------------------------------

std::vector<std::string> chatting::violations() const {
  auto wrong = refused_;
  for (const auto& event : published_) {
    check_heard(event, wrong);
    check_reached(event, wrong);
  }
  return wrong;
}

void chatting::check_heard(const publication& event, std::vector<std::string>& wrong) const {
  for (const auto& [name, one] : subscribers_) {
    if (one.lost)
      continue;
    const auto times = one.heard.count("said " + event.text);
    const auto listened = one.since <= event.start && one.until >= event.end;
    if (times > 1)
      wrong.push_back(name + " has heard " + event.text + " " + std::to_string(times) + " times");
    if (times == 0 && listened && event.handled.contains(one.member))
      wrong.push_back(name + " has not heard " + event.text + ", and its member has handled it");
  }
}

/// A member must have handled it when all of its subscribers that the publisher knew of have
/// listened all the time.
void chatting::check_reached(const publication& event, std::vector<std::string>& wrong) const {
  std::map<std::string, bool> must_handle;
  for (const auto& name : event.known) {
    const auto found = subscribers_.find(name); // not there: its member died while it subscribed
    if (found == subscribers_.end())
      return;
    const auto& one = found->second;
    const auto listened = one.since <= event.start && one.until >= event.end;
    auto& must = must_handle.emplace(one.member, true).first->second;
    must = must && listened;
  }
  for (const auto& [member, must] : must_handle)
    if (must && !event.failed && !event.handled.contains(member)) {
      const auto reported = event.reported.find(member);
      wrong.push_back(
          member + " has not handled " + event.text + ": "
          + (reported == event.reported.end() ? "it is not mentioned" : reported->second));
    }
}

bool chatting::only_the_living_listen() {
  std::set<std::string> expected;
  for (const auto& [name, one] : subscribers_)
    if (!one.lost && !one.ended)
      expected.insert(name);
  return eventually([&] {
    return std::ranges::all_of(members::names(), [&](const std::string& member) {
      std::set<std::string> known;
      for (const auto& line : chat_on(member)("subscriptions", {"said"}))
        known.insert(metadata_of(line));
      return known == expected;
    });
  });
}

} // namespace hamok::process_test
