#pragma once

// Messages that a script makes up: forged, malformed, or from somewhere else.

#include "hamok/tests/script/cluster.hpp"
#include "hamok/tests/script/words.hpp"

namespace hamok::script {

/// "inject n1->n2 KIND key=value ...": KIND is a message's name, the keys are its fields, `group=`
/// is the message's group, and `terms=` gives an append request's entries.
[[nodiscard]] packet injected_packet(const words& line);

} // namespace hamok::script
