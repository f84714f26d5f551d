#pragma once

// Hosts with addresses of their own inside this machine, for tests of bad networks: a network
// namespace each, and a switch between them in this process, which loses, delays and holds back
// packets as it is told. It needs no module for that (netem), and leaves nothing behind however the
// test ends: a namespace without a process in it is gone.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace hamok::process_test {

/// What happens to packets on their way from one host to another.
struct path_quality {
  bool cut = false; ///< nothing comes through, and nobody is told
  std::chrono::milliseconds delay{0};
  double loss = 0; ///< share of the packets
};

/// A network of `size` hosts. The thread that makes it, and whoever is started by that, is on a
/// host of its own until the network goes: from there each of the others is reached well.
class packet_network {
public:
  /// Why this machine cannot have one; empty: it can.
  [[nodiscard]] static std::string obstacle();

  explicit packet_network(std::size_t size);
  ~packet_network();
  packet_network(const packet_network&) = delete;
  packet_network& operator=(const packet_network&) = delete;

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] std::string address(std::size_t host) const;

  /// From now on, for packets of `from` to `to`. What is on the way already arrives.
  void set(std::size_t from, std::size_t to, path_quality quality);
  /// The same for both directions between this host and all others.
  void set_all_of(std::size_t host, path_quality quality);
  /// Every path is perfect again.
  void heal();

  /// Packets between hosts that were lost so far, by cuts and otherwise.
  [[nodiscard]] std::uint64_t lost() const;

  /// While it lives, this thread, and what it starts, is on that host.
  class visit {
  public:
    visit(const packet_network& network, std::size_t host);
    ~visit();
    visit(const visit&) = delete;
    visit& operator=(const visit&) = delete;

  private:
    int home_ = -1;
  };

private:
  struct parts;

  std::size_t size_;
  std::unique_ptr<parts> parts_;
};

} // namespace hamok::process_test
