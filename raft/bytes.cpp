#include "hamok/raft/bytes.hpp"

#include <utility>

namespace hamok {

blob::blob(std::span<const std::byte> data) {
  if (data.empty())
    return;
  auto storage = std::make_shared_for_overwrite<std::byte[]>(data.size());
  std::memcpy(storage.get(), data.data(), data.size());
  data_ = storage.get();
  size_ = data.size();
  owner_ = std::move(storage);
}

blob blob::from_string(std::string_view text) {
  return blob{std::as_bytes(std::span{text.data(), text.size()})};
}

blob blob::from_vector(std::vector<std::byte> data) {
  auto storage = std::make_shared<const std::vector<std::byte>>(std::move(data));
  blob result;
  result.data_ = storage->data();
  result.size_ = storage->size();
  result.owner_ = std::move(storage);
  return result;
}

blob blob::slice(std::size_t offset, std::size_t count) const {
  blob result;
  if (count == 0)
    return result;
  result.owner_ = owner_;
  result.data_ = data_ + offset;
  result.size_ = count;
  return result;
}

} // namespace hamok
