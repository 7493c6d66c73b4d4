/** Small text helpers. */
#pragma once

#include <algorithm>
#include <string>
#include <vector>

namespace aclsim {

/** Parts of `text` between separators; empty parts are dropped. */
inline std::vector<std::string> split(const std::string &text, char separator) {
  std::vector<std::string> parts;
  size_t from = 0;
  while (from <= text.size()) {
    const size_t to = std::min(text.find(separator, from), text.size());
    if (to > from) parts.push_back(text.substr(from, to - from));
    from = to + 1;
  }
  return parts;
}

inline bool startsWith(const std::string &text, const std::string &prefix) { return text.compare(0, prefix.size(), prefix) == 0; }

}  // namespace aclsim
