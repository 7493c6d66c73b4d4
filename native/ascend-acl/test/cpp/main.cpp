#include "testing.hpp"

int main() {
  for (const TestCase &test : testCases()) {
    const int before = failedChecks();
    test.body();
    std::printf("%s %s\n", failedChecks() == before ? "ok  " : "FAIL", test.name.c_str());
  }
  return failedChecks() == 0 && !testCases().empty() ? 0 : 1;
}
