#pragma once

// What tests put between the members of one process.

#include <mutex>
#include <set>
#include <string>
#include <utility>

namespace hamok {

/// Lets tests disturb the links between the members that share it. Thread safe.
class local_network {
public:
  /// Drops everything that `from` sends to `to` without a word, hellos included; nor does `to` hear
  /// that an end of a link is gone.
  void cut(const std::string& from, const std::string& to);
  /// Both directions.
  void cut_both(const std::string& a, const std::string& b);
  void heal(const std::string& from, const std::string& to);
  void heal_both(const std::string& a, const std::string& b);
  void heal_all();
  [[nodiscard]] bool passes(const std::string& from, const std::string& to) const;

private:
  mutable std::mutex mutex_;
  std::set<std::pair<std::string, std::string>> cut_;
};

} // namespace hamok
