#include "config.hpp"

#include <cstdio>
#include <cstdlib>
#include <unistd.h>

#include "text.hpp"

namespace aclsim {

namespace {

const char *variable(const char *name) {
  const char *value = std::getenv(name);
  return value != nullptr && *value != '\0' ? value : nullptr;
}

/** `%p` becomes the process id, so that child processes do not write over one another. */
std::string withProcessId(std::string path) {
  const size_t at = path.find("%p");
  return at == std::string::npos ? path : path.replace(at, 2, std::to_string(getpid()));
}

/** @param rest receives what follows the number */
double leadingNumber(const std::string &text, std::string &rest) {
  char *end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  if (end == text.c_str()) configurationFailed("no number: " + text);
  rest = end;
  return value;
}

LatencyModel parseLatency(const std::string &text) {
  LatencyModel model;
  model.on = true;
  for (const std::string &part : split(text, ',')) {
    const size_t equals = part.find('=');
    if (equals == std::string::npos) configurationFailed("ACLSIM_LATENCY: " + part);
    const std::string key = part.substr(0, equals);
    const std::string value = part.substr(equals + 1);
    if (key == "base") model.baseUs = parseDurationUs(value);
    else if (key == "h2d") model.hostToDevice = parseBytes(value);
    else if (key == "d2h") model.deviceToHost = parseBytes(value);
    else if (key == "d2d") model.deviceToDevice = parseBytes(value);
    else if (key == "model") model.modelUs = parseDurationUs(value);
    else if (key == "item") model.itemUs = parseDurationUs(value);
    else if (key == "jitter") model.jitter = std::strtod(value.c_str(), nullptr);
    else configurationFailed("ACLSIM_LATENCY knows no " + key);
  }
  return model;
}

/** Limits of the fact sheet by chip family. */
void applyChipLimits(Config &config) {
  if (startsWith(config.soc, "Ascend310B")) config.maxStreams = 512;
  else if (startsWith(config.soc, "Ascend310P")) config.maxStreams = 1024;
  else if (startsWith(config.soc, "Ascend910B") || startsWith(config.soc, "Ascend910_")) config.maxStreams = 1984;
  else config.maxStreams = 2048;
  config.maxEvents = startsWith(config.soc, "Ascend310P") ? 1023 : 65535;
}

}  // namespace

void configurationFailed(const std::string &message) {
  std::fprintf(stderr, "acl-sim: %s\n", message.c_str());
  std::fflush(stderr);
  _exit(96);
}

double parseDurationUs(const std::string &text) {
  std::string unit;
  const double value = leadingNumber(text, unit);
  if (unit.empty() || unit == "us") return value;
  if (unit == "ms") return value * 1e3;
  if (unit == "s") return value * 1e6;
  configurationFailed("no duration: " + text);
}

double parseBytes(const std::string &text) {
  std::string unit;
  const double value = leadingNumber(text, unit);
  if (unit.empty()) return value;
  if (unit == "K") return value * 1024;
  if (unit == "M") return value * 1024 * 1024;
  if (unit == "G") return value * 1024 * 1024 * 1024;
  configurationFailed("no size: " + text);
}

Config readConfig() {
  Config config;
  if (const char *value = variable("ACLSIM_DEVICES")) config.deviceCount = std::atoi(value);
  if (const char *value = variable("ACLSIM_SOC")) config.soc = value;
  applyChipLimits(config);
  if (const char *value = variable("ACLSIM_MODE")) {
    const std::string mode = value;
    if (mode != "ep" && mode != "rc") configurationFailed("ACLSIM_MODE is ep or rc, not " + mode);
    config.rcMode = mode == "rc";
  }
  if (const char *value = variable("ACLSIM_MEMORY")) config.capacityBytes = static_cast<uint64_t>(parseBytes(value));
  if (const char *value = variable("ACLSIM_STREAMS")) config.maxStreams = static_cast<size_t>(std::atoll(value));
  if (const char *value = variable("ACLSIM_EVENTS")) config.maxEvents = static_cast<size_t>(std::atoll(value));
  if (const char *value = variable("ACLSIM_LATENCY")) config.latency = parseLatency(value);
  if (const char *value = variable("ACLSIM_FAIL")) config.faults = value;
  if (const char *value = variable("ACLSIM_TRACE")) config.tracePath = withProcessId(value);
  if (const char *value = variable("ACLSIM_REPORT")) config.reportPath = withProcessId(value);
  if (const char *value = variable("ACLSIM_STRICT")) config.strict = std::string(value) == "1";
  if (const char *value = variable("ACLSIM_SEED")) config.seed = static_cast<uint32_t>(std::atoll(value));
  return config;
}

}  // namespace aclsim
