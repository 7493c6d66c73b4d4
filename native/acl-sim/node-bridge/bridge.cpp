/**
 * Test-only addon: lets JavaScript compute the ONNX models of the simulator and read its report. The simulator's
 * stream thread waits while a thread-safe function carries the tensors to JavaScript and the answer back.
 */
#include <condition_variable>
#include <cstring>
#include <dlfcn.h>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <node_api.h>

#include "acl_sim_testing.h"

namespace {

/** One execution on its way through JavaScript. Shared by the stream's thread and the JavaScript thread. */
struct Request {
  std::string onnxPath;
  const aclsim_tensor *inputs;
  size_t inputCount;
  const aclsim_tensor *outputs;
  size_t outputCount;
  std::mutex lock;
  std::condition_variable changed;
  bool done = false;
  int code = 0;

  /** Only the first answer counts: afterwards the tensors are gone. */
  void finish(int result) {
    {
      const std::lock_guard<std::mutex> guard(lock);
      if (done) return;
      done = true;
      code = result;
    }
    changed.notify_all();
  }
};

/** What an execution fails with when JavaScript does not answer or answers wrongly. */
constexpr int computationFailed = 507011;

/** One per environment that registered a backend. */
struct Registration {
  napi_threadsafe_function function = nullptr;
};

using RegisterBackend = void (*)(aclsim_backend, void *);
using SetFaults = void (*)(const char *);
using Report = const char *(*)();
using SignalHandlers = int (*)();

template <typename Function>
Function symbolOf(napi_env env, const std::string &library, const char *name) {
  void *handle = dlopen(library.c_str(), RTLD_NOW | RTLD_GLOBAL);
  void *symbol = handle == nullptr ? nullptr : dlsym(handle, name);
  if (symbol == nullptr) {
    const char *reason = dlerror();
    napi_throw_error(env, nullptr, (std::string("acl-sim bridge: ") + (reason ? reason : name)).c_str());
  }
  return reinterpret_cast<Function>(symbol);
}

std::string textOf(napi_env env, napi_value value) {
  size_t length = 0;
  if (napi_get_value_string_utf8(env, value, nullptr, 0, &length) != napi_ok) return "";
  std::string text(length + 1, '\0');
  napi_get_value_string_utf8(env, value, text.data(), text.size(), &length);
  text.resize(length);
  return text;
}

/** {name, dataType, dims, bytes} with a copy of the data: Electron allows no external buffers. */
napi_value tensorToJs(napi_env env, const aclsim_tensor &tensor, bool withData) {
  napi_value object;
  napi_value field;
  napi_create_object(env, &object);
  napi_create_string_utf8(env, tensor.name, NAPI_AUTO_LENGTH, &field);
  napi_set_named_property(env, object, "name", field);
  napi_create_int32(env, tensor.dataType, &field);
  napi_set_named_property(env, object, "dataType", field);
  napi_value dims;
  napi_create_array_with_length(env, tensor.dimCount, &dims);
  for (size_t index = 0; index < tensor.dimCount; ++index) {
    napi_create_int64(env, tensor.dims[index], &field);
    napi_set_element(env, dims, static_cast<uint32_t>(index), field);
  }
  napi_set_named_property(env, object, "dims", dims);
  if (withData) {
    void *data = nullptr;
    napi_create_arraybuffer(env, tensor.bytes, &data, &field);
    std::memcpy(data, tensor.data, tensor.bytes);
    napi_set_named_property(env, object, "data", field);
  }
  return object;
}

napi_value tensorsToJs(napi_env env, const aclsim_tensor *tensors, size_t count, bool withData) {
  napi_value list;
  napi_create_array_with_length(env, count, &list);
  for (size_t index = 0; index < count; ++index) {
    napi_set_element(env, list, static_cast<uint32_t>(index), tensorToJs(env, tensors[index], withData));
  }
  return list;
}

/** Copies the answer, an array of ArrayBuffers in the order of the outputs. @returns an ACL code */
int takeAnswer(napi_env env, napi_value answer, const Request &request) {
  for (size_t index = 0; index < request.outputCount; ++index) {
    napi_value buffer;
    void *data = nullptr;
    size_t bytes = 0;
    if (napi_get_element(env, answer, static_cast<uint32_t>(index), &buffer) != napi_ok) return computationFailed;
    if (napi_get_arraybuffer_info(env, buffer, &data, &bytes) != napi_ok) return computationFailed;
    if (bytes != request.outputs[index].bytes) return computationFailed;
    std::memcpy(request.outputs[index].data, data, bytes);
  }
  return 0;
}

/** The `done` function given to JavaScript: done(outputs) or done(null) for failure. */
napi_value onDone(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value answer;
  void *data = nullptr;
  napi_get_cb_info(env, info, &count, &answer, nullptr, &data);
  Request &request = **static_cast<std::shared_ptr<Request> *>(data);
  // only this thread answers, so nobody can take the tensors away between this look and the copy
  if (request.done) return nullptr;
  bool isArray = false;
  napi_is_array(env, answer, &isArray);
  request.finish(isArray ? takeAnswer(env, answer, request) : computationFailed);
  return nullptr;
}

/** Runs on the JavaScript thread; `env` is null when the environment goes away. */
void callJs(napi_env env, napi_value callback, void *, void *data) {
  auto *request = static_cast<std::shared_ptr<Request> *>(data);
  napi_value done = nullptr;
  const bool usable = env != nullptr && napi_create_function(env, "done", NAPI_AUTO_LENGTH, onDone, request, &done) == napi_ok;
  if (!usable) {
    (*request)->finish(computationFailed);
    delete request;
    return;
  }
  const auto forget = [](napi_env, void *held, void *) {
    auto *forgotten = static_cast<std::shared_ptr<Request> *>(held);
    (*forgotten)->finish(computationFailed);
    delete forgotten;
  };
  napi_add_finalizer(env, done, request, forget, nullptr, nullptr);
  const Request &asked = **request;
  napi_value arguments[4];
  napi_create_string_utf8(env, asked.onnxPath.c_str(), asked.onnxPath.size(), &arguments[0]);
  arguments[1] = tensorsToJs(env, asked.inputs, asked.inputCount, true);
  arguments[2] = tensorsToJs(env, asked.outputs, asked.outputCount, false);
  arguments[3] = done;
  napi_value receiver;
  napi_get_undefined(env, &receiver);
  if (napi_call_function(env, receiver, callback, 4, arguments, nullptr) != napi_ok) (*request)->finish(computationFailed);
}

/** Called by the simulator on a stream's thread. */
int compute(void *user, const char *onnxPath, const aclsim_tensor *inputs, size_t inputCount, const aclsim_tensor *outputs, size_t outputCount) {
  const auto *registration = static_cast<Registration *>(user);
  auto request = std::make_shared<Request>();
  request->onnxPath = onnxPath;
  request->inputs = inputs;
  request->inputCount = inputCount;
  request->outputs = outputs;
  request->outputCount = outputCount;
  auto *carried = new std::shared_ptr<Request>(request);
  if (napi_call_threadsafe_function(registration->function, carried, napi_tsfn_blocking) != napi_ok) {
    delete carried;
    return computationFailed;
  }
  std::unique_lock<std::mutex> guard(request->lock);
  request->changed.wait(guard, [&] { return request->done; });
  return request->code;
}

/** registerBackend(libraryPath, (onnxPath, inputs, outputs, done) => void) */
napi_value registerBackend(napi_env env, napi_callback_info info) {
  size_t count = 2;
  napi_value arguments[2];
  napi_get_cb_info(env, info, &count, arguments, nullptr, nullptr);
  const auto registerWith = symbolOf<RegisterBackend>(env, textOf(env, arguments[0]), "aclsim_register_backend");
  if (registerWith == nullptr) return nullptr;
  napi_value name;
  napi_create_string_utf8(env, "acl-sim backend", NAPI_AUTO_LENGTH, &name);
  // lives as long as the process: a stream may still hold it when the environment ends
  auto *registration = new Registration();
  napi_create_threadsafe_function(env, arguments[1], nullptr, name, 0, 1, nullptr, nullptr, nullptr, callJs, &registration->function);
  napi_unref_threadsafe_function(env, registration->function);
  registerWith(compute, registration);
  return nullptr;
}

/** setFaults(libraryPath, rules) */
napi_value setFaults(napi_env env, napi_callback_info info) {
  size_t count = 2;
  napi_value arguments[2];
  napi_get_cb_info(env, info, &count, arguments, nullptr, nullptr);
  const auto set = symbolOf<SetFaults>(env, textOf(env, arguments[0]), "aclsim_set_faults");
  if (set != nullptr) set(textOf(env, arguments[1]).c_str());
  return nullptr;
}

/** report(libraryPath): JSON text */
napi_value report(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value argument;
  napi_get_cb_info(env, info, &count, &argument, nullptr, nullptr);
  const auto read = symbolOf<Report>(env, textOf(env, argument), "aclsim_report");
  napi_value text = nullptr;
  if (read != nullptr) napi_create_string_utf8(env, read(), NAPI_AUTO_LENGTH, &text);
  return text;
}

/** signalHandlers(libraryPath): number of handlers the library took over when it was loaded */
napi_value signalHandlers(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value argument;
  napi_get_cb_info(env, info, &count, &argument, nullptr, nullptr);
  const auto read = symbolOf<SignalHandlers>(env, textOf(env, argument), "aclsim_signal_handlers");
  napi_value number = nullptr;
  if (read != nullptr) napi_create_int32(env, read(), &number);
  return number;
}

napi_value initialise(napi_env env, napi_value exports) {
  const napi_property_descriptor functions[] = {
      {"registerBackend", nullptr, registerBackend, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"setFaults", nullptr, setFaults, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"report", nullptr, report, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"signalHandlers", nullptr, signalHandlers, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
  };
  napi_define_properties(env, exports, sizeof functions / sizeof functions[0], functions);
  return exports;
}

}  // namespace

NAPI_MODULE_INIT() { return initialise(env, exports); }
