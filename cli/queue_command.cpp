// `hamok queue`: reads and changes a replicated queue of text.

#include "hamok/cli/connect.hpp"
#include "hamok/cli/json_output.hpp"
#include "hamok/cli/queue_client.hpp"

#include <iostream>
#include <map>

namespace hamok::cli {

namespace {

/// What every subcommand works with.
struct task {
  const arguments& given;
  client via;
  queue_client queue;
  bool json;
  effect so_far;

  task(const arguments& from, bool named_member, const std::string& name)
      : given(from),
        via(make_client(from, named_member)),
        queue(via, name),
        json(from.has("json")),
        so_far(named_member ? effect::none : effect::possible) {}

  /// The value, or the end of the command.
  template <class T>
  T must(caf::expected<T> result) const {
    return value_of(std::move(result), json, so_far);
  }

  [[nodiscard]] int print(const char* name, std::uint64_t count) const {
    if (json)
      std::cout << line({{name, count}});
    else
      std::cout << count << '\n';
    return exit_ok;
  }

  /// The item, or the end of the command.
  [[nodiscard]] int print(const std::optional<std::string>& item) const {
    if (!item)
      fail(exit_not_found, "not_found", "'" + queue.name() + "' is empty", json);
    if (json)
      std::cout << line({{"item", *item}});
    else
      std::cout << *item << '\n';
    return exit_ok;
  }
};

int push(task& job) {
  const auto& words = job.given.words();
  if (!job.must(job.queue.open()).existed)
    job.so_far = effect::certain;
  return job.print("size", job.must(job.queue.push({words.begin() + 2, words.end()})));
}

int pop(task& job) {
  return job.print(job.must(job.queue.pop()));
}

int peek(task& job) {
  return job.print(job.must(job.queue.peek()));
}

int size(task& job) {
  return job.print("size", job.must(job.queue.size()));
}

int clear(task& job) {
  return job.print("cleared", job.must(job.queue.clear()));
}

struct subcommand {
  int (*run)(task&);
  bool named_member; ///< it is about the member that is asked
  bool items;        ///< behind the queue's name
};

const std::map<std::string, subcommand>& subcommands() {
  static const std::map<std::string, subcommand> all{
      {"push", {push, false, true}},    {"pop", {pop, false, false}},
      {"peek", {peek, true, false}},    {"size", {size, true, false}},
      {"clear", {clear, false, false}},
  };
  return all;
}

} // namespace

const char* queue_help() {
  return R"(hamok queue push NAME ITEM ...   put the items behind the others, together; creates the queue if
                                 it is not there; prints how many items there are then
hamok queue pop NAME             take the first item (3: there is none)
hamok queue peek NAME            the first item, from the member that is asked (3: there is none)
hamok queue size NAME            how many items there are, from the member that is asked
hamok queue clear NAME           take all items away; prints how many there were

  Items are text. A pop that ends with 4 may have taken an item, which nobody gets then.
)";
}

int queue_command(const word_list& words) {
  const arguments given{words, with_client_options({.with_value = {}, .flags = {}})};
  const auto count = given.words().size();
  const auto found = count > 0 ? subcommands().find(given.words()[0]) : subcommands().end();
  if (found == subcommands().end())
    throw usage_error("it takes one of push, pop, peek, size, clear");
  const auto& chosen = found->second;
  if (chosen.items ? count < 3 : count != 2)
    throw usage_error(found->first
                      + (chosen.items ? " takes a name and items" : " takes a name, and no more"));
  task job{given, chosen.named_member, given.words()[1]};
  return chosen.run(job);
}

} // namespace hamok::cli
