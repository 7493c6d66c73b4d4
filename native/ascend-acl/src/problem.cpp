#include "problem.hpp"

#include <new>

#include "model-description.hpp"

namespace railscope {

Problem currentProblem() {
  try {
    throw;
  } catch (const AclFailure &failure) {
    return {"acl", failure.code, failure.symbol, failure.detail};
  } catch (const UnsupportedModel &failure) {
    return {"unsupported-model", 0, "", failure.what()};
  } catch (const std::bad_alloc &) {
    return {"host-memory", 0, "", "the host is out of memory"};
  } catch (const std::exception &failure) {
    return {"internal", 0, "", failure.what()};
  }
}

}  // namespace railscope
