#pragma once

// The moments in the work of a member at which the simulator can end it.

namespace hamok::sim {

/// Where in the work of a member a crash can come.
enum class crash_point {
  between_steps,
  before_write,
  after_write, ///< and before the first send
  after_sync,  ///< and before the core is told
  between_sends,
  before_apply,
  before_answer,
  between_cut_and_save, ///< a snapshot is stored, and the core does not know
  before_install,
  after_install, ///< the write that makes it count may be lost
  end_
};

} // namespace hamok::sim
