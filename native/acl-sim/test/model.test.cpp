#include <cmath>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>

#include "machine.hpp"

namespace {

const std::string image = R"({"name":"image","dtype":"float32","format":"NCHW","dims":[1,3,2,2]})";

std::string modelOf(const std::string &input, const std::string &output, const std::string &op, const std::string &extra = "") {
  return writeModel(R"({"inputs":[)" + input + R"(],"outputs":[)" + output + R"(],"op":)" + op + extra + "}");
}

void damage(const std::string &file, const std::function<void(std::string &)> &change) {
  std::ifstream in(file, std::ios::binary);
  std::string content((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  in.close();
  change(content);
  std::ofstream(file, std::ios::binary | std::ios::trunc) << content;
}

}  // namespace

TEST("a damaged file is refused", [] {
  start();
  uint32_t id = 0;
  EXPECT(aclmdlLoadFromFile("no-such-file.om", &id) == 145002);
  const std::string shorter = identityModel(4);
  damage(shorter, [](std::string &content) { content.pop_back(); });
  EXPECT(aclmdlLoadFromFile(shorter.c_str(), &id) == 145006);
  const std::string stranger = identityModel(4);
  damage(stranger, [](std::string &content) { content[0] = 'X'; });
  EXPECT(aclmdlLoadFromFile(stranger.c_str(), &id) == 145006);
  EXPECT(std::strstr(aclGetRecentErrMsg(), "header") != nullptr);
  const std::string nonsense = identityModel(4);
  damage(nonsense, [](std::string &content) { content[256] = '!'; });
  EXPECT(aclmdlLoadFromFile(nonsense.c_str(), &id) == 100013);
  EXPECT(aclmdlLoadFromFile(identityModel(4, R"(,"soc":"Ascend910B1")").c_str(), &id) == 507008);
  finish();
});

TEST("a model in memory, and in memory that the application gives", [] {
  start();
  const std::string file = identityModel(4, R"(,"workBytes":1000,"weightBytes":2000)");
  std::ifstream in(file, std::ios::binary);
  const std::string content((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  uint32_t first = 0;
  uint32_t second = 0;
  size_t workBytes = 0;
  size_t weightBytes = 0;
  EXPECT(aclmdlLoadFromMem(content.data(), content.size(), &first) == 0);
  EXPECT(aclmdlQuerySize(file.c_str(), &workBytes, &weightBytes) == 0);
  EXPECT(workBytes == 1000 && weightBytes == 2000);
  void *work = deviceMemory(workBytes);
  void *weight = deviceMemory(weightBytes);
  EXPECT(aclmdlLoadFromFileWithMem(file.c_str(), &second, work, workBytes - 1, weight, weightBytes) == 145000);
  EXPECT(aclmdlLoadFromFileWithMem(file.c_str(), &second, work, workBytes, weight, weightBytes) == 0);
  EXPECT(first != 0 && second > first);
  EXPECT(aclmdlUnload(first) == 0);
  EXPECT(aclmdlUnload(second) == 0);
  EXPECT(aclrtFree(work) == 0);
  EXPECT(aclrtFree(weight) == 0);
  finish();
});

TEST("a model loaded by configuration", [] {
  start();
  const std::string file = identityModel(4);
  const char *path = file.c_str();
  const size_t type = ACL_MDL_LOAD_FROM_FILE;
  uint32_t id = 0;
  aclmdlConfigHandle *config = aclmdlCreateConfigHandle();
  EXPECT(aclmdlSetConfigOpt(config, ACL_MDL_LOAD_TYPE_SIZET, &type, sizeof type) == 0);
  EXPECT(aclmdlSetConfigOpt(config, ACL_MDL_PATH_PTR, &path, 4) == 100000);
  EXPECT(aclmdlSetConfigOpt(config, ACL_MDL_PATH_PTR, &path, sizeof path) == 0);
  EXPECT(aclmdlLoadWithConfig(config, &id) == 0);
  EXPECT(aclmdlDestroyConfigHandle(config) == 0);
  EXPECT(aclmdlUnload(id) == 0);
  EXPECT(aclmdlUnload(id) == 145003);
  EXPECT(violations("double-free") == 1);
});

TEST("work memory that goes while the model is loaded fails the execution", [] {
  start();
  const std::string file = identityModel(4);
  size_t workBytes = 0;
  size_t weightBytes = 0;
  EXPECT(aclmdlQuerySize(file.c_str(), &workBytes, &weightBytes) == 0);
  void *work = deviceMemory(workBytes);
  Model model(file, {16}, {16});
  EXPECT(aclmdlUnload(model.id) == 0);
  EXPECT(aclmdlLoadFromFileWithMem(identityModel(4).c_str(), &model.id, work, workBytes, nullptr, 0) == 0);
  EXPECT(model.execute() == 0);
  EXPECT(aclrtFree(work) == 0);
  EXPECT(model.execute() == 507015);
  EXPECT(violations("bad-pointer") == 1);
});

TEST("what a description says", [] {
  start();
  const std::string name(150, 'n');
  Model model(modelOf(R"({"name":")" + name + R"(","dtype":"float16","format":"NHWC","dims":[1,2,3]})", R"({"name":"out","dtype":"int64","dims":[2]})",
                      R"({"type":"identity"})"),
              {}, {});
  aclmdlIODims dims;
  EXPECT(aclmdlGetNumInputs(model.desc) == 1 && aclmdlGetNumOutputs(model.desc) == 1);
  EXPECT(aclmdlGetInputDims(model.desc, 0, &dims) == 0 && dims.dimCount == 3 && dims.dims[2] == 3);
  EXPECT(std::string(dims.name).rfind("acl_modelId_", 0) == 0);
  EXPECT(aclmdlGetTensorRealName(model.desc, dims.name) == name);
  EXPECT(aclmdlGetInputDataType(model.desc, 0) == ACL_FLOAT16 && aclmdlGetOutputDataType(model.desc, 0) == ACL_INT64);
  EXPECT(aclmdlGetInputFormat(model.desc, 0) == ACL_FORMAT_NHWC && aclmdlGetOutputFormat(model.desc, 0) == ACL_FORMAT_ND);
  EXPECT(aclmdlGetInputSizeByIndex(model.desc, 0) == 12 && aclmdlGetOutputSizeByIndex(model.desc, 0) == 16);
  size_t index = 9;
  EXPECT(aclmdlGetOutputIndexByName(model.desc, "out", &index) == 0 && index == 0);
  EXPECT(aclmdlGetOutputIndexByName(model.desc, "none", &index) == 100000);
  EXPECT(aclmdlGetInputDims(model.desc, 1, &dims) == 100000);
  model.close();
  finish();
});

TEST("buffers: 64 bytes too short pass the check but are recorded, more fail", [] {
  start();
  Model slack(identityModel(100), {400 - 64}, {400});
  EXPECT(slack.execute() == 0);
  EXPECT(violations("short-buffer") == 1);
  Model shorter(identityModel(100), {400 - 65}, {400});
  EXPECT(shorter.execute() == 145000);
  EXPECT(std::strstr(aclGetRecentErrMsg(), "E13025") != nullptr);
  Model fewer(identityModel(100), {400}, {});
  EXPECT(fewer.execute() == 145000);
  Model larger(identityModel(100), {800}, {800});
  EXPECT(larger.execute() == 0);
  EXPECT(violations() == 1);
});

TEST("operations", [] {
  start();
  Model affine(identityModel(3, "", R"({"type":"affine","scale":2,"bias":1})"), {12}, {12});
  EXPECT((runFloats(affine, {1, 2, -3}, 3) == std::vector<float>{3, 5, -5}));
  Model threshold(identityModel(3, "", R"({"type":"threshold","threshold":0.5})"), {12}, {12});
  EXPECT((runFloats(threshold, {0.5F, 0.6F, -1}, 3) == std::vector<float>{0, 1, 0}));
  Model sum(modelOf(image, R"({"name":"out","dtype":"float32","dims":[1]})", R"({"type":"sum"})"), {48}, {4});
  EXPECT((runFloats(sum, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, 1) == std::vector<float>{78}));
  Model argmax(modelOf(image, R"({"name":"out","dtype":"float32","dims":[1,1,2,2]})", R"({"type":"argmax"})"), {48}, {16});
  EXPECT((runFloats(argmax, {1, 9, 1, 2, 5, 9, 1, 2, 0, 0, 4, 2}, 4) == std::vector<float>{1, 0, 2, 0}));
  Model fault(identityModel(3, "", R"({"type":"fault","code":507018})"), {12}, {12});
  EXPECT(fault.execute() == 507018);
  for (Model *model : {&affine, &threshold, &sum, &argmax, &fault}) model->close();
  finish();
});

TEST("half precision: the model's own is exact, the library's conversion saturates", [] {
  start();
  Model model(modelOf(R"({"name":"in","dtype":"float32","dims":[1,6]})", R"({"name":"out","dtype":"float16","dims":[1,6]})", R"({"type":"identity"})"),
              {24}, {12});
  const float given[6] = {1, -2.5F, 65504, 1e9F, 5.9604645e-8F, 1.0009766F};
  uint16_t out[6];
  model.write(0, given, sizeof given);
  EXPECT(model.execute() == 0);
  model.read(0, out, sizeof out);
  const uint16_t expected[6] = {0x3C00, 0xC100, 0x7BFF, 0x7C00, 0x0001, 0x3C01};
  EXPECT(std::memcmp(out, expected, sizeof out) == 0);
  EXPECT(aclFloatToFloat16(INFINITY) == 0x7BFF && aclFloatToFloat16(NAN) == 0x7BFF && aclFloat16ToFloat(0x7C00) == 65536.0F);
  EXPECT(aclFloat16ToFloat(0x0001) == 5.9604645e-8F && aclFloatToFloat16(1) == 0x3C00);
  model.close();
  finish();
});

TEST("static AIPP turns uint8 NHWC into normalised NCHW", [] {
  start();
  Model model(modelOf(image, R"({"name":"out","dtype":"float32","dims":[1,3,2,2]})", R"({"type":"identity"})",
                      R"(,"aipp":{"input":0,"swapRedBlue":true,"mean":[1,0,0],"min":[0,2,0],"varReci":[1,1,0.5]})"),
              {12}, {48});
  EXPECT(aclmdlGetInputDataType(model.desc, 0) == ACL_UINT8 && aclmdlGetInputFormat(model.desc, 0) == ACL_FORMAT_NHWC);
  EXPECT(aclmdlGetInputSizeByIndex(model.desc, 0) == 12);
  aclmdlInputAippType type = ACL_DATA_WITHOUT_AIPP;
  size_t attached = 0;
  EXPECT(aclmdlGetAippType(model.id, 0, &type, &attached) == 0 && type == ACL_DATA_WITH_STATIC_AIPP);
  auto *info = new aclAippInfo;
  EXPECT(aclmdlGetFirstAippInfo(model.id, 0, info) == 0 && info->outDims[0].srcSize == 12 && info->outDims[0].aippOutSize == 48);
  delete info;
  const uint8_t pixels[12] = {10, 20, 30, 11, 21, 31, 12, 22, 32, 13, 23, 33};
  model.write(0, pixels, sizeof pixels);
  EXPECT(model.execute() == 0);
  float out[12];
  model.read(0, out, sizeof out);
  // red and blue change places before the channel's own mean, minimum and factor
  const float expected[12] = {29, 30, 31, 32, 18, 19, 20, 21, 5, 5.5F, 6, 6.5F};
  EXPECT(std::memcmp(out, expected, sizeof out) == 0);
  Model plain(identityModel(4), {}, {});
  EXPECT(aclmdlGetFirstAippInfo(plain.id, 0, nullptr) == 100000);
  model.close();
  plain.close();
  finish();
});

TEST("one model on two streams at once is misuse and fails one of them", [] {
  start();
  Model model(identityModel(4, "", R"({"type":"sleep","sleepMs":80})"), {16}, {16});
  aclrtStream one = newStream();
  aclrtStream two = newStream();
  EXPECT(model.executeOn(one) == 0);
  EXPECT(model.executeOn(two) == 0);
  const aclError codes[] = {aclrtSynchronizeStream(one), aclrtSynchronizeStream(two)};
  EXPECT((codes[0] == 507011) != (codes[1] == 507011));
  EXPECT(violations("concurrent-model") == 1);
  EXPECT(aclmdlUnload(model.id) == 0);
  EXPECT(model.execute() == 145003);
});

TEST("unloading a model that is queued is misuse", [] {
  start();
  Model model(identityModel(4, "", R"({"type":"sleep","sleepMs":50})"), {16}, {16});
  aclrtStream stream = newStream();
  EXPECT(model.executeOn(stream) == 0);
  EXPECT(aclmdlUnload(model.id) == 0);
  EXPECT(violations("pending-work") == 1);
  EXPECT(aclrtSynchronizeStream(stream) == 0);
});

TEST("a registered backend computes ONNX models, in float32 also for half tensors", [] {
  start();
  Model model(modelOf(R"({"name":"in","dtype":"float16","dims":[1,2]})", R"({"name":"out","dtype":"float32","dims":[1,2]})",
                      R"({"type":"onnx","path":"net.onnx"})"),
              {4}, {8});
  const uint16_t given[2] = {0x3C00, 0x4000};
  model.write(0, given, sizeof given);
  EXPECT(model.execute() == 500002);
  static std::string path;
  const aclsim_backend backend = [](void *user, const char *onnxPath, const aclsim_tensor *inputs, size_t inputCount, const aclsim_tensor *outputs,
                                    size_t outputCount) {
    path = onnxPath;
    EXPECT(inputCount == 1 && outputCount == 1 && inputs[0].dataType == ACL_FLOAT && inputs[0].bytes == 8);
    for (size_t at = 0; at < 2; ++at) static_cast<float *>(outputs[0].data)[at] = static_cast<float *>(inputs[0].data)[at] * 10;
    return *static_cast<int *>(user);
  };
  int code = 0;
  aclsim_register_backend(backend, &code);
  EXPECT(model.execute() == 0);
  float out[2];
  model.read(0, out, sizeof out);
  EXPECT(out[0] == 10 && out[1] == 20);
  EXPECT(std::filesystem::path(path).is_absolute() && std::filesystem::path(path).filename() == "net.onnx");
  code = 507014;
  EXPECT(model.execute() == 507014);
  model.close();
  finish();
});

TEST("execution takes the model's time, devices work side by side", [] {
  setting("LATENCY", "model=1ms");
  start();
  Model model(identityModel(4, R"(,"time":{"baseUs":40000,"itemUs":10000})"), {16}, {16});
  aclrtStream stream = newStream();
  aclrtEvent events[2] = {newEvent(), newEvent()};
  EXPECT(aclrtRecordEvent(events[0], stream) == 0);
  EXPECT(model.executeOn(stream) == 0);
  EXPECT(aclrtRecordEvent(events[1], stream) == 0);
  EXPECT(aclrtSynchronizeStream(stream) == 0);
  float ms = 0;
  EXPECT(aclrtEventElapsedTime(&ms, events[0], events[1]) == 0 && ms >= 50 && ms < 150);
  for (aclrtEvent event : events) EXPECT(aclrtDestroyEvent(event) == 0);
  EXPECT(aclrtDestroyStream(stream) == 0);
  model.close();
  finish();
});
