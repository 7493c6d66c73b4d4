#include "ledger.hpp"

#include "thread-state.hpp"
#include "trace.hpp"

namespace aclsim {

void Ledger::violation(const char *kind, const std::string &message) {
  const std::string call = currentCall();
  const uint64_t seq = trace_.last();
  {
    const std::lock_guard<std::mutex> guard(lock_);
    violations_.push_back({kind, call, message, seq, threadId()});
  }
  Fields line(trace_.on());
  line.add("type", "violation").add("seq", seq).add("thread", threadId()).add("kind", kind).add("call", call).add("message", message);
  trace_.write(line);
}

size_t Ledger::violations() const {
  const std::lock_guard<std::mutex> guard(lock_);
  return violations_.size();
}

std::string Ledger::violationsJson() const {
  const std::lock_guard<std::mutex> guard(lock_);
  std::string out = "[";
  for (const Violation &entry : violations_) {
    if (out.size() > 1) out += ',';
    Fields fields;
    fields.add("kind", entry.kind).add("call", entry.call).add("message", entry.message).add("seq", entry.seq).add("thread", entry.thread);
    out += fields.json();
  }
  return out + "]";
}

void Ledger::count(const std::string &call) {
  const std::lock_guard<std::mutex> guard(lock_);
  ++calls_[call];
}

std::string Ledger::callsJson() const {
  const std::lock_guard<std::mutex> guard(lock_);
  Fields fields;
  for (const auto &[name, number] : calls_) fields.add(name, number);
  return fields.json();
}

std::string leaksJson(const std::vector<Leak> &leaks) {
  std::string out = "[";
  for (const Leak &leak : leaks) {
    if (out.size() > 1) out += ',';
    Fields fields;
    fields.add("kind", leak.kind).add("madeBy", leak.madeBy).add("seq", leak.seq).add("thread", leak.thread);
    fields.add("handle", leak.handle).add("bytes", leak.bytes);
    out += fields.json();
  }
  return out + "]";
}

}  // namespace aclsim
