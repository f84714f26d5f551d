// `hamok map`: reads and changes a replicated map of text.

#include "hamok/cli/connect.hpp"
#include "hamok/cli/json_output.hpp"
#include "hamok/cli/load_file.hpp"
#include "hamok/cli/map_client.hpp"
#include "hamok/cli/text_output.hpp"

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <map>

namespace hamok::cli {

namespace {

using nlohmann::ordered_json;

/// What every subcommand works with.
struct task {
  const arguments& given;
  client via;
  map_client map;
  bool json;
  effect so_far;

  task(const arguments& from, bool named_member, const std::string& name)
      : given(from),
        via(make_client(from, named_member)),
        map(via, name, from.has("remote") ? "remote_map" : "map"),
        json(from.has("json")),
        so_far(named_member ? effect::none : effect::possible) {}

  /// The value, or the end of the command.
  template <class T>
  T must(caf::expected<T> result) const {
    return value_of(std::move(result), json, so_far);
  }

  /// Creates the map where it is not there.
  collection_status open() {
    auto result = must(map.open());
    if (!result.existed)
      so_far = effect::certain;
    return result;
  }

  [[nodiscard]] const std::string& word(std::size_t position) const {
    return given.words()[position];
  }
};

ordered_json or_null(const std::optional<std::string>& text) {
  return text ? ordered_json(*text) : ordered_json(nullptr);
}

[[noreturn]] void no_key(const task& job) {
  fail(exit_not_found, "not_found", "'" + job.map.name() + "' has no key '" + job.word(2) + "'",
       job.json);
}

int create(task& job) {
  const auto created = job.open();
  if (job.json)
    std::cout << line(to_json(created));
  else
    std::cout << (created.existed ? "exists\n" : "created\n");
  return exit_ok;
}

int set(task& job) {
  job.open();
  const auto before = job.must(job.map.set(job.word(2), job.word(3)));
  if (job.json)
    std::cout << line({{"previous", or_null(before)}});
  return exit_ok;
}

int get(task& job) {
  const auto found = job.must(job.map.get(job.word(2)));
  if (!found)
    no_key(job);
  if (job.json)
    std::cout << line({{"value", *found}});
  else
    std::cout << *found << '\n';
  return exit_ok;
}

int remove(task& job) {
  const auto removed = job.must(job.map.remove(job.word(2)));
  if (!removed)
    no_key(job);
  if (job.json)
    std::cout << line({{"removed", *removed}});
  return exit_ok;
}

int digest(task& job) {
  const auto status = job.must(job.map.status());
  if (status.kind == "remote_map")
    fail(exit_failed, "not_supported",
         "the entries of '" + status.name + "' are outside: no member has a fingerprint of them",
         job.json);
  if (job.json)
    std::cout << line({{"name", status.name},
                       {"created", status.number != 0},
                       {"digest", hex(status.content_digest())},
                       {"sessions_digest", hex(status.sessions_digest())},
                       {"size", status.size},
                       {"applied_index", status.applied_index}});
  else if (status.number == 0)
    std::cout << content_text(status) << '\n';
  else
    std::cout << hex(status.content_digest()) << "  " << status.size << " entries\n";
  return exit_ok;
}

int dump(task& job) {
  const auto entries = job.must(job.map.entries());
  if (!job.json) {
    for (const auto& [key, value] : entries)
      std::cout << key << '\t' << value << '\n';
    return exit_ok;
  }
  std::cout << '{';
  const char* before = "";
  for (const auto& [key, value] : entries) {
    auto name = line(key);
    auto text = line(value);
    name.pop_back();
    text.pop_back();
    std::cout << std::exchange(before, ",") << '\n' << name << ':' << text;
  }
  std::cout << "\n}\n";
  return exit_ok;
}

int load(task& job) {
  const load_choice choice{.member = job.given.last("member"),
                           .key = job.given.last("key"),
                           .raw = job.given.has("raw")};
  const auto file = load_file(job.given.words().back(), choice);
  const auto most = static_cast<std::size_t>(job.given.number("batch", 500, 1, 100'000));
  job.open();
  std::size_t replaced = 0;
  for (std::size_t done = 0; done < file.entries.size();) {
    const auto batch = next_batch(file.entries, done, most);
    const auto stored = job.map.set_all(batch);
    if (!stored)
      fail(stored.error(), job.json, done > 0 ? effect::certain : job.so_far,
           std::to_string(done) + " of " + std::to_string(file.entries.size())
               + " entries are loaded for certain");
    replaced += *stored;
    done += batch.size();
  }
  if (job.json)
    std::cout << line({{"map", job.map.name()},
                       {"entries", file.entries.size()},
                       {"replaced", replaced},
                       {"key", file.key}});
  else
    std::cout << file.entries.size() << " entries in '" << job.map.name() << "', keyed by "
              << file.key << "; " << replaced << " of them were there before\n";
  return exit_ok;
}

struct subcommand {
  int (*run)(task&);
  bool named_member; ///< it is about the member that is asked
  std::size_t words; ///< behind its name
};

const std::map<std::string, subcommand>& subcommands() {
  static const std::map<std::string, subcommand> all{
      {"create", {create, false, 1}}, {"set", {set, false, 3}},   {"get", {get, true, 2}},
      {"remove", {remove, false, 2}}, {"load", {load, false, 2}}, {"dump", {dump, true, 1}},
      {"digest", {digest, true, 1}},
  };
  return all;
}

} // namespace

const char* map_help() {
  return R"(hamok map create NAME            create it, if it is not there
hamok map set NAME KEY VALUE     set a value; creates the map if it is not there
hamok map get NAME KEY           the value, from the member that is asked (3: no such key)
hamok map remove NAME KEY        remove a key (3: no such key)
hamok map load [NAME] FILE.json  set the entries of a file; NAME is the file's own by default
    --member=NAME                  of the file's object: the array or object to load
    --key=FIELD                    of the objects in an array: the field that is the key
    --raw                          text is stored as it is, not as JSON text
    --batch=N                      entries that are set at once, all or none (default: 500);
                                   fewer where they are more than a mebibyte
hamok map dump NAME              all entries, from the member that is asked: key, tab, value
hamok map digest NAME            fingerprint of the content of the member that is asked

    --remote                       where it creates one: a remote map, whose entries are where
                                   all members know (`hamok node --remote-maps`)

  Keys and values are text. A file whose load fails may be loaded once more.
)";
}

int map_command(const word_list& words) {
  const arguments given{words, with_client_options({.with_value = {"member", "key", "batch"},
                                                    .flags = {"raw", "remote"}})};
  const auto count = given.words().size();
  const auto found = count > 0 ? subcommands().find(given.words()[0]) : subcommands().end();
  if (found == subcommands().end())
    throw usage_error("it takes one of create, set, get, remove, load, dump, digest");
  const auto& chosen = found->second;
  const auto short_load = found->first == "load" && count == 2;
  if (count != chosen.words + 1 && !short_load)
    throw usage_error(found->first + " takes " + std::to_string(chosen.words) + " words, not "
                      + std::to_string(count - 1));
  const auto name =
      short_load ? std::filesystem::path{given.words()[1]}.stem().string() : given.words()[1];
  task job{given, chosen.named_member, name};
  return chosen.run(job);
}

} // namespace hamok::cli
