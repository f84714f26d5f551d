#pragma once

// A TCP proxy in front of every member, so that a test can cut the link between two of them.

#include "hamok/io/frame.hpp"

#include <poll.h>

#include <atomic>
#include <cstdint>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace hamok::process_test {

/// How a link is cut.
enum class cut_kind : std::uint8_t {
  silent, ///< connections stay open and nothing comes through, as when a cable is pulled
  broken, ///< connections are closed, and new ones are closed at once
};

/// Passes bytes between members. Members advertise the proxy's ports, and the proxy learns from the
/// first frame of a connection who has opened it. Has its own thread.
class link_proxy {
public:
  /// One port of the proxy, and the member behind it.
  struct door {
    std::string peer;
    std::uint16_t port = 0;
    std::uint16_t target = 0;
  };

  explicit link_proxy(std::vector<door> doors);
  ~link_proxy();
  link_proxy(const link_proxy&) = delete;
  link_proxy& operator=(const link_proxy&) = delete;

  /// Cuts the link between two members, both ways, until `heal`.
  void cut(const std::string& one, const std::string& other, cut_kind kind);

  /// The same, as soon as so many more bytes have gone from `one` to `other`.
  void cut_after(std::size_t bytes, const std::string& one, const std::string& other,
                 cut_kind kind);

  [[nodiscard]] bool is_cut(const std::string& one, const std::string& other) const;

  /// Bytes that have gone from `one` to `other` so far.
  [[nodiscard]] std::size_t passed(const std::string& one, const std::string& other) const;

  /// Lets everything through again; what was held back by a silent cut arrives now.
  void heal();

  /// Connections between members, all told, that have been seen so far.
  [[nodiscard]] std::size_t links_seen() const noexcept { return links_seen_; }

private:
  using way_name = std::pair<std::string, std::string>; ///< from, to

  /// What is left before a link is cut.
  struct fuse {
    std::size_t bytes = 0;
    cut_kind kind = cut_kind::silent;
  };

  /// Bytes on their way from one socket to the other.
  struct stream {
    int from = -1;
    int to = -1;
    std::vector<std::byte> pending;
    bool ended = false;
  };

  struct connection {
    std::string target;
    std::optional<std::string> source; ///< empty text: no member
    frame_parser sniffer{max_small_payload};
    stream out; ///< from who has opened it to the member behind the door
    stream back;
  };

  void run();
  void accept_all(const door& where, int listener);
  void prepare(std::vector<pollfd>& polled);
  void transfer(const std::vector<pollfd>& polled, std::size_t first);
  [[nodiscard]] std::optional<cut_kind> cut_of(const connection& passing) const;
  void sniff(connection& passing, std::size_t count);
  void note(const way_name& way, std::size_t bytes);
  bool move_bytes(connection& passing, stream& way, short readable, short writable);
  void wake() const;

  std::vector<door> doors_;
  std::vector<int> listeners_;
  int wake_fd_ = -1;
  std::atomic<bool> stopping_{false};
  std::atomic<std::size_t> links_seen_{0};
  mutable std::mutex mutex_; ///< guards what follows
  std::set<std::pair<std::string, std::string>> silent_;
  std::set<std::pair<std::string, std::string>> broken_;
  std::map<way_name, fuse> fuses_;
  std::map<way_name, std::size_t> passed_;

  std::list<connection> connections_; ///< of the thread alone
  std::thread thread_;
};

} // namespace hamok::process_test
