#include "model-file.hpp"

#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "thread-state.hpp"

namespace aclsim {

namespace {

using nlohmann::json;

constexpr uint32_t magic = 0x444F4D49;
constexpr size_t headerBytes = 256;
constexpr size_t lengthAt = 76;
constexpr size_t modelLengthAt = 184;
constexpr size_t unknownShapeAt = 193;
constexpr aclError sizeOrHeader = 145006;
constexpr aclError pathInvalid = 145002;
constexpr aclError parseFailed = 100013;

const std::map<std::string, aclDataType> dtypes = {
    {"float32", ACL_FLOAT}, {"float16", ACL_FLOAT16}, {"int8", ACL_INT8},     {"int32", ACL_INT32},   {"uint8", ACL_UINT8},
    {"int16", ACL_INT16},   {"uint16", ACL_UINT16},   {"uint32", ACL_UINT32}, {"int64", ACL_INT64},   {"uint64", ACL_UINT64},
    {"float64", ACL_DOUBLE}, {"bool", ACL_BOOL},      {"bfloat16", ACL_BF16}, {"string", ACL_STRING}, {"complex64", ACL_COMPLEX64},
    {"int4", ACL_INT4},
};
const std::map<std::string, aclFormat> formats = {{"NCHW", ACL_FORMAT_NCHW}, {"NHWC", ACL_FORMAT_NHWC}, {"ND", ACL_FORMAT_ND}};
const std::map<std::string, Op> ops = {{"identity", Op::identity}, {"affine", Op::affine}, {"argmax", Op::argmax}, {"threshold", Op::threshold},
                                       {"sum", Op::sum},           {"sleep", Op::sleep},   {"fault", Op::fault},   {"onnx", Op::onnx}};

template <typename T>
T pick(const std::map<std::string, T> &table, const std::string &name) {
  const auto found = table.find(name);
  if (found == table.end()) throw std::runtime_error("unknown name " + name);
  return found->second;
}

TensorInfo tensorOf(const json &node) {
  TensorInfo tensor;
  tensor.name = node.at("name").get<std::string>();
  tensor.dtype = pick(dtypes, node.at("dtype").get<std::string>());
  tensor.format = pick(formats, node.value("format", std::string("ND")));
  tensor.dims = node.at("dims").get<std::vector<int64_t>>();
  return tensor;
}

void readGears(const json &body, ModelFile &model) {
  if (!body.contains("gears")) return;
  const json &node = body.at("gears");
  const std::string kind = node.at("kind").get<std::string>();
  model.gearKind = kind == "batch" ? GearKind::batch : kind == "imageSize" ? GearKind::imageSize : GearKind::dims;
  for (const json &gear : node.at("values")) {
    model.gears.push_back(gear.is_array() ? gear.get<std::vector<int64_t>>() : std::vector<int64_t>{gear.get<int64_t>()});
  }
  if (model.gears.empty()) throw std::runtime_error("gears without values");
}

void readTriple(const json &node, const char *key, float (&out)[3]) {
  if (!node.contains(key)) return;
  for (size_t index = 0; index < 3; ++index) out[index] = node.at(key).at(index).get<float>();
}

void readAipp(const json &body, ModelFile &model) {
  if (!body.contains("aipp")) return;
  const json &node = body.at("aipp");
  AippInfo &aipp = model.aipp;
  aipp.present = true;
  aipp.dynamic = node.value("mode", std::string("static")) == "dynamic";
  aipp.input = node.value("input", size_t{0});
  aipp.swapRedBlue = node.value("swapRedBlue", false);
  readTriple(node, "mean", aipp.mean);
  readTriple(node, "min", aipp.minimum);
  readTriple(node, "varReci", aipp.reciprocal);
}

void readOp(const json &body, const std::string &path, ModelFile &model) {
  const json &op = body.at("op");
  model.op = pick(ops, op.at("type").get<std::string>());
  model.scale = op.value("scale", 1.0);
  model.bias = op.value("bias", 0.0);
  model.threshold = op.value("threshold", 0.5);
  model.sleepMs = op.value("sleepMs", 0.0);
  model.faultCode = op.value("code", 507015);
  if (model.op != Op::onnx) return;
  const std::filesystem::path onnx = op.at("path").get<std::string>();
  model.onnxPath = (onnx.is_absolute() ? onnx : std::filesystem::path(path).parent_path() / onnx).string();
}

void readBody(const json &body, const std::string &path, ModelFile &model) {
  model.name = body.value("name", std::string("simulated"));
  model.soc = body.value("soc", std::string());
  for (const json &node : body.at("inputs")) model.inputs.push_back(tensorOf(node));
  for (const json &node : body.at("outputs")) model.outputs.push_back(tensorOf(node));
  readGears(body, model);
  readAipp(body, model);
  readOp(body, path, model);
  model.workBytes = body.value("workBytes", size_t{1} << 16);
  model.weightBytes = body.value("weightBytes", size_t{1} << 16);
  if (body.contains("time")) {
    model.baseUs = body.at("time").value("baseUs", 0.0);
    model.itemUs = body.at("time").value("itemUs", 0.0);
  }
}

template <typename T>
T fieldAt(const uint8_t *bytes, size_t offset) {
  T field;
  std::memcpy(&field, bytes + offset, sizeof field);
  return field;
}

}  // namespace

aclError parseModel(const void *data, size_t size, const std::string &path, std::shared_ptr<ModelFile> &model) {
  const auto *bytes = static_cast<const uint8_t *>(data);
  if (size < headerBytes || fieldAt<uint32_t>(bytes, 0) != magic || fieldAt<uint32_t>(bytes, 4) != headerBytes) {
    explain("Model " + path + " has no valid header.");
    return sizeOrHeader;
  }
  const uint64_t length = fieldAt<uint64_t>(bytes, modelLengthAt);
  const uint64_t expected = length != 0 ? length : fieldAt<uint32_t>(bytes, lengthAt);
  if (size - headerBytes != expected) {
    explain("Model " + path + ": the header promises " + std::to_string(expected) + " bytes, there are " + std::to_string(size - headerBytes) + ".");
    return sizeOrHeader;
  }
  auto parsed = std::make_shared<ModelFile>();
  parsed->unknownShape = bytes[unknownShapeAt] != 0;
  try {
    readBody(json::parse(bytes + headerBytes, bytes + size), path, *parsed);
  } catch (const std::exception &error) {
    explain("Model " + path + " cannot be parsed: " + error.what());
    return parseFailed;
  }
  model = std::move(parsed);
  return 0;
}

aclError readModel(const char *path, std::shared_ptr<ModelFile> &model) {
  std::ifstream file(path, std::ios::binary);
  if (!file || std::filesystem::is_directory(path)) {
    explain(std::string("Model file ") + path + " cannot be opened.");
    return pathInvalid;
  }
  const std::string content((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  return parseModel(content.data(), content.size(), std::filesystem::absolute(path).string(), model);
}

size_t elementBytes(aclDataType dtype) {
  switch (dtype) {
    case ACL_INT8: case ACL_UINT8: case ACL_BOOL: case ACL_INT4: case ACL_UINT1: return 1;
    case ACL_FLOAT16: case ACL_BF16: case ACL_INT16: case ACL_UINT16: return 2;
    case ACL_FLOAT: case ACL_INT32: case ACL_UINT32: case ACL_COMPLEX32: return 4;
    case ACL_DOUBLE: case ACL_INT64: case ACL_UINT64: case ACL_COMPLEX64: return 8;
    case ACL_COMPLEX128: return 16;
    default: return 0;
  }
}

size_t tensorBytes(aclDataType dtype, const std::vector<int64_t> &dims) {
  size_t bytes = elementBytes(dtype);
  for (const int64_t dim : dims) bytes *= static_cast<size_t>(dim);
  return bytes;
}

}  // namespace aclsim
