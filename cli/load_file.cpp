#include "hamok/cli/load_file.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <fstream>
#include <set>
#include <stdexcept>

namespace hamok::cli {

namespace {

constexpr std::array obvious_keys{"id",      "key",     "code",    "alpha_2",
                                  "alpha_3", "alpha_4", "numeric", "name"};

[[noreturn]] void wrong(const std::string& path, const std::string& why) {
  throw std::runtime_error(path + ": " + why);
}

nlohmann::json parse(const std::string& path) {
  std::ifstream in{path};
  if (!in)
    wrong(path, "cannot be read");
  try {
    return nlohmann::json::parse(in);
  } catch (const nlohmann::json::parse_error& bad) {
    wrong(path, bad.what());
  }
}

/// What is wrong with a field as the key of all objects; empty: nothing.
std::string objection(const nlohmann::json& objects, const std::string& field) {
  std::set<std::string> seen;
  for (std::size_t i = 0; i < objects.size(); ++i) {
    const auto& object = objects[i];
    auto place = "element " + std::to_string(i);
    if (!object.is_object())
      return place + " is no object";
    const auto found = object.find(field);
    if (found == object.end() || !found->is_string())
      return place.append(" has no text '").append(field).append("'");
    if (!seen.insert(found->get<std::string>()).second)
      return place.append(" has a second '").append(field).append("' ").append(found->dump());
  }
  return {};
}

std::string choose_key(const std::string& path, const nlohmann::json& objects,
                       const load_choice& choice) {
  if (choice.key) {
    if (const auto problem = objection(objects, *choice.key); !problem.empty())
      wrong(path, problem);
    return *choice.key;
  }
  for (const auto* field : obvious_keys)
    if (objection(objects, field).empty())
      return field;
  wrong(path, "no field is an obvious key of its objects; name one with --key=FIELD");
}

/// The array or object that holds the entries.
const nlohmann::json& content_of(const std::string& path, const nlohmann::json& document,
                                 const load_choice& choice) {
  if (choice.member) {
    const auto found = document.is_object() ? document.find(*choice.member) : document.end();
    if (found == document.end() || !found->is_structured())
      wrong(path, "has no array or object '" + *choice.member + "'");
    return *found;
  }
  if (document.is_object() && document.size() == 1 && document.begin()->is_array())
    return *document.begin();
  return document;
}

std::string text_of_value(const nlohmann::json& value, bool raw) {
  return raw && value.is_string() ? value.get<std::string>() : value.dump();
}

} // namespace

loaded_file load_file(const std::string& path, const load_choice& choice) {
  const auto document = parse(path);
  const auto& content = content_of(path, document, choice);
  loaded_file result;
  if (content.is_object()) {
    result.key = "the names of the members";
    for (const auto& [key, value] : content.items())
      result.entries.emplace_back(key, text_of_value(value, choice.raw));
  } else if (content.is_array()) {
    result.key = choose_key(path, content, choice);
    for (const auto& object : content)
      result.entries.emplace_back(object[result.key].get<std::string>(), object.dump());
  } else {
    wrong(path, "is neither an object nor an array");
  }
  return result;
}

std::vector<std::pair<std::string, std::string>>
next_batch(const std::vector<std::pair<std::string, std::string>>& entries, std::size_t first,
           std::size_t most) {
  constexpr std::size_t most_bytes = std::size_t{1} << 20;
  std::vector<std::pair<std::string, std::string>> result;
  std::size_t bytes = 0;
  for (auto i = first; i < entries.size() && result.size() < most; ++i) {
    bytes += entries[i].first.size() + entries[i].second.size();
    if (bytes > most_bytes && !result.empty())
      break;
    result.push_back(entries[i]);
  }
  return result;
}

} // namespace hamok::cli
