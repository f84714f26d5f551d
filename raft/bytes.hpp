#pragma once

// Immutable bytes that many holders share without copying: the payload of log entries, of commands
// and of results.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hamok {

/// A reference-counted, immutable slice of bytes. Copying shares the storage; a slice of a received
/// frame keeps that frame alive instead of copying out of it.
///
/// Thread safety: as for `std::shared_ptr`: distinct objects may be used from distinct threads.
class blob {
public:
  blob() noexcept = default;

  /// Copies `data` into new shared storage.
  explicit blob(std::span<const std::byte> data);

  /// Copies the characters of `text` into new shared storage.
  [[nodiscard]] static blob from_string(std::string_view text);

  /// Takes over `data` without copying it.
  [[nodiscard]] static blob from_vector(std::vector<std::byte> data);

  /// A slice of this blob that shares its storage. `offset + count` must not exceed `size()`.
  [[nodiscard]] blob slice(std::size_t offset, std::size_t count) const;

  [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return {data_, size_}; }
  [[nodiscard]] const std::byte* data() const noexcept { return data_; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

  /// The bytes seen as characters; valid as long as this blob (or a copy of it) lives.
  [[nodiscard]] std::string_view text() const noexcept {
    return {reinterpret_cast<const char*>(data_), size_};
  }

  /// Equal when the bytes are equal, wherever they are stored.
  friend bool operator==(const blob& lhs, const blob& rhs) noexcept {
    return lhs.text() == rhs.text();
  }
  friend bool operator<(const blob& lhs, const blob& rhs) noexcept {
    return lhs.text() < rhs.text();
  }

private:
  std::shared_ptr<const void> owner_;
  const std::byte* data_ = nullptr;
  std::size_t size_ = 0;
};

} // namespace hamok
