#pragma once

// Short ways to write members, entries and messages in tests, and to find what a core has sent.

#include "hamok/raft/event.hpp"
#include "hamok/raft/log.hpp"
#include "hamok/raft/messages.hpp"

#include <chrono>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace hamok::raft::test {

using namespace std::chrono_literals;

/// Member `n`: peer id "n<n>", in its first life.
inline member_id id(unsigned n) {
  return {"n" + std::to_string(n), incarnation_id{0, n}};
}

inline std::vector<member_id> ids(unsigned first, unsigned last) {
  std::vector<member_id> result;
  for (unsigned n = first; n <= last; ++n)
    result.push_back(id(n));
  return result;
}

inline entry command(term_t term, std::string_view text) {
  return {term, entry_kind::command, duration{0}, blob::from_string(text)};
}

/// A log that has entries of these terms; two of them are equal where the terms are.
inline std::vector<entry> entries_of(const std::vector<term_t>& terms) {
  std::vector<entry> result;
  for (auto term : terms)
    result.push_back(command(term, std::to_string(term)));
  return result;
}

inline std::vector<term_t> terms_of(const std::vector<entry>& entries) {
  std::vector<term_t> result;
  for (const auto& value : entries)
    result.push_back(value.term);
  return result;
}

inline std::vector<term_t> terms_of(const raft::log& log) {
  std::vector<term_t> result;
  for (auto index = log.first_index(); index <= log.last_index(); ++index)
    result.push_back(log.at(index).term);
  return result;
}

inline propose proposals(std::initializer_list<const char*> texts) {
  propose result;
  for (const auto* text : texts)
    result.proposals.push_back({entry_kind::command, blob::from_string(text)});
  return result;
}

/// A message that was sent, with its receiver and its kind known.
template <class T>
struct sent {
  member_id to;
  T body;
};

/// Every `T` that `out` sends, in order.
template <class T>
std::vector<sent<T>> all_sent(const output& out) {
  std::vector<sent<T>> result;
  for (const auto& item : out.send)
    if (const auto* body = std::get_if<T>(&item.message.body))
      result.push_back({item.to, *body});
  return result;
}

/// The `T`s that `out` sends to member `n`.
template <class T>
std::vector<T> sent_to(unsigned n, const output& out) {
  std::vector<T> result;
  for (auto& item : all_sent<T>(out))
    if (item.to == id(n))
      result.push_back(std::move(item.body));
  return result;
}

/// The one `T` that `out` sends to member `n`; throws when there is none or more than one.
template <class T>
T the_sent(unsigned n, const output& out) {
  auto found = sent_to<T>(n, out);
  if (found.size() != 1) {
    std::string text = "expected one message of the kind to n" + std::to_string(n) + ", sent are:";
    for (const auto& item : out.send)
      text += "\n  to " + item.to.peer + ": " + to_string(item.message);
    throw std::runtime_error(text);
  }
  return std::move(found.front());
}

// -- messages that tests play, with the fields that matter to them --------------------------------

inline vote_request ask(term_t term, index_t last_index, term_t last_term) {
  return {term, last_index, last_term, false, false};
}

inline vote_request pre_ask(term_t term, index_t last_index, term_t last_term) {
  return {term, last_index, last_term, true, false};
}

inline vote_response vote(term_t term, bool granted) {
  return {term, term, false, granted};
}

inline append_request append(term_t term, index_t prev, term_t prev_term,
                             std::vector<entry> entries = {}, index_t commit = 0) {
  return {term, prev, prev_term, commit, 0, std::move(entries)};
}

} // namespace hamok::raft::test
