/**
 * The part of the AscendCL (ACL) binary interface that the addon uses, written from published prototypes and layouts.
 * LP64 Linux only. No vendor header is included anywhere; `test/acl-abi.test.cpp` pins sizes and offsets.
 */
#pragma once

#include <cstddef>
#include <cstdint>

static_assert(sizeof(void *) == 8 && sizeof(size_t) == 8, "the ACL interface is described for LP64 only");

using aclError = int;
using aclrtStream = void *;
using aclrtEvent = void *;
using aclrtContext = void *;
using aclFloat16 = uint16_t;

struct aclDataBuffer;
struct aclmdlDataset;
struct aclmdlDesc;
struct aclTensorDesc;

constexpr aclError ACL_SUCCESS = 0;
constexpr aclError ACL_ERROR_REPEAT_INITIALIZE = 100002;

enum aclDataType : int {
  ACL_DT_UNDEFINED = -1,
  ACL_FLOAT = 0,
  ACL_FLOAT16 = 1,
  ACL_INT8 = 2,
  ACL_INT32 = 3,
  ACL_UINT8 = 4,
  ACL_INT16 = 6,
  ACL_UINT16 = 7,
  ACL_UINT32 = 8,
  ACL_INT64 = 9,
  ACL_UINT64 = 10,
  ACL_DOUBLE = 11,
  ACL_BOOL = 12,
  ACL_STRING = 13,
  ACL_COMPLEX64 = 16,
  ACL_COMPLEX128 = 17,
  ACL_BF16 = 27,
  ACL_INT4 = 29,
  ACL_UINT1 = 30,
  ACL_COMPLEX32 = 33,
};

enum aclFormat : int {
  ACL_FORMAT_UNDEFINED = -1,
  ACL_FORMAT_NCHW = 0,
  ACL_FORMAT_NHWC = 1,
  ACL_FORMAT_ND = 2,
  ACL_FORMAT_NC1HWC0 = 3,
  ACL_FORMAT_FRACTAL_Z = 4,
  ACL_FORMAT_NC1HWC0_C04 = 12,
  ACL_FORMAT_HWCN = 16,
  ACL_FORMAT_NDHWC = 27,
  ACL_FORMAT_FRACTAL_NZ = 29,
  ACL_FORMAT_NCDHW = 30,
  ACL_FORMAT_NDC1HWC0 = 32,
  ACL_FRACTAL_Z_3D = 33,
  ACL_FORMAT_NC = 35,
  ACL_FORMAT_NCL = 47,
};

enum aclrtRunMode : int { ACL_DEVICE = 0, ACL_HOST = 1 };

enum aclrtMemMallocPolicy : int { ACL_MEM_MALLOC_HUGE_FIRST = 0, ACL_MEM_MALLOC_HUGE_ONLY = 1, ACL_MEM_MALLOC_NORMAL_ONLY = 2 };

enum aclrtMemcpyKind : int {
  ACL_MEMCPY_HOST_TO_HOST = 0,
  ACL_MEMCPY_HOST_TO_DEVICE = 1,
  ACL_MEMCPY_DEVICE_TO_HOST = 2,
  ACL_MEMCPY_DEVICE_TO_DEVICE = 3,
};

enum aclrtMemAttr : int { ACL_DDR_MEM = 0, ACL_HBM_MEM = 1 };

/** aclrtQueryEventStatus */
enum aclrtEventRecordedStatus : int { ACL_EVENT_RECORDED_STATUS_NOT_READY = 0, ACL_EVENT_RECORDED_STATUS_COMPLETE = 1 };
/** aclrtQueryEvent, the deprecated call: the other way round */
enum aclrtEventStatus : int { ACL_EVENT_STATUS_COMPLETE = 0, ACL_EVENT_STATUS_NOT_READY = 1 };

constexpr uint32_t ACL_EVENT_SYNC = 0x1;
constexpr uint32_t ACL_EVENT_CAPTURE_STREAM_PROGRESS = 0x2;
constexpr uint32_t ACL_EVENT_TIME_LINE = 0x8;

/** Name of the extra input that carries the chosen gear. */
inline constexpr char ACL_DYNAMIC_TENSOR_NAME[] = "ascend_mbatch_shape_data";

constexpr size_t ACL_MAX_DIM_CNT = 128;
constexpr size_t ACL_MAX_TENSOR_NAME_LEN = 128;
constexpr size_t ACL_MAX_BATCH_NUM = 128;
constexpr size_t ACL_MAX_HW_NUM = 128;

struct aclmdlIODims {
  char name[ACL_MAX_TENSOR_NAME_LEN];
  size_t dimCount;
  int64_t dims[ACL_MAX_DIM_CNT];
};

