#include "objects.hpp"

#include "thread-state.hpp"
#include "trace.hpp"

namespace aclsim {

Object::Object(Kind kind) : kind(kind), madeBy(currentCall()), seq(threadState().callSeq), thread(threadId()) {}

const char *kindName(Kind kind) {
  switch (kind) {
    case Kind::context: return "context";
    case Kind::stream: return "stream";
    case Kind::event: return "event";
    case Kind::dataBuffer: return "data-buffer";
    case Kind::dataset: return "dataset";
    case Kind::tensorDesc: return "tensor-desc";
    case Kind::modelDesc: return "model-desc";
    case Kind::aipp: return "aipp";
    case Kind::loadConfig: return "load-config";
    case Kind::execConfig: return "exec-config";
    case Kind::profConfig: return "prof-config";
  }
  return "unknown";
}

}  // namespace aclsim
