/** The few words that the C++ tests need; a framework would be the largest thing here. */
#pragma once

#include <cstdio>
#include <functional>
#include <string>
#include <vector>

struct TestCase {
  std::string name;
  std::function<void()> body;
};

inline std::vector<TestCase> &testCases() {
  static std::vector<TestCase> cases;
  return cases;
}

inline int &failedChecks() {
  static int count = 0;
  return count;
}

struct TestRegistration {
  TestRegistration(const char *name, std::function<void()> body) { testCases().push_back({name, std::move(body)}); }
};

#define TEST_NAME_(line) registration##line
#define TEST_NAME(line) TEST_NAME_(line)
#define TEST(name, ...) static const TestRegistration TEST_NAME(__LINE__)(name, __VA_ARGS__)

#define EXPECT(condition)                                                          \
  do {                                                                             \
    if (!(condition)) {                                                            \
      failedChecks()++;                                                            \
      std::fprintf(stderr, "%s:%d: expected %s\n", __FILE__, __LINE__, #condition); \
    }                                                                              \
  } while (false)
