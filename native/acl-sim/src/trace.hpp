/** The JSONL trace: one line per call, per task of a stream and per violation, in the order in which they ended. */
#pragma once

#include <atomic>
#include <chrono>
#include <string>

#include "fields.hpp"

namespace aclsim {

class Trace {
 public:
  void open(const std::string &path);
  bool on() const { return file_ >= 0; }
  /** Each line is one write, so that a killed process loses none. */
  void write(const Fields &fields);
  /** Number of the next call or task: unique and rising in the process. */
  uint64_t next() { return ++sequence_; }
  uint64_t last() const { return sequence_; }
  /** Microseconds since the library was first called. */
  double nowUs() const;

 private:
  int file_ = -1;
  std::atomic<uint64_t> sequence_{0};
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/** The kernel's number of this thread. */
long threadId();

}  // namespace aclsim
