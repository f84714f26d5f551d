// The part of the members' shells that has the bytes: what the state machines make of the entries,
// cuts of that, and snapshots that come in.

#include "hamok/raft/checksum.hpp"
#include "hamok/tests/script/cluster.hpp"
#include "hamok/tests/script/print.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace hamok::script {

using namespace raft;

namespace {

std::uint32_t checksum_of_text(const std::string& text) {
  return checksum_of(blob::from_string(text).bytes());
}

} // namespace

void cluster::apply(const std::string& name, const committed_entries& committed) {
  auto& target = at(name);
  auto index = committed.first_index;
  for (const auto& item : committed.entries) {
    if (item.kind == entry_kind::command)
      target.state += " " + std::string{item.data.text()};
    invariants_.is_state(name, index++, target.state);
  }
}

void cluster::send_chunk(const std::string& name, chunk_send chunk) {
  auto& target = at(name);
  auto request = chunk.request();
  if (!target.cut || target.cut->id.index != request.snapshot.index)
    throw std::runtime_error(name + " sends chunks of a cut that it does not have");
  const auto bytes = blob::from_string(target.cut->bytes);
  request.data = bytes.slice(static_cast<std::size_t>(request.offset), chunk.size);
  request.checksum = checksum_of(request.data.bytes());
  send(name, {chunk.to, {chunk.message.group, std::move(request)}});
}

void cluster::take_chunk(const std::string& name, const chunk_received& chunk) {
  auto& target = at(name);
  if (chunk.offset == 0)
    target.pieces.clear();
  if (chunk.offset != target.pieces.size())
    throw std::runtime_error(name + " is given pieces of a snapshot with a gap, or twice");
  target.pieces += chunk.data.text();
  print("  has " + std::to_string(target.pieces.size()) + " of "
        + std::to_string(chunk.snapshot.size) + " bytes of snapshot "
        + std::to_string(chunk.snapshot.index));
}

void cluster::begin_install(const std::string& name, const install_order& order) {
  auto& target = at(name);
  if (target.pieces.size() != order.snapshot.size)
    throw std::runtime_error(name + " is to install a part of a snapshot");
  target.install = snapshot_bytes{order.snapshot, std::move(target.pieces)};
  target.pieces.clear();
  print("  installs snapshot " + std::to_string(order.snapshot.index) + ", "
        + describe(order.meta.members));
  if (!target.install_held)
    end_install(name, true);
}

void cluster::end_install(const std::string& name, bool good) {
  auto& target = at(name);
  const auto coming = *std::exchange(target.install, std::nullopt);
  const bool ok = good && checksum_of_text(coming.bytes) == coming.id.checksum;
  if (ok) {
    target.state = coming.bytes;
    target.stored[coming.id.index] = coming.bytes;
    target.given = coming.id.index;
    invariants_.is_state(name, coming.id.index, coming.bytes);
  }
  print("  "
        + (ok ? "has the state of " + std::to_string(coming.id.index) + ":" + target.state
              : std::string{"could not install it"}));
  carry_out(name, target.core->step({now_, installed{coming.id.index, ok}}));
}

void cluster::begin_cut(const std::string& name, const snapshot_meta& meta) {
  auto& target = at(name);
  if (meta.index != target.given)
    throw std::runtime_error(name + " asks for a cut that is not behind what it was given");
  print("  asks for a cut at " + std::to_string(meta.index) + ", " + describe(meta.members));
  target.cutting = meta.index;
  target.cut_text = target.state;
  if (!target.cut_held)
    end_cut(name, true);
}

void cluster::end_cut(const std::string& name, bool good) {
  auto& target = at(name);
  const auto index = *std::exchange(target.cutting, std::nullopt);
  const auto text = std::exchange(target.cut_text, {});
  cut_taken result{index, good, text.size(), checksum_of_text(text)};
  if (good) {
    invariants_.is_state(name, index, text);
    target.cut = snapshot_bytes{{index, 0, text.size(), result.checksum}, text};
    if (!target.config.volatile_state) {
      target.stored[index] = text;
      target.saved = index;
      make_current(target);
    }
  }
  print(std::string{good ? "  has" : "  could not make"} + " the cut at " + std::to_string(index));
  carry_out(name, target.core->step({now_, result}));
}

void cluster::make_current(member& target) {
  // A start from behind the end of the log would find a hole.
  if (target.saved > target.disk.durable().restored && target.saved <= target.disk.last_index())
    target.disk.restored(target.saved);
}

void cluster::restore(member& target) {
  target.cut.reset();
  target.cutting.reset();
  target.install.reset();
  target.pieces.clear();
  target.cut_held = false;
  target.install_held = false;
  if (target.config.volatile_state)
    target.disk.restored(target.given); // nothing has happened to them
  const auto& durable = target.disk.durable();
  target.given = std::max(durable.base.index, durable.restored);
  target.saved = target.given;
  if (target.config.volatile_state)
    return;
  const auto found = target.stored.find(target.given);
  if (found == target.stored.end() && target.given > 0)
    throw std::runtime_error("a member starts behind a snapshot that was never stored");
  target.state = found == target.stored.end() ? first_state : found->second;
}

void cluster::compact(const std::string& name, index_t up_to) {
  print(name + " is asked to compact its log"
        + (up_to > 0 ? " up to " + std::to_string(up_to) : ""));
  step(name, raft::compact{up_to});
}

void cluster::release_cut(const std::string& name, bool good) {
  at(name).cut_held = false;
  if (!at(name).cutting)
    return;
  print(name + (good ? " has cut" : " cannot cut"));
  end_cut(name, good);
  sync(name);
}

void cluster::release_install(const std::string& name, bool good) {
  at(name).install_held = false;
  if (!at(name).install)
    return;
  print(name + (good ? " has installed" : " cannot install"));
  end_install(name, good);
  sync(name);
}

void cluster::carry_out_snapshots(const std::string& name, output& out) {
  auto& target = at(name);
  if (out.drop_chunks) {
    print("  drops the pieces of a snapshot");
    target.pieces.clear();
  }
  if (out.chunk)
    take_chunk(name, *out.chunk);
  if (out.release_cut) {
    print("  drops its cut");
    target.cut.reset();
  }
}

} // namespace hamok::script
