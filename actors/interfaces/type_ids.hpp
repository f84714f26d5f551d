#pragma once

// The one block of type ids. Ids are numbers on BASP's wire: only ever add at the end;
// tests/unit/interfaces/type_ids_test.cpp pins them.

#include "hamok/actors/interfaces/interfaces.hpp"

#include <caf/type_id.hpp>

/// First type id of Hamok. An application whose own ids collide with the default defines another
/// one, the same in all programs that exchange Hamok's messages over BASP.
#ifndef HAMOK_FIRST_TYPE_ID
#define HAMOK_FIRST_TYPE_ID 2000
#endif

CAF_BEGIN_TYPE_ID_BLOCK(hamok, HAMOK_FIRST_TYPE_ID)

CAF_ADD_TYPE_ID(hamok, (hamok::errc))
CAF_ADD_TYPE_ID(hamok, (hamok::blob))
CAF_ADD_TYPE_ID(hamok, (hamok::raft::incarnation_id))
CAF_ADD_TYPE_ID(hamok, (hamok::raft::member_id))
CAF_ADD_TYPE_ID(hamok, (hamok::raft::message))
CAF_ADD_TYPE_ID(hamok, (hamok::peer_endpoint))
CAF_ADD_TYPE_ID(hamok, (hamok::hello))
CAF_ADD_TYPE_ID(hamok, (hamok::link_hello))
CAF_ADD_TYPE_ID(hamok, (hamok::founding_message))
CAF_ADD_TYPE_ID(hamok, (hamok::peer_message))
CAF_ADD_TYPE_ID(hamok, (hamok::proposal_batch))
CAF_ADD_TYPE_ID(hamok, (hamok::proposal_refused))
CAF_ADD_TYPE_ID(hamok, (hamok::committed_batch))
CAF_ADD_TYPE_ID(hamok, (hamok::applied_up_to))
CAF_ADD_TYPE_ID(hamok, (hamok::write_done))
CAF_ADD_TYPE_ID(hamok, (hamok::deadline_reached))
CAF_ADD_TYPE_ID(hamok, (hamok::role_view))
CAF_ADD_TYPE_ID(hamok, (hamok::leader_notice))
CAF_ADD_TYPE_ID(hamok, (hamok::apply_batch))
CAF_ADD_TYPE_ID(hamok, (hamok::collection_applied))
CAF_ADD_TYPE_ID(hamok, (hamok::collection_spec))
CAF_ADD_TYPE_ID(hamok, (hamok::collection_created))
CAF_ADD_TYPE_ID(hamok, (hamok::execute))
CAF_ADD_TYPE_ID(hamok, (hamok::execute_call))
CAF_ADD_TYPE_ID(hamok, (hamok::execute_in_session))
CAF_ADD_TYPE_ID(hamok, (hamok::read_state))
CAF_ADD_TYPE_ID(hamok, (hamok::collection_event))
CAF_ADD_TYPE_ID(hamok, (hamok::collection_status))
CAF_ADD_TYPE_ID(hamok, (std::vector<hamok::collection_status>))
CAF_ADD_TYPE_ID(hamok, (hamok::node_status))
CAF_ADD_TYPE_ID(hamok, (hamok::event::started))
CAF_ADD_TYPE_ID(hamok, (hamok::event::stopped))
CAF_ADD_TYPE_ID(hamok, (hamok::event::closed))
CAF_ADD_TYPE_ID(hamok, (hamok::event::follower))
CAF_ADD_TYPE_ID(hamok, (hamok::event::candidate))
CAF_ADD_TYPE_ID(hamok, (hamok::event::leader))
CAF_ADD_TYPE_ID(hamok, (hamok::event::state_changed))
CAF_ADD_TYPE_ID(hamok, (hamok::event::leader_changed))
CAF_ADD_TYPE_ID(hamok, (hamok::event::message))
CAF_ADD_TYPE_ID(hamok, (hamok::event::remote_peer_joined))
CAF_ADD_TYPE_ID(hamok, (hamok::event::remote_peer_left))
CAF_ADD_TYPE_ID(hamok, (hamok::event::commit))
CAF_ADD_TYPE_ID(hamok, (hamok::event::heartbeat))
CAF_ADD_TYPE_ID(hamok, (hamok::event::error))
CAF_ADD_TYPE_ID(hamok, (hamok::event::hello_notification))
CAF_ADD_TYPE_ID(hamok, (hamok::event::no_heartbeat_from))
CAF_ADD_TYPE_ID(hamok, (hamok::event::lagged))
CAF_ADD_TYPE_ID(hamok, (hamok::link_actor))
CAF_ADD_TYPE_ID(hamok, (hamok::role_actor))
CAF_ADD_TYPE_ID(hamok, (hamok::collection_actor))

CAF_ADD_ATOM(hamok, hamok, get_status)
CAF_ADD_ATOM(hamok, hamok, get_view)
CAF_ADD_ATOM(hamok, hamok, retire)
CAF_ADD_ATOM(hamok, hamok, close_link)
CAF_ADD_ATOM(hamok, hamok, link_opened)
CAF_ADD_ATOM(hamok, hamok, link_closed)
CAF_ADD_ATOM(hamok, hamok, await_ready)
CAF_ADD_ATOM(hamok, hamok, subscribe)
CAF_ADD_ATOM(hamok, hamok, unsubscribe)
CAF_ADD_ATOM(hamok, hamok, close_collection)
CAF_ADD_ATOM(hamok, hamok, open_collection)
CAF_ADD_ATOM(hamok, hamok, find_collection)
CAF_ADD_ATOM(hamok, hamok, list_collections)
CAF_ADD_ATOM(hamok, hamok, await_leader)
CAF_ADD_ATOM(hamok, hamok, await_commit_head)
CAF_ADD_ATOM(hamok, hamok, add_remote_peer)
CAF_ADD_ATOM(hamok, hamok, start_node)
CAF_ADD_ATOM(hamok, hamok, stop_node)
CAF_ADD_ATOM(hamok, hamok, close_node)
CAF_ADD_ATOM(hamok, hamok, role_changed)

CAF_ADD_TYPE_ID(hamok, (hamok::transfer_request))
CAF_ADD_TYPE_ID(hamok, (hamok::transfer_ended))
CAF_ADD_ATOM(hamok, hamok, transfer_leadership)
CAF_ADD_ATOM(hamok, hamok, drain)
CAF_ADD_ATOM(hamok, hamok, drained)

CAF_END_TYPE_ID_BLOCK(hamok)

CAF_ERROR_CODE_ENUM(hamok::errc)
