#include "stream.hpp"

#include <chrono>

#include "runtime.hpp"

namespace aclsim {

namespace {

constexpr size_t queueLimit = 4096;
constexpr aclError taskQueueFull = 507002;
constexpr aclError streamAborted = 107023;

bool waitOn(std::condition_variable &changed, std::unique_lock<std::mutex> &guard, int timeoutMs, const std::function<bool()> &ready) {
  if (timeoutMs < 0) {
    changed.wait(guard, ready);
    return true;
  }
  // system_clock: what thread sanitizers understand of condition variables
  return changed.wait_until(guard, std::chrono::system_clock::now() + std::chrono::milliseconds(timeoutMs), ready);
}

}  // namespace

Stream::Stream(std::shared_ptr<Context> context, bool isDefault)
    : Object(Kind::stream), deviceId(context->deviceId), clockId(simulator().nextClockId()) {
  // the default stream belongs to its context, which must not be kept alive by it
  if (!isDefault) owner = std::move(context);
  thread_ = std::thread([this] { work(); });
}

Stream::~Stream() { stop(); }

aclError Stream::enqueue(Task task, uint64_t *ordinal) {
  task.what = threadState().call;
  task.callSeq = threadState().callSeq;
  task.fault = threadState().taskFault;
  task.hostClock = simulator().hostClock();
  {
    const std::lock_guard<std::mutex> guard(lock_);
    if (queue_.size() >= queueLimit) return taskQueueFull;
    queue_.push_back(std::move(task));
    ++queued_;
    if (ordinal != nullptr) *ordinal = queued_;
  }
  changed_.notify_all();
  return 0;
}

void Stream::orderHost() { simulator().hostSaw(finishedClock_); }

Wait Stream::await(uint64_t ordinal, int timeoutMs) {
  std::unique_lock<std::mutex> guard(lock_);
  const bool done = waitOn(changed_, guard, timeoutMs, [&] { return finished_ >= ordinal || stopping_; });
  if (done) orderHost();
  return done ? Wait::done : Wait::timeout;
}

Wait Stream::drain(int timeoutMs) {
  uint64_t last;
  {
    const std::lock_guard<std::mutex> guard(lock_);
    last = queued_;
  }
  return await(last, timeoutMs);
}

bool Stream::idle() const {
  const std::lock_guard<std::mutex> guard(lock_);
  if (finished_ != queued_) return false;
  simulator().hostSaw(finishedClock_);
  return true;
}

bool Stream::busy() const {
  const std::lock_guard<std::mutex> guard(lock_);
  return queued_ - finished_ > (settled_ ? 1U : 0U);
}

aclError Stream::takeError() {
  const std::lock_guard<std::mutex> guard(lock_);
  const aclError code = error_;
  error_ = 0;
  return code;
}

void Stream::abort() {
  {
    const std::lock_guard<std::mutex> guard(lock_);
    finished_ += queue_.size();
    queue_.clear();
    ++abortions_;
  }
  changed_.notify_all();
  simulator().wakeWaiters();
}

void Stream::stop() {
  {
    const std::lock_guard<std::mutex> guard(lock_);
    stopping_ = true;
  }
  abort();
  if (!thread_.joinable()) return;
  if (thread_.get_id() == std::this_thread::get_id()) thread_.detach();
  else thread_.join();
  orderHost();
}

void Stream::wake() {
  // the lock is taken so that a waiter between its test and its sleep is not missed
  { const std::lock_guard<std::mutex> guard(lock_); }
  changed_.notify_all();
}

bool Stream::sleepUs(double microseconds) {
  if (microseconds <= 0) return true;
  std::unique_lock<std::mutex> guard(lock_);
  const auto until = std::chrono::system_clock::now() + std::chrono::nanoseconds(static_cast<int64_t>(microseconds * 1e3));
  return !changed_.wait_until(guard, until, [&] { return abortions_ != abortionsAtBegin_; });
}

bool Stream::blockUntil(const std::function<bool()> &ready) {
  std::unique_lock<std::mutex> guard(lock_);
  changed_.wait(guard, [&] { return abortions_ != abortionsAtBegin_ || ready(); });
  return abortions_ == abortionsAtBegin_;
}

aclError Stream::runOne(Task &task) {
  Simulator &sim = simulator();
  clock.join(task.hostClock);
  clock.tick(clockId);
  if (task.fault.hang) {
    hung_ = true;
    blockUntil([] { return false; });
    hung_ = false;
    return streamAborted;
  }
  if (task.fault.sticky) sim.poison(deviceId, task.fault);
  if (task.fault.code != 0) return task.fault.code;
  if (const aclError poisoned = sim.poisonOf(deviceId)) return poisoned;
  return task.run(*this);
}

void Stream::work() {
  threadState().call = "stream";
  Simulator &sim = simulator();
  std::unique_lock<std::mutex> guard(lock_);
  for (;;) {
    changed_.wait(guard, [&] { return stopping_ || !queue_.empty(); });
    if (stopping_) return;
    Task task = std::move(queue_.front());
    queue_.pop_front();
    abortionsAtBegin_ = abortions_;
    const bool skipped = stopOnFailure_ && error_ != 0;
    const aclError earlier = error_;
    guard.unlock();
    threadState().call = task.what;
    threadState().callSeq = task.callSeq;
    const double beginUs = sim.trace.nowUs();
    const aclError code = skipped ? earlier : runOne(task);
    Fields line(sim.trace.on());
    line.add("type", "task").add("seq", sim.trace.next()).add("call", task.callSeq).add("what", task.what);
    line.add("stream", handle).add("device", deviceId).add("beginUs", beginUs).add("endUs", sim.trace.nowUs()).add("rc", code);
    if (line.on()) line.raw("details", task.details.json());
    sim.trace.write(line);
    // what the task captured goes before anybody learns that it is done
    task = Task();
    guard.lock();
    ++finished_;
    settled_ = false;
    finishedClock_ = clock;
    if (code != 0 && error_ == 0) error_ = code;
    changed_.notify_all();
  }
}

}  // namespace aclsim
