/** Streams. */
#include "call.hpp"

using namespace aclsim;

namespace {

aclError createStream(aclrtStream *made) {
  Simulator &sim = simulator();
  if (made == nullptr) return invalidArgument("stream");
  if (sim.handles.count(Kind::stream) >= sim.config.maxStreams) {
    explain("No stream is left; the device has " + std::to_string(sim.config.maxStreams) + ".");
    return 207008;
  }
  *made = sim.handles.add(std::make_shared<Stream>(sim.currentContext(), false));
  return 0;
}

aclError destroyStream(aclrtStream handle, bool force) {
  Simulator &sim = simulator();
  if (handle == nullptr) return invalidParameter("stream is NULL");
  const auto found = sim.handles.get<Stream>(handle, Kind::stream);
  if (!found) return 107017;
  if (found->owner != threadState().context) {
    sim.ledger.violation(misuse::wrongContext, "the stream belongs to another context than the current one");
    return 107003;
  }
  if (!force && !found->hung() && found->busy()) {
    sim.ledger.violation(misuse::pendingWork, "the stream is destroyed before its work has ended");
    found->drain(-1);
  }
  sim.handles.remove(handle, Kind::stream);
  found->stop();
  return 0;
}

aclError synchronise(aclrtStream handle, int timeoutMs) {
  aclError code = 0;
  const auto stream = simulator().streamFor(handle, code);
  if (!stream) return code;
  if (stream->drain(timeoutMs) == Wait::timeout) {
    explain("The stream was not done within " + std::to_string(timeoutMs) + " ms.");
    return 507046;
  }
  return stream->takeError();
}

}  // namespace

extern "C" {

aclError aclrtCreateStream(aclrtStream *stream) {
  return call("aclrtCreateStream", context, arguments(), [&] { return createStream(stream); });
}

aclError aclrtCreateStreamWithConfig(aclrtStream *stream, uint32_t priority, uint32_t flag) {
  return call("aclrtCreateStreamWithConfig", context, arguments().add("priority", priority).add("flag", flag), [&] { return createStream(stream); });
}

aclError aclrtDestroyStream(aclrtStream stream) {
  return call("aclrtDestroyStream", context | release, arguments().add("stream", stream), [&] { return destroyStream(stream, false); });
}

aclError aclrtDestroyStreamForce(aclrtStream stream) {
  return call("aclrtDestroyStreamForce", context | release, arguments().add("stream", stream), [&] { return destroyStream(stream, true); });
}

aclError aclrtSynchronizeStream(aclrtStream stream) {
  return call("aclrtSynchronizeStream", context, arguments().add("stream", stream), [&] { return synchronise(stream, -1); });
}

aclError aclrtSynchronizeStreamWithTimeout(aclrtStream stream, int32_t timeout) {
  return call("aclrtSynchronizeStreamWithTimeout", context, arguments().add("stream", stream).add("timeout", timeout),
              [&] { return timeout < -1 ? invalidParameter("timeout") : synchronise(stream, timeout); });
}

aclError aclrtStreamQuery(aclrtStream handle, aclrtStreamStatus *status) {
  return call("aclrtStreamQuery", context, arguments().add("stream", handle), [&] {
    if (status == nullptr) return invalidArgument("status");
    aclError code = 0;
    const auto stream = simulator().streamFor(handle, code);
    if (stream) *status = stream->idle() ? ACL_STREAM_STATUS_COMPLETE : ACL_STREAM_STATUS_NOT_READY;
    return code;
  });
}

aclError aclrtStreamAbort(aclrtStream handle) {
  return call("aclrtStreamAbort", context | release, arguments().add("stream", handle), [&] {
    aclError code = 0;
    const auto stream = simulator().streamFor(handle, code);
    if (!stream) return code;
    stream->abort();
    stream->drain(-1);
    stream->takeError();
    return 0;
  });
}

aclError aclrtSetStreamFailureMode(aclrtStream handle, uint64_t mode) {
  return call("aclrtSetStreamFailureMode", context, arguments().add("stream", handle).add("mode", mode), [&] {
    aclError code = 0;
    const auto stream = simulator().streamFor(handle, code);
    if (stream) stream->setStopOnFailure(mode == ACL_STOP_ON_FAILURE);
    return code;
  });
}

}
