#include "machine.hpp"

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sys/wait.h>
#include <unistd.h>

namespace {

int countOf(const std::string &text, const std::string &part) {
  int count = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) ++count;
  return count;
}

template <typename T>
void put(std::string &header, size_t offset, T value) {
  std::memcpy(header.data() + offset, &value, sizeof value);
}

aclDataBuffer *bufferFor(aclmdlDataset *dataset, size_t bytes, std::vector<void *> &memory) {
  memory.push_back(deviceMemory(bytes));
  aclDataBuffer *buffer = aclCreateDataBuffer(memory.back(), bytes);
  EXPECT(aclmdlAddDatasetBuffer(dataset, buffer) == 0);
  return buffer;
}

}  // namespace

int statusOf(const std::function<void()> &body) {
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    body();
    std::exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

void setting(const char *name, const std::string &value) { setenv((std::string("ACLSIM_") + name).c_str(), value.c_str(), 1); }

void start() {
  EXPECT(aclInit(nullptr) == 0);
  EXPECT(aclrtSetDevice(0) == 0);
}

void finish() {
  EXPECT(aclrtResetDevice(0) == 0);
  EXPECT(aclFinalize() == 0);
  EXPECT(violations() == 0);
  EXPECT(leaks() == 0);
  if (violations() + leaks() > 0) std::fprintf(stderr, "%s\n", aclsim_report());
}

// a violation's kind is followed by its call, a leak's by its maker
int violations(const std::string &kind) { return countOf(aclsim_report(), "{\"kind\":\"" + kind + "\",\"call\""); }
int violations() { return countOf(aclsim_report(), "\",\"call\":\""); }
int leaks(const std::string &kind) { return countOf(aclsim_report(), "{\"kind\":\"" + kind + "\",\"madeBy\""); }
int leaks() { return countOf(aclsim_report(), "\",\"madeBy\":\""); }

std::string writeModel(const std::string &body) {
  static int count = 0;
  const auto folder = std::filesystem::temp_directory_path() / ("acl-sim-test-" + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  std::string header(256, '\0');
  put<uint32_t>(header, 0, 0x444F4D49);
  put<uint32_t>(header, 4, 256);
  put<uint32_t>(header, 8, 0x20000000);
  put<uint32_t>(header, 76, static_cast<uint32_t>(body.size()));
  put<uint32_t>(header, 156, 1);
  put<uint64_t>(header, 184, body.size());
  const auto file = folder / ("model-" + std::to_string(count++) + ".om");
  std::ofstream(file, std::ios::binary) << header << body;
  return file.string();
}

std::string identityModel(int elements, const std::string &extra, const std::string &op) {
  const std::string dims = "[1," + std::to_string(elements) + "]";
  return writeModel(R"({"inputs":[{"name":"in","dtype":"float32","dims":)" + dims + R"(}],"outputs":[{"name":"out","dtype":"float32","dims":)" +
                    dims + R"(}],"op":)" + op + extra + "}");
}

void *deviceMemory(size_t bytes) {
  void *memory = nullptr;
  EXPECT(aclrtMalloc(&memory, bytes, ACL_MEM_MALLOC_HUGE_FIRST) == 0);
  return memory;
}

void *pinnedMemory(size_t bytes) {
  void *memory = nullptr;
  EXPECT(aclrtMallocHost(&memory, bytes) == 0);
  return memory;
}

aclrtStream newStream() {
  aclrtStream stream = nullptr;
  EXPECT(aclrtCreateStream(&stream) == 0);
  return stream;
}

aclrtEvent newEvent() {
  aclrtEvent event = nullptr;
  EXPECT(aclrtCreateEvent(&event) == 0);
  return event;
}

Model::Model(const std::string &file, const std::vector<size_t> &inputBytes, const std::vector<size_t> &outputBytes) {
  EXPECT(aclmdlLoadFromFile(file.c_str(), &id) == 0);
  std::filesystem::remove_all(std::filesystem::path(file).parent_path());
  desc = aclmdlCreateDesc();
  EXPECT(aclmdlGetDesc(desc, id) == 0);
  inputs = aclmdlCreateDataset();
  outputs = aclmdlCreateDataset();
  for (const size_t bytes : inputBytes) buffers_.push_back(bufferFor(inputs, bytes, inputMemory));
  for (const size_t bytes : outputBytes) buffers_.push_back(bufferFor(outputs, bytes, outputMemory));
}

void Model::close() {
  EXPECT(aclmdlUnload(id) == 0);
  EXPECT(aclmdlDestroyDataset(inputs) == 0);
  EXPECT(aclmdlDestroyDataset(outputs) == 0);
  for (aclDataBuffer *buffer : buffers_) EXPECT(aclDestroyDataBuffer(buffer) == 0);
  for (void *memory : inputMemory) EXPECT(aclrtFree(memory) == 0);
  for (void *memory : outputMemory) EXPECT(aclrtFree(memory) == 0);
  EXPECT(aclmdlDestroyDesc(desc) == 0);
}

void Model::write(size_t input, const void *data, size_t bytes) {
  EXPECT(aclrtMemcpy(inputMemory[input], bytes, data, bytes, ACL_MEMCPY_HOST_TO_DEVICE) == 0);
}

void Model::read(size_t output, void *data, size_t bytes) {
  EXPECT(aclrtMemcpy(data, bytes, outputMemory[output], bytes, ACL_MEMCPY_DEVICE_TO_HOST) == 0);
}

std::vector<float> runFloats(Model &model, const std::vector<float> &input, size_t outputs) {
  std::vector<float> result(outputs);
  model.write(0, input.data(), input.size() * sizeof(float));
  EXPECT(model.execute() == 0);
  model.read(0, result.data(), outputs * sizeof(float));
  return result;
}
