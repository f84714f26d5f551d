#include "hamok/tests/manual/members.hpp"

#include "hamok/tests/cluster/cluster.hpp"

#include <algorithm>
#include <utility>

namespace hamok::test {

namespace {

/// The code of the failure of `what`.
template <class F>
std::string code_of(F what) {
  try {
    what();
    return {};
  } catch (const failure& reason) {
    return reason.code();
  }
}

} // namespace

// -- a collection on one member -------------------------------------------------------------------

opened::opened(members& all, std::string member, std::string kind, std::string id)
    : all_(&all),
      member_(std::move(member)),
      kind_(std::move(kind)),
      id_(std::move(id)) {}

json opened::operator()(const std::string& call, const json& with) const {
  return all_->answer_of(member_, {{"of", id_}, {"call", call}, {"with", with}});
}

std::future<json> opened::later(const std::string& call, const json& with) const {
  return std::async(std::launch::async, [me = *this, call, with] { return me(call, with); });
}

std::string opened::refusal(const std::string& call, const json& with) const {
  return code_of([&] { (*this)(call, with); });
}

bool opened::comes_to(const json& expected, const std::string& call, const json& with) const {
  json last;
  const auto done = eventually([&] { return (last = (*this)(call, with)) == expected; });
  if (!done)
    UNSCOPED_INFO(member_ << " answers " << last.dump() << " and not " << expected.dump());
  return done;
}

/// Each event with those that the same callback hears, in their order: callbacks are called in any.
/// There is one for each kind of event, and for each field where a struct names the fields.
std::vector<std::string> opened::by_callback(std::vector<std::string> events) const {
  const bool by_field = kind_ == "record" || kind_ == "text record";
  const auto callback = [by_field](const std::string& line) {
    const auto kind = line.find(' ');
    return line.substr(0, by_field && kind != std::string::npos ? line.find(' ', kind + 1) : kind);
  };
  std::ranges::stable_sort(events, {}, callback);
  return events;
}

bool opened::has_told(const std::vector<std::string>& events) const {
  const auto expected = by_callback(events);
  std::vector<std::string> told;
  const auto done = eventually([&] {
    told = by_callback((*this)("events").get<std::vector<std::string>>());
    return told == expected;
  });
  if (!done)
    UNSCOPED_INFO(member_ << " has told " << json(told).dump());
  return done;
}

// -- on all of them -------------------------------------------------------------------------------

opened_everywhere::opened_everywhere(members& all, const std::string& kind, const std::string& id,
                                     const json& how) {
  for (const auto& name : members::names())
    all_.emplace(name, all.open(name, kind, id, how));
}

void opened_everywhere::walk(const std::string& from, const std::vector<step>& steps) {
  for (const auto& one : steps) {
    INFO(from << ": " << one.call << ' ' << one.with.dump());
    CHECK(at(from)(one.call, one.with) == one.answer);
    told_.insert(told_.end(), one.events.begin(), one.events.end());
    CHECK(have(one.content));
    CHECK(have_told(told_));
  }
}

bool opened_everywhere::have(const json& content) const {
  return std::ranges::all_of(
      all_, [&](const auto& one) { return one.second.comes_to(content, "content"); });
}

bool opened_everywhere::have_told(const std::vector<std::string>& events) const {
  return std::ranges::all_of(all_, [&](const auto& one) { return one.second.has_told(events); });
}

// -- the members ----------------------------------------------------------------------------------

const std::vector<std::string>& members::names() {
  static const std::vector<std::string> all{"a", "b", "c"};
  return all;
}

std::vector<std::string> members::others_than(const std::string& name) {
  auto result = names();
  std::erase(result, name);
  return result;
}

std::string members::leader(const std::vector<std::string>& among) {
  std::string found;
  REQUIRE(eventually([&] {
    found = ask(among.front(), "leader_id");
    return std::ranges::count(among, found) == 1 && ask(found, "leader") == true
           && std::ranges::all_of(
               among, [&](const std::string& one) { return ask(one, "leader_id") == found; });
  }));
  return found;
}

std::vector<std::string> members::both_roles() {
  const auto first = leader();
  return {first, others_than(first).front()};
}

json members::ask(const std::string& member, const std::string& call, const json& with) {
  return answer_of(member, {{"call", call}, {"with", with}});
}

std::string members::refusal(const std::string& member, const std::string& call, const json& with) {
  return code_of([&] { ask(member, call, with); });
}

bool members::comes_to(const json& expected, const std::string& member, const std::string& call,
                       const json& with) {
  json last;
  const auto done = eventually([&] { return (last = ask(member, call, with)) == expected; });
  if (!done)
    UNSCOPED_INFO(member << " answers " << last.dump() << " and not " << expected.dump());
  return done;
}

bool members::tells(const std::string& member, const std::string& beginning) {
  return eventually([&] {
    return std::ranges::any_of(ask(member, "events"), [&](const json& line) {
      return line.get<std::string>().starts_with(beginning);
    });
  });
}

opened members::open(const std::string& member, const std::string& kind, const std::string& id,
                     json how, bool* existed) {
  how["kind"] = kind;
  how["id"] = id;
  const auto answer = ask(member, "open", how);
  if (existed)
    *existed = answer.get<bool>();
  return {*this, member, kind, id};
}

bool members::converge(const std::string& id) {
  return eventually([&] {
    const auto first = ask("a", "digest", {id});
    return !first.is_null() && ask("b", "digest", {id}) == first
           && ask("c", "digest", {id}) == first;
  });
}

std::vector<std::string> members::words_of(const options& all, const std::string& member) {
  std::vector<std::string> result;
  for (const auto& [name, value] : all) {
    const auto dot = name.find('.');
    if (dot != std::string::npos && name.substr(0, dot) != member)
      continue;
    const auto option = "--hamok." + name.substr(dot == std::string::npos ? 0 : dot + 1);
    result.push_back(value.empty() ? option : option + "=" + value);
  }
  return result;
}

json members::answer_of(const std::string& member, const json& request) {
  auto answer = exchange(member, request);
  if (answer.contains("error"))
    throw failure{answer["error"], answer["text"]};
  return std::move(answer.at("answer"));
}

} // namespace hamok::test
