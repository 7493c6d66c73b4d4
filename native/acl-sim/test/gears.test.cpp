#include <cstdint>
#include <string>

#include "machine.hpp"

namespace {

std::string gearModel(const std::string &dims, const std::string &gears) {
  return writeModel(R"({"inputs":[{"name":"in","dtype":"float32","format":"NCHW","dims":)" + dims + R"(}],"outputs":[{"name":"out","dtype":"float32","dims":)" +
                    dims + R"(}],"op":{"type":"affine","scale":2},"gears":)" + gears + "}");
}

size_t gearInput(const Model &model) {
  size_t index = 0;
  EXPECT(aclmdlGetInputIndexByName(model.desc, ACL_DYNAMIC_TENSOR_NAME, &index) == 0);
  return index;
}

}  // namespace

TEST("gears: sizes are the largest gear's, and it runs when none was chosen", [] {
  start();
  Model model(gearModel("[-1,2]", R"({"kind":"batch","values":[1,4,2]})"), {32, 8}, {32});
  EXPECT(aclmdlGetNumInputs(model.desc) == 2);
  EXPECT(aclmdlGetInputSizeByIndex(model.desc, 0) == 32 && aclmdlGetOutputSizeByIndex(model.desc, 0) == 32);
  aclmdlIODims dims;
  EXPECT(aclmdlGetInputDims(model.desc, 0, &dims) == 0 && dims.dims[0] == -1);
  EXPECT(aclmdlGetCurOutputDims(model.desc, 0, &dims) == 0 && dims.dims[0] == 4);
  EXPECT((runFloats(model, {1, 2, 3, 4, 5, 6, 7, 8}, 8) == std::vector<float>{2, 4, 6, 8, 10, 12, 14, 16}));
  aclmdlBatch batch;
  EXPECT(aclmdlGetDynamicBatch(model.desc, &batch) == 0 && batch.batchCount == 3 && batch.batch[1] == 4);
  model.close();
  finish();
});

TEST("gears: a chosen batch computes so many items and no more", [] {
  start();
  Model model(gearModel("[-1,2]", R"({"kind":"batch","values":[1,2,4]})"), {32, 8}, {32});
  runFloats(model, {9, 9, 9, 9, 9, 9, 9, 9}, 8);
  EXPECT(aclmdlSetDynamicBatchSize(model.id, model.inputs, gearInput(model), 3) == 145013);
  EXPECT(aclmdlSetDynamicBatchSize(model.id, model.inputs, 0, 2) == 100000);
  EXPECT(aclmdlSetDynamicHWSize(model.id, model.inputs, gearInput(model), 2, 2) == 100019);
  EXPECT(aclmdlSetDynamicBatchSize(model.id, model.inputs, gearInput(model), 2) == 0);
  EXPECT((runFloats(model, {1, 2, 3, 4, 5, 6, 7, 8}, 8) == std::vector<float>{2, 4, 6, 8, 18, 18, 18, 18}));
  aclmdlIODims dims;
  EXPECT(aclmdlGetCurOutputDims(model.desc, 0, &dims) == 0 && dims.dims[0] == 2);
  model.close();
  finish();
});

TEST("gears: image sizes", [] {
  start();
  Model model(gearModel("[1,1,-1,-1]", R"({"kind":"imageSize","values":[[2,4],[4,4]]})"), {64, 16}, {64});
  aclmdlHW sizes;
  EXPECT(aclmdlGetDynamicHW(model.desc, static_cast<size_t>(-1), &sizes) == 0);
  EXPECT(sizes.hwCount == 2 && sizes.hw[0][0] == 2 && sizes.hw[0][1] == 4);
  EXPECT(aclmdlSetDynamicHWSize(model.id, model.inputs, gearInput(model), 4, 2) == 145021);
  EXPECT(aclmdlSetDynamicHWSize(model.id, model.inputs, gearInput(model), 2, 4) == 0);
  EXPECT((runFloats(model, {1, 2, 3, 4, 5, 6, 7, 8}, 8) == std::vector<float>{2, 4, 6, 8, 10, 12, 14, 16}));
  model.close();
  finish();
});

TEST("gears: any dims", [] {
  start();
  Model model(gearModel("[-1,-1]", R"({"kind":"dims","values":[[1,4],[3,2]]})"), {24, 16}, {24});
  size_t count = 0;
  EXPECT(aclmdlGetInputDynamicGearCount(model.desc, static_cast<size_t>(-1), &count) == 0 && count == 2);
  aclmdlIODims gears[2];
  EXPECT(aclmdlGetInputDynamicDims(model.desc, static_cast<size_t>(-1), gears, count) == 0);
  EXPECT(gears[0].dimCount == 2 && gears[0].dims[1] == 4 && gears[1].dims[0] == 3);
  EXPECT(aclmdlSetInputDynamicDims(model.id, model.inputs, gearInput(model), &gears[0]) == 0);
  EXPECT((runFloats(model, {1, 2, 3, 4}, 4) == std::vector<float>{2, 4, 6, 8}));
  aclmdlIODims dims;
  EXPECT(aclmdlGetCurOutputDims(model.desc, 0, &dims) == 0 && dims.dims[0] == 1 && dims.dims[1] == 4);
  model.close();
  finish();
});

TEST("gears: the extra input needs device memory of its own", [] {
  start();
  Model model(gearModel("[-1,2]", R"({"kind":"batch","values":[1,2]})"), {16}, {16});
  EXPECT(aclmdlSetDynamicBatchSize(model.id, model.inputs, gearInput(model), 1) == 100000);
  Model tiny(gearModel("[-1,2]", R"({"kind":"batch","values":[1,2]})"), {16, 4}, {16});
  EXPECT(aclmdlSetDynamicBatchSize(tiny.id, tiny.inputs, gearInput(tiny), 1) == 145012);
  model.close();
  tiny.close();
  finish();
});
