#include "hamok/tests/sim/operation_counts.hpp"

#include <array>

namespace hamok::sim {

namespace {

void count_kind(counts& done, const operation& op) {
  struct row {
    collection_kind collection;
    operation_kind kind;
    count what;
  };
  static constexpr std::array rows{
      row{collection_kind::map, operation_kind::set, count::map_set},
      row{collection_kind::map, operation_kind::insert, count::map_insert},
      row{collection_kind::map, operation_kind::update_if, count::map_update_if},
      row{collection_kind::map, operation_kind::remove, count::map_remove},
      row{collection_kind::map, operation_kind::remove_if, count::map_remove_if},
      row{collection_kind::map, operation_kind::set_all, count::map_set_all},
      row{collection_kind::map, operation_kind::insert_all, count::map_insert_all},
      row{collection_kind::map, operation_kind::remove_all, count::map_remove_all},
      row{collection_kind::map, operation_kind::erase, count::map_erase},
      row{collection_kind::map, operation_kind::erase_all, count::map_erase_all},
      row{collection_kind::map, operation_kind::clear, count::map_clear},
      row{collection_kind::map, operation_kind::import, count::map_import},
      row{collection_kind::record, operation_kind::set, count::record_set},
      row{collection_kind::record, operation_kind::insert, count::record_insert},
      row{collection_kind::record, operation_kind::update_if, count::record_update_if},
      row{collection_kind::record, operation_kind::set_all, count::record_set_all},
      row{collection_kind::record, operation_kind::insert_all, count::record_insert_all},
      row{collection_kind::record, operation_kind::update_all_if, count::record_update_all_if},
      row{collection_kind::record, operation_kind::erase, count::record_erase},
      row{collection_kind::record, operation_kind::clear, count::record_clear},
      row{collection_kind::record, operation_kind::import, count::record_import},
      row{collection_kind::queue, operation_kind::push, count::queue_push},
      row{collection_kind::queue, operation_kind::push_all, count::queue_push_all},
      row{collection_kind::queue, operation_kind::pop, count::queue_pop},
      row{collection_kind::queue, operation_kind::clear, count::queue_clear},
      row{collection_kind::queue, operation_kind::import, count::queue_import},
      row{collection_kind::emitter, operation_kind::subscribe, count::emitter_subscribe},
      row{collection_kind::emitter, operation_kind::unsubscribe, count::emitter_unsubscribe},
      row{collection_kind::emitter, operation_kind::update, count::emitter_update},
      row{collection_kind::emitter, operation_kind::remove_subscriber,
          count::emitter_remove_subscriber},
      row{collection_kind::emitter, operation_kind::remove_member, count::emitter_remove_member},
      row{collection_kind::emitter, operation_kind::publish, count::emitter_publish},
      row{collection_kind::emitter, operation_kind::import, count::emitter_import},
      row{collection_kind::remote_map, operation_kind::set, count::remote_set},
      row{collection_kind::remote_map, operation_kind::insert, count::remote_insert},
      row{collection_kind::remote_map, operation_kind::update_if, count::remote_update_if},
      row{collection_kind::remote_map, operation_kind::remove, count::remote_remove},
      row{collection_kind::remote_map, operation_kind::remove_if, count::remote_remove_if},
      row{collection_kind::remote_map, operation_kind::set_all, count::remote_set_all},
      row{collection_kind::remote_map, operation_kind::insert_all, count::remote_insert_all},
      row{collection_kind::remote_map, operation_kind::remove_all, count::remote_remove_all},
      row{collection_kind::remote_map, operation_kind::erase, count::remote_erase},
      row{collection_kind::remote_map, operation_kind::erase_all, count::remote_erase_all},
      row{collection_kind::remote_map, operation_kind::clear, count::remote_clear},
      row{collection_kind::remote_map, operation_kind::claim, count::remote_claim},
      row{collection_kind::remote_map, operation_kind::report, count::remote_report},
  };
  for (const auto& each : rows)
    if (each.collection == op.collection && each.kind == op.kind)
      done.add(each.what);
}

void count_session(counts& done, const committed_entry& entry, raft::index_t index) {
  switch (entry.what->kind) {
  case operation_kind::create:
    if (entry.result.result == index) // the others came later
      done.add(count::collections_created);
    break;
  case operation_kind::open:
    done.add(count::sessions_opened);
    break;
  case operation_kind::keep_alive:
    done.add(count::sessions_kept_alive);
    break;
  case operation_kind::close:
    done.add(count::sessions_closed);
    break;
  default:
    break;
  }
}

void count_outcome(counts& done, const operation& op, std::uint64_t result) {
  const bool any = result != 0;
  switch (op.kind) {
  case operation_kind::update_if:
  case operation_kind::remove_if:
    if (op.collection == collection_kind::map)
      done.add(any ? count::map_updates_done : count::map_updates_refused);
    break;
  case operation_kind::update_all_if:
    done.add(any ? count::record_updates_done : count::record_updates_refused);
    break;
  case operation_kind::pop:
    done.add(any ? count::queue_pops_of_items : count::queue_pops_of_nothing);
    break;
  case operation_kind::report:
    if (!any)
      done.add(count::remote_reports_refused);
    break;
  case operation_kind::remove_member:
    if (any)
      done.add(count::emitter_removals);
    break;
  default:
    break;
  }
}

} // namespace

void count_operations(counts& done, const history& past) {
  for (raft::index_t index = 1; index <= past.last_index(); ++index) {
    const auto& entry = past.at(index);
    if (!entry.what || !entry.result.fresh)
      continue;
    count_session(done, entry, index);
    count_kind(done, *entry.what);
    count_outcome(done, *entry.what, entry.result.result);
  }
}

} // namespace hamok::sim
