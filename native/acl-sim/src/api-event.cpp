/** Events. */
#include <algorithm>

#include "call.hpp"

using namespace aclsim;

namespace {

aclError createEvent(aclrtEvent *made, uint32_t flags, bool timed) {
  Simulator &sim = simulator();
  if (made == nullptr) return invalidArgument("event");
  if (sim.handles.count(Kind::event) >= sim.config.maxEvents) {
    explain("No event is left; the device has " + std::to_string(sim.config.maxEvents) + ".");
    return 207007;
  }
  auto event = std::make_shared<Event>(flags, timed);
  event->owner = sim.currentContext();
  *made = sim.handles.add(event);
  return 0;
}

aclError createFlagged(aclrtEvent *made, uint32_t flags) {
  constexpr uint32_t known = ACL_EVENT_SYNC | ACL_EVENT_CAPTURE_STREAM_PROGRESS | ACL_EVENT_TIME_LINE | ACL_EVENT_EXTERNAL;
  if (flags == 0 || (flags & ~known) != 0) return invalidParameter("flag of the event");
  return createEvent(made, flags, (flags & ACL_EVENT_TIME_LINE) != 0);
}

std::shared_ptr<Event> eventOf(aclrtEvent handle) { return simulator().handles.get<Event>(handle, Kind::event); }

aclError recordOn(Event &event, Stream &stream) {
  const std::lock_guard<std::mutex> guard(event.lock);
  event.clock = stream.clock;
  event.doneAtUs = simulator().trace.nowUs();
  stream.settle();
  ++event.done;
  event.changed.notify_all();
  for (Stream *waiter : event.waiters) waiter->wake();
  return 0;
}

aclError waitOn(Event &event, uint64_t target, Stream &stream) {
  {
    const std::lock_guard<std::mutex> guard(event.lock);
    event.waiters.push_back(&stream);
  }
  const bool reached = stream.blockUntil([&] { return event.done >= target; });
  const std::lock_guard<std::mutex> guard(event.lock);
  event.waiters.erase(std::find(event.waiters.begin(), event.waiters.end(), &stream));
  if (!reached) return 107023;
  stream.clock.join(event.clock);
  return 0;
}

/** Whether everything recorded so far has happened; then the host is ordered after it. */
bool complete(Event &event) {
  const std::lock_guard<std::mutex> guard(event.lock);
  if (event.asked == 0 || event.done < event.asked) return false;
  simulator().hostSaw(event.clock);
  return true;
}

aclError synchronise(aclrtEvent handle, int timeoutMs) {
  const auto event = eventOf(handle);
  if (!event) return 107017;
  std::unique_lock<std::mutex> guard(event->lock);
  const auto ready = [&] { return event->done >= event->asked; };
  if (timeoutMs < 0) {
    event->changed.wait(guard, ready);
  } else if (!event->changed.wait_until(guard, std::chrono::system_clock::now() + std::chrono::milliseconds(timeoutMs), ready)) {
    explain("The event was not reached within " + std::to_string(timeoutMs) + " ms.");
    return 507047;
  }
  simulator().hostSaw(event->clock);
  return 0;
}

Fields eventArguments(aclrtEvent event, aclrtStream stream) { return arguments().add("event", event).add("stream", stream); }

}  // namespace

