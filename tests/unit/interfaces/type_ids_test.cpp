#include "hamok/actors/interfaces/interfaces.hpp"
#include "hamok/tests/catch.hpp"

#include <array>
#include <string_view>
#include <type_traits>
#include <utility>

namespace hamok {

namespace {

/// Type and name of the id `HAMOK_FIRST_TYPE_ID + Offset`.
template <std::size_t Offset>
std::string_view name_at() {
  const auto name =
      caf::type_name_by_id<static_cast<caf::type_id_t>(HAMOK_FIRST_TYPE_ID + Offset)>::value;
  return {name.data(), name.size()};
}

// The order is on BASP's wire. A line may be added at the end; none may change or go.
constexpr std::array pinned{
    std::string_view{"hamok::errc"},
    std::string_view{"hamok::blob"},
    std::string_view{"hamok::raft::incarnation_id"},
    std::string_view{"hamok::raft::member_id"},
    std::string_view{"hamok::raft::message"},
    std::string_view{"hamok::peer_endpoint"},
    std::string_view{"hamok::hello"},
    std::string_view{"hamok::link_hello"},
    std::string_view{"hamok::peer_word"},
    std::string_view{"hamok::peer_message"},
    std::string_view{"hamok::proposal_batch"},
    std::string_view{"hamok::proposal_refused"},
    std::string_view{"hamok::committed_batch"},
    std::string_view{"hamok::applied_up_to"},
    std::string_view{"hamok::write_done"},
    std::string_view{"hamok::deadline_reached"},
    std::string_view{"hamok::role_view"},
    std::string_view{"hamok::leader_notice"},
    std::string_view{"hamok::apply_batch"},
    std::string_view{"hamok::collection_applied"},
    std::string_view{"hamok::collection_spec"},
    std::string_view{"hamok::collection_created"},
    std::string_view{"hamok::execute"},
    std::string_view{"hamok::execute_call"},
    std::string_view{"hamok::execute_in_session"},
    std::string_view{"hamok::read_state"},
    std::string_view{"hamok::collection_event"},
    std::string_view{"hamok::collection_status"},
    std::string_view{"std::vector<hamok::collection_status>"},
    std::string_view{"hamok::node_status"},
    std::string_view{"hamok::event::started"},
    std::string_view{"hamok::event::stopped"},
    std::string_view{"hamok::event::closed"},
    std::string_view{"hamok::event::follower"},
    std::string_view{"hamok::event::candidate"},
    std::string_view{"hamok::event::leader"},
    std::string_view{"hamok::event::state_changed"},
    std::string_view{"hamok::event::leader_changed"},
    std::string_view{"hamok::event::message"},
    std::string_view{"hamok::event::remote_peer_joined"},
    std::string_view{"hamok::event::remote_peer_left"},
    std::string_view{"hamok::event::commit"},
    std::string_view{"hamok::event::heartbeat"},
    std::string_view{"hamok::event::error"},
    std::string_view{"hamok::event::hello_notification"},
    std::string_view{"hamok::event::no_heartbeat_from"},
    std::string_view{"hamok::event::lagged"},
    std::string_view{"hamok::link_actor"},
    std::string_view{"hamok::role_actor"},
    std::string_view{"hamok::collection_actor"},
    std::string_view{"hamok::get_status"},
    std::string_view{"hamok::get_view"},
    std::string_view{"hamok::retire"},
    std::string_view{"hamok::close_link"},
    std::string_view{"hamok::link_opened"},
    std::string_view{"hamok::link_closed"},
    std::string_view{"hamok::await_ready"},
    std::string_view{"hamok::subscribe"},
    std::string_view{"hamok::unsubscribe"},
    std::string_view{"hamok::close_collection"},
    std::string_view{"hamok::open_collection"},
    std::string_view{"hamok::find_collection"},
    std::string_view{"hamok::list_collections"},
    std::string_view{"hamok::await_leader"},
    std::string_view{"hamok::await_commit_head"},
    std::string_view{"hamok::add_remote_peer"},
    std::string_view{"hamok::start_node"},
    std::string_view{"hamok::stop_node"},
    std::string_view{"hamok::close_node"},
    std::string_view{"hamok::role_changed"},
    std::string_view{"hamok::transfer_request"},
    std::string_view{"hamok::transfer_ended"},
    std::string_view{"hamok::transfer_leadership"},
    std::string_view{"hamok::drain"},
    std::string_view{"hamok::drained"},
    std::string_view{"hamok::event::joined"},
    std::string_view{"hamok::event::rejoining"},
    std::string_view{"hamok::event::left"},
    std::string_view{"hamok::event::quorum_lost"},
    std::string_view{"hamok::members_seen"},
    std::string_view{"hamok::change_task"},
    std::string_view{"hamok::change_result"},
    std::string_view{"hamok::turned_away_by"},
    std::string_view{"hamok::remove_remote_peer"},
    std::string_view{"hamok::join_cluster"},
    std::string_view{"hamok::leave_cluster"},
    std::string_view{"hamok::cut_request"},
    std::string_view{"hamok::snapshot_taken"},
    std::string_view{"hamok::install_snapshot"},
    std::string_view{"hamok::snapshot_installed"},
    std::string_view{"hamok::take_part"},
    std::string_view{"hamok::part_taken"},
    std::string_view{"hamok::install_part"},
    std::string_view{"hamok::snapshot_loaded"},
    std::string_view{"hamok::event::resync"},
    std::string_view{"hamok::event::unsynced_peer"},
    std::string_view{"hamok::compact_log"},
    std::string_view{"hamok::open_link"},
    std::string_view{"hamok::accept_message"},
    std::string_view{"hamok::execute_waiting"},
    std::string_view{"hamok::execute_waiting_call"},
    std::string_view{"hamok::collection_snapshot"},
    std::string_view{"hamok::node_snapshot"},
    std::string_view{"hamok::import_piece"},
    std::string_view{"hamok::snapshot_exported"},
    std::string_view{"hamok::node_stats"},
    std::string_view{"hamok::export_content"},
    std::string_view{"hamok::import_content"},
    std::string_view{"hamok::submit_command"},
    std::string_view{"hamok::get_stats"},
    std::string_view{"hamok::direct_message"},
    std::string_view{"hamok::direct_reply"},
    std::string_view{"hamok::peers_notice"},
    std::string_view{"hamok::emitter_request"},
    std::string_view{"hamok::emitted_event"},
    std::string_view{"hamok::await_created"},
};

template <std::size_t... Offsets>
auto actual_names(std::index_sequence<Offsets...>) {
  return std::array{name_at<Offsets>()...};
}

} // namespace

TEST_CASE("type ids and their names are pinned") {
  CHECK(HAMOK_FIRST_TYPE_ID == 2000);
  CHECK(caf::id_block::hamok::begin == HAMOK_FIRST_TYPE_ID);
  static_assert(caf::id_block::hamok::end - caf::id_block::hamok::begin >= pinned.size(),
                "type ids are only ever added");
  const auto names = actual_names(std::make_index_sequence<pinned.size()>{});
  for (std::size_t i = 0; i < pinned.size(); ++i) {
    INFO("id " << HAMOK_FIRST_TYPE_ID + i);
    CHECK(names[i] == pinned[i]);
  }
}

TEST_CASE("a new type id has to be pinned as well") {
  CHECK(caf::id_block::hamok::end - caf::id_block::hamok::begin == pinned.size());
}

} // namespace hamok