struct aclmdlBatch {
  size_t batchCount;
  uint64_t batch[ACL_MAX_BATCH_NUM];
};

/** Pairs of height and width. */
struct aclmdlHW {
  size_t hwCount;
  uint64_t hw[ACL_MAX_HW_NUM][2];
};
static_assert(sizeof(aclmdlIODims) == 1160 && offsetof(aclmdlIODims, dimCount) == 128 && offsetof(aclmdlIODims, dims) == 136);
static_assert(sizeof(aclmdlBatch) == 1032 && offsetof(aclmdlBatch, batch) == 8);
static_assert(sizeof(aclmdlHW) == 2056 && offsetof(aclmdlHW, hw) == 8);

enum aclCANNPackageName : int { ACL_PKG_NAME_CANN = 0, ACL_PKG_NAME_RUNTIME = 1 };

struct aclCANNPackageVersion {
  char version[128];
  char majorVersion[64];
  char minorVersion[64];
  char releaseVersion[64];
  char patchVersion[64];
  char reserved[128];
};
static_assert(sizeof(aclCANNPackageVersion) == 512);

/** First four bytes of an .om file, little endian ("IMOD"), and the length of its header. */
constexpr uint32_t OM_MAGIC = 0x444F4D49;
constexpr size_t OM_HEADER_BYTES = 256;

/**
 * X(return type, name, parameters): what must be there, and what older or split libraries may lack.
 * Every use goes through the table of `acl-api.hpp`; nothing is linked.
 */
