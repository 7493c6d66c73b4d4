/** Host callbacks from a stream, run by the thread that subscribed. */
#include <condition_variable>
#include <deque>
#include <map>
#include <pthread.h>

#include "call.hpp"

using namespace aclsim;

namespace {

struct Report {
  aclrtCallback function;
  void *userData;
  std::shared_ptr<std::atomic<bool>> done;
  Stream *stream;
};

/** Subscriptions of the process; never destroyed, since streams may still run at exit. */
struct Reports {
  std::mutex lock;
  std::condition_variable changed;
  std::map<aclrtStream, uint64_t> threadOf;
  std::map<uint64_t, std::deque<Report>> queues;
};

Reports &reports() {
  static Reports *const instance = new Reports();
  return *instance;
}

aclError deliver(aclrtStream handle, Report report, bool block, Stream &stream) {
  Reports &all = reports();
  report.stream = block ? &stream : nullptr;
  const auto done = report.done;
  {
    const std::lock_guard<std::mutex> guard(all.lock);
    const auto found = all.threadOf.find(handle);
    if (found == all.threadOf.end()) return 107000;
    all.queues[found->second].push_back(report);
  }
  all.changed.notify_all();
  if (block && !stream.blockUntil([&] { return done->load(); })) return 107023;
  return 0;
}

}  // namespace

extern "C" {

aclError aclrtSubscribeReport(uint64_t threadId, aclrtStream stream) {
  return call("aclrtSubscribeReport", context, arguments().add("threadId", threadId).add("stream", stream), [&] {
    const std::lock_guard<std::mutex> guard(reports().lock);
    return reports().threadOf.emplace(stream, threadId).second ? 0 : invalidParameter("the stream is subscribed already");
  });
}

aclError aclrtLaunchCallback(aclrtCallback fn, void *userData, aclrtCallbackBlockType blockType, aclrtStream handle) {
  return call("aclrtLaunchCallback", context, arguments().add("stream", handle).add("block", blockType), [&] {
    if (fn == nullptr) return invalidArgument("fn");
    aclError code = 0;
    const auto stream = simulator().streamFor(handle, code);
    if (!stream) return code;
    {
      const std::lock_guard<std::mutex> guard(reports().lock);
      if (reports().threadOf.count(handle) == 0) return invalidParameter("no thread is subscribed to the stream");
    }
    const Report report{fn, userData, std::make_shared<std::atomic<bool>>(false), nullptr};
    const bool block = blockType == ACL_CALLBACK_BLOCK;
    Task task;
    task.run = [handle, report, block](Stream &on) { return deliver(handle, report, block, on); };
    return stream->enqueue(std::move(task));
  });
}

aclError aclrtProcessReport(int32_t timeout) {
  return call("aclrtProcessReport", init, arguments().add("timeout", timeout), [&] {
    Reports &all = reports();
    std::unique_lock<std::mutex> guard(all.lock);
    std::deque<Report> &queue = all.queues[static_cast<uint64_t>(pthread_self())];
    const auto ready = [&] { return !queue.empty(); };
    if (timeout < 0) all.changed.wait(guard, ready);
    else if (!all.changed.wait_until(guard, std::chrono::system_clock::now() + std::chrono::milliseconds(timeout), ready)) return 507012;
    const Report report = queue.front();
    queue.pop_front();
    guard.unlock();
    report.function(report.userData);
    *report.done = true;
    if (report.stream != nullptr) report.stream->wake();
    return 0;
  });
}

aclError aclrtUnSubscribeReport(uint64_t threadId, aclrtStream stream) {
  return call("aclrtUnSubscribeReport", init | release, arguments().add("threadId", threadId).add("stream", stream), [&] {
    const std::lock_guard<std::mutex> guard(reports().lock);
    const auto found = reports().threadOf.find(stream);
    if (found == reports().threadOf.end() || found->second != threadId) return invalidParameter("the thread is not subscribed to the stream");
    reports().threadOf.erase(found);
    return 0;
  });
}

}
