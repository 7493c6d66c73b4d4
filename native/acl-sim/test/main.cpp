/** Runs every case, or those whose name contains the first argument, each in a child process. */
#include <cstdlib>
#include <cstring>
#include <unistd.h>

#include "machine.hpp"

int main(int count, char **arguments) {
  const char *wanted = count > 1 ? arguments[1] : "";
  int failed = 0;
  int run = 0;
  for (const TestCase &test : testCases()) {
    if (std::strstr(test.name.c_str(), wanted) == nullptr) continue;
    ++run;
    const int status = statusOf([&] {
      test.body();
      std::fflush(nullptr);
      _exit(failedChecks() == 0 ? 0 : 1);
    });
    failed += status == 0 ? 0 : 1;
    std::printf("%s %s\n", status == 0 ? "ok  " : "FAIL", test.name.c_str());
    if (status != 0) std::printf("     ended with %d\n", status);
  }
  return failed == 0 && run > 0 ? 0 : 1;
}
