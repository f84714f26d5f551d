#include "hamok/collections/storage_worker.hpp"

#include "hamok/actors/interfaces/error.hpp"
#include "hamok/actors/placement.hpp"
#include "hamok/collections/item_list_state.hpp"
#include "hamok/collections/remote_command_state.hpp"
#include "hamok/collections/remote_executor_state.hpp"

#include <caf/event_based_actor.hpp>

#include <algorithm>
#include <exception>
#include <string>
#include <utility>
#include <vector>

namespace hamok {

namespace {

/// Entries that are asked for at once when all of them are wanted.
constexpr std::size_t page_entries = 4096;

/// What a storage throws counts as `unavailable`.
remote_outcome execute_write(remote_storage& storage, const remote_write& write) {
  try {
    return storage.execute(write);
  } catch (const std::exception& thrown) {
    return {remote_status::unavailable, {}, thrown.what()};
  } catch (...) {
    return {};
  }
}

// -- reading --------------------------------------------------------------------------------------

using storage_answer = caf::expected<blob>;

storage_answer read_value(remote_storage& storage, const blob& key, bool only_whether) {
  auto values = storage.get({key});
  if (!values)
    return std::move(values.error());
  const auto found = !values->empty() && values->front();
  if (only_whether)
    return map_answer::encode(found);
  if (!found)
    return blob{};
  const auto& value = *values->front();
  std::vector<std::byte> framed{map_answer::present};
  framed.insert(framed.end(), value.bytes().begin(), value.bytes().end());
  return blob::from_vector(std::move(framed));
}

storage_answer read_values(remote_storage& storage, raft::reader& in) {
  const auto count = in.count(1);
  if (count > map_limit::command_items)
    return make_error(errc::too_large);
  std::vector<blob> keys;
  for (std::size_t i = 0; i < count && in.ok(); ++i)
    keys.push_back(in.bytes());
  if (!in.done())
    return make_error(errc::bad_command);
  auto values = storage.get(keys);
  if (!values)
    return std::move(values.error());
  item_list result;
  for (std::size_t i = 0; i < keys.size() && i < values->size(); ++i)
    if (const auto& value = (*values)[i])
      if (!result.add(map_limit::answer_bytes, keys[i].bytes(), value->bytes()))
        return make_error(errc::too_large);
  return std::move(result).finish();
}

storage_answer read_page(remote_storage& storage, raft::reader& in) {
  const auto wanted = in.varint();
  const auto bounded = in.u8();
  const auto after = in.rest();
  if (!in.ok() || bounded > 1 || (bounded == 0 && !after.empty()))
    return make_error(errc::bad_command);
  if (wanted == 0)
    return item_list{}.finish();
  auto page = storage.scan(bounded == 1 ? std::optional{after} : std::nullopt,
                           static_cast<std::size_t>(std::min<std::uint64_t>(wanted, page_entries)));
  if (!page)
    return std::move(page.error());
  item_list result;
  for (const auto& entry : *page) {
    const auto limit = result.empty() ? map_limit::answer_bytes : map_limit::page_bytes;
    if (!result.add(limit, entry.key.bytes(), entry.value.bytes()))
      break;
  }
  return std::move(result).finish();
}

/// Everything, page by page; what changes meanwhile may be in it or not.
storage_answer read_all(remote_storage& storage, map_query::code which) {
  item_list result;
  std::optional<blob> after;
  for (;;) {
    const auto page = storage.scan(after, page_entries);
    if (!page)
      return page.error();
    if (page->empty())
      return std::move(result).finish();
    for (const auto& [key, value] : *page) {
      const auto added =
          which == map_query::code::entries
              ? result.add(map_limit::answer_bytes, key.bytes(), value.bytes())
              : result.add(map_limit::answer_bytes,
                           which == map_query::code::keys ? key.bytes() : value.bytes());
      if (!added)
        return make_error(errc::too_large, "read it in pages, by `scan`");
    }
    if (after && !(*after < page->back().key))
      return make_error(errc::remote_unavailable, "the storage goes round in circles");
    after = page->back().key;
  }
}

storage_answer answer_question(remote_storage& storage, const blob& question) {
  using map_query::code;
  raft::reader in{question};
  const auto what = static_cast<code>(in.u8());
  switch (what) {
  case code::get:
    return read_value(storage, in.rest(), false);
  case code::contains:
    return read_value(storage, in.rest(), true);
  case code::get_all:
    return read_values(storage, in);
  case code::scan:
    return read_page(storage, in);
  default:
    break;
  }
  if (!in.done())
    return make_error(errc::bad_command);
  if (what == code::keys || what == code::values || what == code::entries)
    return read_all(storage, what);
  if (what != code::size)
    return make_error(errc::bad_command);
  const auto size = storage.size();
  if (!size)
    return size.error();
  return map_answer::encode(*size);
}

/// State of the worker.
class storage_worker_state {
public:
  using interface = storage_actor;

  storage_worker_state(caf::event_based_actor*, remote_storage_ptr storage)
      : storage_(std::move(storage)) {}

  storage_actor::behavior_type make_behavior() {
    return {
        [this](const execute& job) -> caf::result<blob> {
          return execute_job(*storage_, job.command);
        },
        [this](const read_state& question) -> caf::result<blob> {
          auto result = ask_storage(*storage_, question.query);
          if (!result)
            return std::move(result.error());
          return std::move(*result);
        },
    };
  }

private:
  remote_storage_ptr storage_;
};

} // namespace

blob execute_job(remote_storage& storage, const blob& job) {
  remote_job work;
  if (!decode(job, work))
    return encode(remote_report{"it was given what is no job", {}});
  return encode(execute_tasks(
      work, [&storage](const remote_write& write) { return execute_write(storage, write); }));
}

caf::expected<blob> ask_storage(remote_storage& storage, const blob& question) {
  try {
    auto result = answer_question(storage, question);
    if (result || result.error().category() == caf::type_id_v<errc>)
      return result;
    return make_error(errc::remote_unavailable, to_string(result.error()));
  } catch (const std::exception& thrown) {
    return make_error(errc::remote_unavailable, thrown.what());
  } catch (...) {
    return make_error(errc::remote_unavailable);
  }
}

// Not hidden: an actor system that ends waits for the threads of its actors, and by then nobody is
// left who could tell a hidden one to end. It is let go when it has nothing to do.
storage_actor spawn_storage_worker(caf::actor_system& system, remote_storage_ptr storage) {
  using worker = compat::shell<storage_worker_state, caf::event_based_actor>;
  return caf::actor_cast<storage_actor>(system.spawn<worker, caf::detached>(std::move(storage)));
}

} // namespace hamok
