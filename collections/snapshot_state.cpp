#include "hamok/collections/snapshot_state.hpp"

#include "hamok/collections/operation_state.hpp"
#include "hamok/collections/state_bytes_state.hpp"
#include "hamok/raft/codec.hpp"
#include "hamok/raft/membership.hpp"

#include <algorithm>
#include <limits>
#include <set>
#include <utility>

namespace hamok {

namespace {

constexpr std::uint32_t magic = 0x4B4D4148; // "HAMK"
constexpr std::uint8_t format_version = 1;

/// A collection takes its label, its state and its digest.
constexpr std::size_t min_collection_size = 1 + 1 + 16;

void encode(const collection_label& label, raft::index_t applied_index, raft::writer& out) {
  out.u64(label.number);
  out.text(label.name);
  out.text(label.kind);
  out.bytes(label.options.bytes());
  out.u64(label.creator.high);
  out.u64(label.creator.low);
  out.u64(applied_index);
}

collection_label decode_label(raft::reader& in) {
  collection_label result;
  result.number = in.u64();
  result.name = in.text(max_name_size);
  result.kind = in.text(max_name_size);
  result.options = in.bytes();
  result.creator.high = in.u64();
  result.creator.low = in.u64();
  return result;
}

/// Reads a snapshot part by part.
class snapshot_reader {
public:
  snapshot_reader(state_source& source, const machine_factory& make)
      : source_(source),
        in_(source),
        make_(make) {}

  std::string read(snapshot_content& out) {
    if (auto problem = read_head(out.meta); !problem.empty())
      return problem;
    const auto count = in_.count(min_collection_size);
    if (!in_.ok())
      return "it ends in front of its collections";
    for (std::size_t i = 1; i <= count; ++i) {
      const auto place = "collection " + std::to_string(i) + " of " + std::to_string(count);
      loaded_collection one;
      if (auto problem = read_collection(out.meta, one); !problem.empty())
        return place + (one.label.name.empty() ? "" : ", '" + one.label.name + "'") + ": "
               + problem;
      out.collections.push_back(std::move(one));
    }
    return in_.done() ? std::string{} : "there is something behind its last collection";
  }

private:
  std::string read_head(raft::snapshot_meta& out) {
    if (in_.u32() != magic)
      return "it is no snapshot";
    if (const auto version = in_.u8(); version != format_version)
      return "its format is version " + std::to_string(version) + ", and only "
             + std::to_string(format_version) + " is known";
    raft::reader in{in_.bytes()};
    out = raft::decode_snapshot_meta(in);
    if (!in_.ok() || !in.done() || out.cluster_time < raft::duration{0}
        || out.cluster_time > raft::max_cluster_time)
      return "its head cannot be understood";
    return raft::valid(out.members) ? std::string{} : "its members are none that can be";
  }

  std::string read_collection(const raft::snapshot_meta& meta, loaded_collection& out) {
    raft::reader in{in_.bytes()};
    auto label = decode_label(in);
    const auto applied_index = in.u64();
    if (!in_.ok() || !in.done() || label.name.empty() || label.kind.empty())
      return "its head cannot be understood";
    out.label = std::move(label);
    if (out.label.number <= last_number_ || !names_.insert(out.label.name).second)
      return "its number or its name is that of another one";
    last_number_ = out.label.number;
    if (out.label.number > meta.index || applied_index > meta.index)
      return "it is newer than the snapshot";
    auto machine = make_(out.label.kind);
    if (!machine)
      return "its kind '" + out.label.kind + "' is not known here";
    auto state = std::make_unique<session_state>(std::move(machine));
    piece_source pieces{source_};
    if (!state->load(pieces) || pieces.remaining() != 0)
      return "its state cannot be understood";
    digest128 digest;
    digest.high = in_.u64();
    digest.low = in_.u64();
    if (!in_.ok() || state->applied_index() != applied_index || state->digest() != digest)
      return "its state is another one than its digest says";
    out.state = std::move(state);
    return {};
  }

  state_source& source_;
  state_reader in_;
  const machine_factory& make_;
  std::uint64_t last_number_ = 0;
  std::set<std::string> names_;
};

} // namespace

void write_snapshot(const raft::snapshot_meta& meta, std::vector<collection_cut> collections,
                    state_sink& out) {
  std::sort(collections.begin(), collections.end(),
            [](const auto& a, const auto& b) { return a.label.number < b.label.number; });
  state_writer to{out};
  std::vector<std::byte> bytes;
  raft::writer head{bytes};
  to.u32(magic);
  to.u8(format_version);
  raft::encode(meta, head);
  to.bytes(bytes);
  to.varint(collections.size());
  for (auto& one : collections) {
    bytes.clear();
    encode(one.label, one.state->applied_index(), head);
    to.bytes(bytes);
    piece_sink pieces{out};
    one.state->write(pieces);
    pieces.finish();
    const auto digest = one.state->digest();
    to.u64(digest.high);
    to.u64(digest.low);
    one.state.reset(); // what it alone has kept may go
  }
}

std::string read_snapshot(state_source& source, const machine_factory& make,
                          snapshot_content& out) {
  snapshot_content content;
  auto problem = snapshot_reader{source, make}.read(content);
  if (problem.empty())
    out = std::move(content);
  return problem;
}

} // namespace hamok
