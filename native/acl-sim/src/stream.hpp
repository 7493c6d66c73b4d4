/** A stream: a queue of tasks and the thread that runs them in order. Events. */
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "faults.hpp"
#include "fields.hpp"
#include "objects.hpp"
#include "vector-clock.hpp"

namespace aclsim {

struct Task {
  /** the call that queued it */
  const char *what = "";
  Fields details{false};
  /** @returns an ACL code; runs on the stream's thread without any lock */
  std::function<aclError(Stream &)> run;
  Fault fault;
  /** that call's number */
  uint64_t callSeq = 0;
  /** what the host had seen when it queued this */
  VectorClock hostClock;
};

enum class Wait { done, timeout };

class Stream : public Object {
 public:
  Stream(std::shared_ptr<Context> context, bool isDefault);
  ~Stream() override;

  /** @param ordinal receives what await() wants. @returns 0, or 507002 when the queue is full */
  aclError enqueue(Task task, uint64_t *ordinal = nullptr);
  /** Waits until everything queued so far has run. @param timeoutMs negative = for ever */
  Wait drain(int timeoutMs);
  /** Waits until the task with this ordinal has run or was dropped. */
  Wait await(uint64_t ordinal, int timeoutMs);
  bool idle() const;
  /** Whether work is left; a task that has told its event and only ends is none. */
  bool busy() const;
  /** Called by the running task when all that others can see of it is done. */
  void settle() { settled_ = true; }
  /** Whether a task hangs by fault injection. */
  bool hung() const { return hung_; }
  /** @returns the first failure since the last call, and forgets it */
  aclError takeError();
  /** Drops what is queued and interrupts what runs. */
  void abort();
  /** Aborts and ends the thread. */
  void stop();
  /** Sleeps model time. @returns false when the stream was aborted meanwhile */
  bool sleepUs(double microseconds);
  /** Blocks until `ready` says true or the stream is aborted; `ready` is asked again after wake(). */
  bool blockUntil(const std::function<bool()> &ready);
  void wake();
  void setStopOnFailure(bool on) { stopOnFailure_ = on; }

  const int deviceId;
  const size_t clockId;
  /** what the running task is ordered after; only the stream's own thread touches it */
  VectorClock clock;

 private:
  void work();
  aclError runOne(Task &task);
  /** The host has waited for this stream: it is ordered after what has finished. */
  void orderHost();

  mutable std::mutex lock_;
  std::condition_variable changed_;
  std::deque<Task> queue_;
  VectorClock finishedClock_;
  uint64_t queued_ = 0;
  uint64_t finished_ = 0;
  bool stopping_ = false;
  /** counts aborts; a task that began under an older number is interrupted */
  uint64_t abortions_ = 0;
  uint64_t abortionsAtBegin_ = 0;
  std::atomic<bool> hung_{false};
  std::atomic<bool> settled_{false};
  std::atomic<bool> stopOnFailure_{false};
  aclError error_ = 0;
  std::thread thread_;
};

struct Event : Object {
  Event(uint32_t flags, bool timed) : Object(Kind::event), flags(flags), timed(timed) {}
  const uint32_t flags;
  /** whether aclrtEventElapsedTime may read it */
  const bool timed;
  std::mutex lock;
  std::condition_variable changed;
  /** records asked for, and records done */
  uint64_t asked = 0;
  std::atomic<uint64_t> done{0};
  double doneAtUs = 0;
  VectorClock clock;
  /** streams whose task waits for this event */
  std::vector<Stream *> waiters;
};

}  // namespace aclsim
