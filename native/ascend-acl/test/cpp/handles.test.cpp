#include "handles.hpp"

#include "testing.hpp"

using namespace railscope;

namespace {

int freed = 0;
aclError freeCode = ACL_SUCCESS;

AclApi fakeApi() {
  AclApi api;
  api.aclrtFree = [](void *) {
    freed++;
    return freeCode;
  };
  api.aclrtMalloc = [](void **memory, size_t, aclrtMemMallocPolicy) -> aclError {
    static int place;
    *memory = &place;
    return ACL_SUCCESS;
  };
  return api;
}

}  // namespace

TEST("a handle is released once, whoever holds it last", [] {
  const AclApi api = fakeApi();
  freed = 0;
  {
    DeviceMemory first = allocateDevice(api, 8);
    DeviceMemory second = std::move(first);
    EXPECT(!first && second);
    second = DeviceMemory();
    EXPECT(freed == 1);
    DeviceMemory third = allocateDevice(api, 8);
    third.reset();
    third.reset();
    EXPECT(freed == 2);
  }
  EXPECT(freed == 2);
});

TEST("a refused release is noted, not thrown", [] {
  const AclApi api = fakeApi();
  freeCode = 507000;
  allocateDevice(api, 8).reset();
  freeCode = ACL_SUCCESS;
  const std::vector<ReleaseFailure> failures = takeReleaseFailures();
  EXPECT(failures.size() == 1 && failures[0].symbol == "aclrtFree" && failures[0].code == 507000);
  EXPECT(takeReleaseFailures().empty());
});

TEST("a failure carries code and call", [] {
  const AclApi api = fakeApi();
  try {
    check(api, 207001, "aclrtMalloc");
    EXPECT(false);
  } catch (const AclFailure &failure) {
    EXPECT(failure.code == 207001 && failure.symbol == "aclrtMalloc");
  }
  try {
    checkHandle<int>(api, nullptr, "aclmdlCreateDesc");
    EXPECT(false);
  } catch (const AclFailure &failure) {
    EXPECT(failure.code == kNullHandle);
  }
});
