// `hamok record`: reads and changes a replicated record of JSON.

#include "hamok/cli/connect.hpp"
#include "hamok/cli/failure.hpp"
#include "hamok/cli/json_output.hpp"
#include "hamok/cli/map_client.hpp"
#include "hamok/collections/json_fields.hpp"

#include <iostream>
#include <map>

namespace hamok::cli {

namespace {

using nlohmann::json;
using nlohmann::ordered_json;

/// What every subcommand works with.
struct task {
  const arguments& given;
  client via;
  map_client record;
  bool as_json;
  effect so_far;

  task(const arguments& from, bool named_member)
      : given(from),
        via(make_client(from, named_member)),
        record(via, from.words()[1], "record"),
        as_json(from.has("json")),
        so_far(named_member ? effect::none : effect::possible) {}

  /// The value, or the end of the command.
  template <class T>
  T must(caf::expected<T> result) const {
    return value_of(std::move(result), as_json, so_far);
  }

  /// Creates the record where it is not there.
  void open() {
    if (!must(record.open()).existed)
      so_far = effect::certain;
  }

  /// The record is there, and is one.
  void check() {
    const auto status = value_of(record.status(), as_json);
    if (status.kind != "record")
      fail(make_error(errc::kind_mismatch, "'" + record.name() + "' is a " + status.kind), as_json);
  }

  [[nodiscard]] const std::string& field() const { return given.words()[2]; }

  /// The value that is to be written, as a record of JSON writes it.
  [[nodiscard]] std::string value() const {
    const auto& text = given.words()[3];
    json parsed;
    if (!json_field::decode(std::as_bytes(std::span{text.data(), text.size()}), parsed))
      throw usage_error("the value '" + text
                        + "' is no JSON; text needs quotes of its own, as in '\"" + text + "\"'");
    return parsed.dump();
  }

  /// What was read, which anybody may have written.
  [[nodiscard]] json parsed(const std::string& of, const std::string& text) const {
    json result;
    if (!json_field::decode(std::as_bytes(std::span{text.data(), text.size()}), result))
      fail(exit_failed, "bad_value",
           "the field '" + of + "' of '" + record.name()
               + "' is no JSON: the record has another codec",
           as_json);
    return result;
  }
};

[[noreturn]] void no_field(const task& job) {
  fail(exit_not_found, "not_found",
       "'" + job.record.name() + "' has no field '" + job.field() + "'", job.as_json);
}

/// What an operation has found in its place, for machines.
int tell_previous(const task& job, const std::optional<std::string>& before) {
  if (job.as_json)
    std::cout << line({{"previous", before ? job.parsed(job.field(), *before) : json(nullptr)},
                       {"existed", before.has_value()}});
  return exit_ok;
}

int set(task& job) {
  const auto value = job.value();
  job.open();
  const auto before = job.must(job.record.set(job.field(), value));
  job.so_far = effect::certain;
  return tell_previous(job, before);
}

int insert(task& job) {
  const auto value = job.value();
  job.open();
  const auto before = job.must(job.record.insert(job.field(), value));
  if (before)
    fail(exit_failed, "exists",
         "'" + job.record.name() + "' has a field '" + job.field() + "' already: " + *before,
         job.as_json);
  return tell_previous(job, before);
}

int get(task& job) {
  job.check();
  const auto found = job.must(job.record.get(job.field()));
  if (!found)
    no_field(job);
  const auto value = job.parsed(job.field(), *found);
  if (job.as_json)
    std::cout << line({{"value", value}});
  else
    std::cout << value.dump() << '\n';
  return exit_ok;
}

int erase(task& job) {
  job.check();
  if (!job.must(job.record.erase(job.field())))
    no_field(job);
  return exit_ok;
}

int show(task& job) {
  job.check();
  auto object = json::object();
  for (const auto& [field, text] : job.must(job.record.entries()))
    object[field] = job.parsed(field, text);
  std::cout << (job.as_json ? line(object) : object.dump(2) + "\n");
  return exit_ok;
}

int clear(task& job) {
  job.check();
  const auto count = job.must(job.record.clear());
  if (job.as_json)
    std::cout << line({{"removed", count}});
  return exit_ok;
}

struct subcommand {
  int (*run)(task&);
  bool named_member; ///< it is about the member that is asked
  std::size_t words; ///< behind its name
};

const std::map<std::string, subcommand>& subcommands() {
  static const std::map<std::string, subcommand> all{
      {"set", {set, false, 3}},     {"get", {get, true, 2}},   {"insert", {insert, false, 3}},
      {"erase", {erase, false, 2}}, {"show", {show, true, 1}}, {"clear", {clear, false, 1}},
  };
  return all;
}

} // namespace

const char* record_help() {
  return R"(hamok record set NAME FIELD VALUE     set a field; creates the record if it is not there
hamok record insert NAME FIELD VALUE  the same if the field is absent (1: it is not)
hamok record get NAME FIELD           its value, from the member that is asked (3: no such field)
hamok record erase NAME FIELD         remove a field (3: no such field)
hamok record show NAME                all fields, from the member that is asked, as one object
hamok record clear NAME               remove all fields

  Values are JSON: 8080, true, null, '"text"', '{"a": [1, 2]}'. These are the records of
  hamok::json_record, and of structs whose fields have json_codec.
)";
}

int record_command(const word_list& words) {
  const arguments given{words, with_client_options({})};
  const auto count = given.words().size();
  const auto found = count > 0 ? subcommands().find(given.words()[0]) : subcommands().end();
  if (found == subcommands().end())
    throw usage_error("it takes one of set, insert, get, erase, show, clear");
  const auto& chosen = found->second;
  if (count != chosen.words + 1)
    throw usage_error(found->first + " takes " + std::to_string(chosen.words)
                      + (chosen.words == 1 ? " word, not " : " words, not ")
                      + std::to_string(count - 1));
  task job{given, chosen.named_member};
  return chosen.run(job);
}

} // namespace hamok::cli