#define ACL_REQUIRED_SYMBOLS(X) \
  X(aclError, aclInit, (const char *configPath)) \
  X(aclError, aclFinalize, ()) \
  X(aclError, aclrtGetDeviceCount, (uint32_t * count)) \
  X(aclError, aclrtSetDevice, (int32_t deviceId)) \
  X(aclError, aclrtResetDevice, (int32_t deviceId)) \
  X(aclError, aclrtGetRunMode, (aclrtRunMode * runMode)) \
  X(aclError, aclrtGetMemInfo, (aclrtMemAttr attr, size_t * free, size_t * total)) \
  X(aclError, aclrtCreateContext, (aclrtContext * context, int32_t deviceId)) \
  X(aclError, aclrtDestroyContext, (aclrtContext context)) \
  X(aclError, aclrtSetCurrentContext, (aclrtContext context)) \
  X(aclError, aclrtCreateStream, (aclrtStream * stream)) \
  X(aclError, aclrtDestroyStream, (aclrtStream stream)) \
  X(aclError, aclrtSynchronizeStream, (aclrtStream stream)) \
  X(aclError, aclrtStreamWaitEvent, (aclrtStream stream, aclrtEvent event)) \
  X(aclError, aclrtCreateEvent, (aclrtEvent * event)) \
  X(aclError, aclrtDestroyEvent, (aclrtEvent event)) \
  X(aclError, aclrtRecordEvent, (aclrtEvent event, aclrtStream stream)) \
  X(aclError, aclrtResetEvent, (aclrtEvent event, aclrtStream stream)) \
  X(aclError, aclrtQueryEvent, (aclrtEvent event, aclrtEventStatus * status)) \
  X(aclError, aclrtEventElapsedTime, (float *ms, aclrtEvent startEvent, aclrtEvent endEvent)) \
  X(aclError, aclrtMalloc, (void **devPtr, size_t size, aclrtMemMallocPolicy policy)) \
  X(aclError, aclrtFree, (void *devPtr)) \
  X(aclError, aclrtMallocHost, (void **hostPtr, size_t size)) \
  X(aclError, aclrtFreeHost, (void *hostPtr)) \
  X(aclError, aclrtMemcpyAsync, \
    (void *dst, size_t destMax, const void *src, size_t count, aclrtMemcpyKind kind, aclrtStream stream)) \
  X(aclDataBuffer *, aclCreateDataBuffer, (void *data, size_t size)) \
  X(aclError, aclDestroyDataBuffer, (const aclDataBuffer *dataBuffer)) \
  X(aclError, aclmdlQuerySize, (const char *fileName, size_t *workSize, size_t *weightSize)) \
  X(aclError, aclmdlLoadFromFileWithMem, \
    (const char *modelPath, uint32_t *modelId, void *workPtr, size_t workSize, void *weightPtr, size_t weightSize)) \
  X(aclError, aclmdlUnload, (uint32_t modelId)) \
  X(aclmdlDesc *, aclmdlCreateDesc, ()) \
  X(aclError, aclmdlDestroyDesc, (aclmdlDesc * modelDesc)) \
  X(aclError, aclmdlGetDesc, (aclmdlDesc * modelDesc, uint32_t modelId)) \
  X(size_t, aclmdlGetNumInputs, (aclmdlDesc * modelDesc)) \
  X(size_t, aclmdlGetNumOutputs, (aclmdlDesc * modelDesc)) \
  X(size_t, aclmdlGetInputSizeByIndex, (aclmdlDesc * modelDesc, size_t index)) \
  X(size_t, aclmdlGetOutputSizeByIndex, (aclmdlDesc * modelDesc, size_t index)) \
  X(aclError, aclmdlGetInputDimsV2, (const aclmdlDesc *modelDesc, size_t index, aclmdlIODims *dims)) \
  X(aclError, aclmdlGetOutputDims, (const aclmdlDesc *modelDesc, size_t index, aclmdlIODims *dims)) \
  X(aclError, aclmdlGetCurOutputDims, (const aclmdlDesc *modelDesc, size_t index, aclmdlIODims *dims)) \
  X(const char *, aclmdlGetInputNameByIndex, (const aclmdlDesc *modelDesc, size_t index)) \
  X(const char *, aclmdlGetOutputNameByIndex, (const aclmdlDesc *modelDesc, size_t index)) \
  X(aclFormat, aclmdlGetInputFormat, (const aclmdlDesc *modelDesc, size_t index)) \
  X(aclFormat, aclmdlGetOutputFormat, (const aclmdlDesc *modelDesc, size_t index)) \
  X(aclDataType, aclmdlGetInputDataType, (const aclmdlDesc *modelDesc, size_t index)) \
  X(aclDataType, aclmdlGetOutputDataType, (const aclmdlDesc *modelDesc, size_t index)) \
  X(aclError, aclmdlGetInputIndexByName, (const aclmdlDesc *modelDesc, const char *name, size_t *index)) \
  X(aclmdlDataset *, aclmdlCreateDataset, ()) \
  X(aclError, aclmdlDestroyDataset, (const aclmdlDataset *dataset)) \
  X(aclError, aclmdlAddDatasetBuffer, (aclmdlDataset * dataset, aclDataBuffer * dataBuffer)) \
  X(aclError, aclmdlExecuteAsync, (uint32_t modelId, const aclmdlDataset *input, aclmdlDataset *output, aclrtStream stream)) \
  X(aclError, aclmdlSetDynamicBatchSize, (uint32_t modelId, aclmdlDataset * dataset, size_t index, uint64_t batchSize)) \
  X(aclError, aclmdlSetDynamicHWSize, (uint32_t modelId, aclmdlDataset * dataset, size_t index, uint64_t height, uint64_t width)) \
  X(aclError, aclmdlSetInputDynamicDims, (uint32_t modelId, aclmdlDataset * dataset, size_t index, const aclmdlIODims *dims)) \
  X(aclError, aclmdlGetDynamicBatch, (const aclmdlDesc *modelDesc, aclmdlBatch *batch)) \
  X(aclError, aclmdlGetDynamicHW, (const aclmdlDesc *modelDesc, size_t index, aclmdlHW *hw)) \
  X(aclError, aclmdlGetInputDynamicGearCount, (const aclmdlDesc *modelDesc, size_t index, size_t *gearCount)) \
  X(aclError, aclmdlGetInputDynamicDims, (const aclmdlDesc *modelDesc, size_t index, aclmdlIODims *dims, size_t gearCount))

#define ACL_OPTIONAL_SYMBOLS(X) \
  X(const char *, aclGetRecentErrMsg, ()) \
  X(aclError, aclrtGetVersion, (int32_t *major, int32_t *minor, int32_t *patch)) \
  X(aclError, aclsysGetCANNVersion, (aclCANNPackageName name, aclCANNPackageVersion *version)) \
  X(aclError, aclrtResetDeviceForce, (int32_t deviceId)) \
  X(const char *, aclrtGetSocName, ()) \
  X(aclError, aclrtDestroyStreamForce, (aclrtStream stream)) \
  X(aclError, aclrtStreamAbort, (aclrtStream stream)) \
  X(aclError, aclrtSynchronizeStreamWithTimeout, (aclrtStream stream, int32_t timeout)) \
  X(aclError, aclrtCreateEventWithFlag, (aclrtEvent * event, uint32_t flag)) \
  X(aclError, aclrtCreateEventExWithFlag, (aclrtEvent * event, uint32_t flag)) \
  X(aclError, aclrtQueryEventStatus, (aclrtEvent event, aclrtEventRecordedStatus *status)) \
  X(const char *, aclmdlGetTensorRealName, (const aclmdlDesc *modelDesc, const char *name))
