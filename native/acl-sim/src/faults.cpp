#include "faults.hpp"

#include <cstdlib>

#include "config.hpp"
#include "text.hpp"

namespace aclsim {

Faults::Rule Faults::parse(const std::string &text) {
  const size_t equals = text.find('=');
  if (equals == std::string::npos) configurationFailed("a fault has no code: " + text);
  Rule rule;
  rule.name = text.substr(0, equals);
  const size_t at = rule.name.find('@');
  if (at != std::string::npos) {
    std::string when = rule.name.substr(at + 1);
    rule.name.resize(at);
    rule.when = When::once;
    if (when.front() == '%') {
      rule.when = When::every;
      when.erase(0, 1);
    } else if (when.back() == '+') {
      rule.when = When::from;
    }
    rule.number = std::strtoull(when.c_str(), nullptr, 10);
    if (rule.number == 0) configurationFailed("a fault counts from 1: " + text);
  }
  const std::vector<std::string> parts = split(text.substr(equals + 1), ':');
  if (parts.empty()) configurationFailed("a fault has no code: " + text);
  if (parts[0] == "hang") rule.fault.hang = true;
  else rule.fault.code = std::atoi(parts[0].c_str());
  for (size_t index = 1; index < parts.size(); ++index) {
    if (parts[index] == "later") rule.fault.later = true;
    else if (parts[index] == "sticky") rule.fault.sticky = true;
    else if (parts[index] == "lost") rule.fault.sticky = rule.fault.lost = true;
    else configurationFailed("a fault knows no " + parts[index]);
  }
  if (!rule.fault.any()) configurationFailed("a fault needs a code: " + text);
  return rule;
}

void Faults::set(const std::string &rules) {
  std::vector<Rule> parsed;
  for (const std::string &text : split(rules, ';')) parsed.push_back(parse(text));
  const std::lock_guard<std::mutex> guard(lock_);
  rules_ = std::move(parsed);
}

Fault Faults::next(const std::string &name) {
  const std::lock_guard<std::mutex> guard(lock_);
  Fault hit;
  for (Rule &rule : rules_) {
    if (rule.name != "*" && rule.name != name) continue;
    ++rule.seen;
    const bool applies = rule.when == When::always || (rule.when == When::once && rule.seen == rule.number) ||
                         (rule.when == When::every && rule.seen % rule.number == 0) ||
                         (rule.when == When::from && rule.seen >= rule.number);
    if (applies && !hit.any()) hit = rule.fault;
  }
  return hit;
}

}  // namespace aclsim
