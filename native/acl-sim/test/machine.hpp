/** What the cases share: a simulated machine as the environment describes it, model files, and the report. */
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "acl_sim_abi.h"
#include "acl_sim_testing.h"
#include "testing.hpp"

/** Runs `body` in a child process. @returns its exit status, or minus the signal that ended it */
int statusOf(const std::function<void()> &body);

/** Sets ACLSIM_<name>; before the first call of the library. */
void setting(const char *name, const std::string &value);

/** aclInit and aclrtSetDevice(0). */
void start();
/** The opposite, then expects a clean report. */
void finish();

/** How often misuse of this kind was recorded. */
int violations(const std::string &kind);
int violations();
/** How many things of this kind are not released. */
int leaks(const std::string &kind);
int leaks();

/** @param body JSON of the model file. @returns its path; loading it with Model removes it */
std::string writeModel(const std::string &body);
/** identity of `elements` floats; `extra` is more JSON, beginning with a comma */
std::string identityModel(int elements, const std::string &extra = "", const std::string &op = R"({"type":"identity"})");

void *deviceMemory(size_t bytes);
void *pinnedMemory(size_t bytes);
aclrtStream newStream();
aclrtEvent newEvent();

/** A loaded model with device buffers, datasets and all, released by close(). */
class Model {
 public:
  Model(const std::string &file, const std::vector<size_t> &inputBytes, const std::vector<size_t> &outputBytes);
  void close();

  void write(size_t input, const void *data, size_t bytes);
  void read(size_t output, void *data, size_t bytes);
  aclError execute() { return aclmdlExecute(id, inputs, outputs); }
  aclError executeOn(aclrtStream stream) { return aclmdlExecuteAsync(id, inputs, outputs, stream); }

  uint32_t id = 0;
  aclmdlDesc *desc = nullptr;
  aclmdlDataset *inputs = nullptr;
  aclmdlDataset *outputs = nullptr;
  std::vector<void *> inputMemory;
  std::vector<void *> outputMemory;

 private:
  std::vector<aclDataBuffer *> buffers_;
};

/** Floats through a model with one input and one output. */
std::vector<float> runFloats(Model &model, const std::vector<float> &input, size_t outputs);
