/** The leak and violation report, at aclFinalize, at exit and on request. */
#include <cstdio>
#include <cstdlib>
#include <unistd.h>

#include "model.hpp"
#include "runtime.hpp"

namespace aclsim {

namespace {

constexpr int strictStatus = 97;

std::string hexText(const void *handle) {
  char text[24];
  std::snprintf(text, sizeof text, "%#llx", static_cast<unsigned long long>(reinterpret_cast<uintptr_t>(handle)));
  return text;
}

void atExit() {
  Simulator &sim = simulator();
  // a forked child inherits the handler, not the machine
  if (getpid() != sim.processId) return;
  const bool good = sim.writeReport("exit");
  sim.exiting = true;
  if (good || !sim.config.strict) return;
  std::fflush(nullptr);
  _exit(strictStatus);
}

}  // namespace

void Simulator::watchExit() { std::atexit(atExit); }

std::vector<Leak> Simulator::leaks() {
  std::vector<Leak> found;
  for (const auto &object : handles.live([](const Object &) { return true; })) {
    if (object->kind == Kind::context && static_cast<const Context &>(*object).primary) continue;
    found.push_back({kindName(object->kind), object->madeBy, object->seq, object->thread, hexText(object->handle), 0});
  }
  std::vector<int> ids;
  {
    const std::lock_guard<std::mutex> guard(lock);
    for (const auto &[id, model] : models) {
      found.push_back({"model", model->madeBy, model->seq, model->thread, std::to_string(id), model->ownBytes});
    }
    for (const auto &device : devices_) {
      ids.push_back(device->id);
      for (const auto &[thread, count] : device->references) {
        if (count > 0) found.push_back({"device-reference", "aclrtSetDevice", 0, thread, std::to_string(device->id), 0});
      }
    }
  }
  for (const Leak &leak : memory.live(ids)) found.push_back(leak);
  for (const Leak &leak : memory.liveHost()) found.push_back(leak);
  return found;
}

std::string Simulator::reportJson(const char *when) {
  std::vector<Leak> live = leaks();
  const std::string now = when;
  if (now == "exit" && initialised && !finalised) live.push_back({"library", "aclInit", 0, 0, "", 0});
  Fields report;
  report.add("when", when).add("initialised", initialised.load()).add("finalised", finalised.load());
  report.raw("violations", ledger.violationsJson()).raw("leaks", leaksJson(live)).raw("calls", ledger.callsJson());
  std::string devices = "[";
  for (const auto &device : devices_) {
    Fields fields;
    fields.add("id", device->id).add("usedBytes", memory.usedBytes(device->id)).add("peakBytes", memory.peakBytes(device->id));
    devices += (devices.size() > 1 ? "," : "") + fields.json();
  }
  report.raw("devices", devices + "]");
  report.add("good", live.empty() && ledger.violations() == 0);
  return report.json();
}

bool Simulator::writeReport(const char *when) {
  const std::string report = reportJson(when);
  const bool good = report.find("\"good\":true") != std::string::npos;
  if (!config.reportPath.empty()) {
    if (FILE *file = std::fopen(config.reportPath.c_str(), "w")) {
      std::fprintf(file, "%s\n", report.c_str());
      std::fclose(file);
    }
  }
  if (!good) std::fprintf(stderr, "acl-sim (%s): %s\n", when, report.c_str());
  Fields line(trace.on());
  line.add("type", "report").raw("report", report);
  trace.write(line);
  return good;
}

}  // namespace aclsim
