#include "hamok/tests/sim/model.hpp"

namespace hamok::sim {

std::unique_ptr<model> make_model(collection_kind kind) {
  switch (kind) {
  case collection_kind::table:
  case collection_kind::map:
  case collection_kind::record:
    return make_map_model();
  case collection_kind::queue:
    return make_queue_model();
  case collection_kind::emitter:
    return make_emitter_model();
  case collection_kind::remote_map:
    return make_remote_map_model();
  }
  return nullptr;
}

} // namespace hamok::sim
