#include "hamok/collections/decode_failures.hpp"

#include "hamok/actors/caf_compat.hpp"

#include <string>

namespace hamok {

decode_failures::decode_failures(const collection_actor& of)
    : collection_(caf::actor_cast<caf::actor_addr>(of)) {}

void decode_failures::tell(std::string_view what) const {
  if (const auto to = caf::actor_cast<caf::strong_actor_ptr>(collection_))
    compat::anon_send(caf::actor_cast<collection_actor>(to),
                      event::error{errc::bad_value, std::string{what}});
}

} // namespace hamok