extern "C" {

aclError aclrtCreateEvent(aclrtEvent *event) {
  return call("aclrtCreateEvent", context, arguments(), [&] { return createEvent(event, 0, true); });
}

aclError aclrtCreateEventWithFlag(aclrtEvent *event, uint32_t flag) {
  return call("aclrtCreateEventWithFlag", context, arguments().add("flag", flag), [&] { return createFlagged(event, flag); });
}

aclError aclrtCreateEventExWithFlag(aclrtEvent *event, uint32_t flag) {
  return call("aclrtCreateEventExWithFlag", context, arguments().add("flag", flag), [&] { return createFlagged(event, flag); });
}

aclError aclrtDestroyEvent(aclrtEvent handle) {
  return call("aclrtDestroyEvent", context | release, arguments().add("event", handle), [&] {
    const auto event = std::static_pointer_cast<Event>(simulator().handles.remove(handle, Kind::event));
    if (!event) return 107017;
    const std::lock_guard<std::mutex> guard(event->lock);
    if (!event->waiters.empty()) simulator().ledger.violation(misuse::pendingWork, "the event is destroyed while a stream waits for it");
    return 0;
  });
}

aclError aclrtRecordEvent(aclrtEvent handle, aclrtStream streamHandle) {
  return call("aclrtRecordEvent", context, eventArguments(handle, streamHandle), [&] {
    aclError code = 0;
    const auto event = eventOf(handle);
    if (!event) return 107017;
    const auto stream = simulator().streamFor(streamHandle, code);
    if (!stream) return code;
    {
      const std::lock_guard<std::mutex> guard(event->lock);
      ++event->asked;
    }
    Task task;
    task.details = arguments().add("event", handle);
    task.run = [event](Stream &on) { return recordOn(*event, on); };
    return stream->enqueue(std::move(task));
  });
}

aclError aclrtStreamWaitEvent(aclrtStream streamHandle, aclrtEvent handle) {
  return call("aclrtStreamWaitEvent", context, eventArguments(handle, streamHandle), [&] {
    aclError code = 0;
    const auto event = eventOf(handle);
    if (!event) return 107017;
    const auto stream = simulator().streamFor(streamHandle, code);
    if (!stream) return code;
    uint64_t target;
    {
      const std::lock_guard<std::mutex> guard(event->lock);
      target = event->asked;
    }
    Task task;
    task.details = arguments().add("event", handle);
    task.run = [event, target](Stream &on) { return waitOn(*event, target, on); };
    return stream->enqueue(std::move(task));
  });
}

aclError aclrtResetEvent(aclrtEvent handle, aclrtStream streamHandle) {
  return call("aclrtResetEvent", context, eventArguments(handle, streamHandle), [&] {
    aclError code = 0;
    const auto event = eventOf(handle);
    if (!event) return 107017;
    const auto stream = simulator().streamFor(streamHandle, code);
    if (!stream) return code;
    Task task;
    task.details = arguments().add("event", handle);
    task.run = [event](Stream &) {
      const std::lock_guard<std::mutex> guard(event->lock);
      event->asked = 0;
      event->done = 0;
      return 0;
    };
    return stream->enqueue(std::move(task));
  });
}

aclError aclrtQueryEventStatus(aclrtEvent handle, aclrtEventRecordedStatus *status) {
  return call("aclrtQueryEventStatus", context, arguments().add("event", handle), [&] {
    if (status == nullptr) return invalidArgument("status");
    const auto event = eventOf(handle);
    if (!event) return 107017;
    *status = complete(*event) ? ACL_EVENT_RECORDED_STATUS_COMPLETE : ACL_EVENT_RECORDED_STATUS_NOT_READY;
    return 0;
  });
}

aclError aclrtQueryEvent(aclrtEvent handle, aclrtEventStatus *status) {
  return call("aclrtQueryEvent", context, arguments().add("event", handle), [&] {
    if (status == nullptr) return invalidArgument("status");
    const auto event = eventOf(handle);
    if (!event) return 107017;
    *status = complete(*event) ? ACL_EVENT_STATUS_COMPLETE : ACL_EVENT_STATUS_NOT_READY;
    return 0;
  });
}

aclError aclrtSynchronizeEvent(aclrtEvent event) {
  return call("aclrtSynchronizeEvent", context, arguments().add("event", event), [&] { return synchronise(event, -1); });
}

aclError aclrtSynchronizeEventWithTimeout(aclrtEvent event, int32_t timeout) {
  return call("aclrtSynchronizeEventWithTimeout", context, arguments().add("event", event).add("timeout", timeout),
              [&] { return synchronise(event, timeout); });
}

aclError aclrtEventElapsedTime(float *ms, aclrtEvent startEvent, aclrtEvent endEvent) {
  return call("aclrtEventElapsedTime", context, arguments().add("start", startEvent).add("end", endEvent), [&] {
    if (ms == nullptr) return invalidArgument("ms");
    const auto start = eventOf(startEvent);
    const auto end = eventOf(endEvent);
    if (!start || !end) return 107017;
    if (!start->timed || !end->timed) return invalidParameter("the events were not made with ACL_EVENT_TIME_LINE");
    if (!complete(*start) || !complete(*end)) return invalidParameter("the events have not both happened");
    const std::scoped_lock guard(start->lock, end->lock);
    *ms = static_cast<float>((end->doneAtUs - start->doneAtUs) / 1e3);
    return 0;
  });
}

}
