#include "hamok/tests/sim/language.hpp"

#include "hamok/raft/codec.hpp"
#include "hamok/tests/sim/violation.hpp"

#include <vector>

namespace hamok::sim {

const language& language_of(collection_kind kind) noexcept {
  switch (kind) {
  case collection_kind::record:
    return record_language();
  case collection_kind::queue:
    return queue_language();
  case collection_kind::emitter:
    return emitter_language();
  case collection_kind::remote_map:
    return remote_map_language();
  case collection_kind::map:
  case collection_kind::table: // it has none
    break;
  }
  return map_language();
}

blob bytes_of(std::uint64_t value) {
  std::vector<std::byte> bytes;
  raft::writer{bytes}.u64(value);
  return blob::from_vector(std::move(bytes));
}

std::uint64_t number_in(const blob& bytes) {
  raft::reader in{bytes};
  const auto value = in.u64();
  if (!in.done())
    throw violation{"collections are as modelled", "there is a value that nobody has set"};
  return value;
}

void cannot_read(const operation& op) {
  throw violation{"answers are as modelled", "the answer cannot be read: " + to_string(op)};
}

} // namespace hamok::sim
