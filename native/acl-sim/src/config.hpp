/** What the environment says about the simulated machine. Read once, at the first call of the library. */
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace aclsim {

/** Time model; all zero means no waiting at all. */
struct LatencyModel {
  bool on = false;
  double baseUs = 0;
  /** bytes per second; 0 = infinitely fast */
  double hostToDevice = 0;
  double deviceToHost = 0;
  double deviceToDevice = 0;
  /** of one execution whose model file gives no time: fixed part and part per batch item */
  double modelUs = 0;
  double itemUs = 0;
  /** relative, 0.1 = up to ±10 % */
  double jitter = 0;
};

struct Config {
  int deviceCount = 1;
  std::string soc = "Ascend310P3";
  /** host and device share memory (Atlas 200I) */
  bool rcMode = false;
  uint64_t capacityBytes = uint64_t{4} << 30;
  size_t maxStreams = 1024;
  size_t maxEvents = 1023;
  LatencyModel latency;
  std::string faults;
  std::string tracePath;
  std::string reportPath;
  bool strict = false;
  uint32_t seed = 1;
};

/** @returns the settings of ACLSIM_*; a value that cannot be read ends the process with a message, since a test would be wrong */
Config readConfig();

/** "5ms", "20us", "1.5s" or a bare number of microseconds. @returns microseconds */
double parseDurationUs(const std::string &text);
/** "8G", "512M", "64K" or a bare number. @returns bytes */
double parseBytes(const std::string &text);
/** Ends the process: a simulator that guesses what a test meant proves nothing. */
[[noreturn]] void configurationFailed(const std::string &message);

}  // namespace aclsim
