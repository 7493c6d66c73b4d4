/**
 * The AscendCL C interface as the simulator implements it: types, values, layouts and prototypes for LP64 Linux.
 * Written for the simulator alone; the addon has its own header, and a test compares both with acl-abi.json.
 * All functions return an aclError (0 = success) unless their type says otherwise.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define ACLSIM_API __attribute__((visibility("default")))

extern "C" {

typedef int aclError;
typedef uint16_t aclFloat16;
typedef void *aclrtStream;
typedef void *aclrtEvent;
typedef void *aclrtContext;
typedef void (*aclrtCallback)(void *userData);

typedef struct aclDataBuffer aclDataBuffer;
typedef struct aclTensorDesc aclTensorDesc;
typedef struct aclmdlDesc aclmdlDesc;
typedef struct aclmdlDataset aclmdlDataset;
typedef struct aclmdlAIPP aclmdlAIPP;
typedef struct aclmdlConfigHandle aclmdlConfigHandle;
typedef struct aclmdlExecConfigHandle aclmdlExecConfigHandle;
typedef struct aclprofConfig aclprofConfig;
typedef struct aclprofAicoreEvents aclprofAicoreEvents;
/** Layout not published in the fact sheet: the simulator never writes through it. */
typedef struct aclrtPtrAttributes aclrtPtrAttributes;

typedef enum aclDataType {
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
  ACL_HIFLOAT8 = 34,
  ACL_FLOAT8_E5M2 = 35,
  ACL_FLOAT8_E4M3FN = 36,
  ACL_FLOAT8_E8M0 = 37,
  ACL_FLOAT6_E3M2 = 38,
  ACL_FLOAT6_E2M3 = 39,
  ACL_FLOAT4_E2M1 = 40,
  ACL_FLOAT4_E1M2 = 41,
} aclDataType;

typedef enum aclFormat {
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
  ACL_FORMAT_FRACTAL_Z_3D = 33,
  ACL_FORMAT_NC = 35,
  ACL_FORMAT_NCL = 47,
} aclFormat;

typedef enum aclrtMemMallocPolicy {
  ACL_MEM_MALLOC_HUGE_FIRST = 0,
  ACL_MEM_MALLOC_HUGE_ONLY = 1,
  ACL_MEM_MALLOC_NORMAL_ONLY = 2,
  ACL_MEM_MALLOC_HUGE_FIRST_P2P = 3,
  ACL_MEM_MALLOC_HUGE_ONLY_P2P = 4,
  ACL_MEM_MALLOC_NORMAL_ONLY_P2P = 5,
  ACL_MEM_MALLOC_HUGE1G_ONLY = 6,
  ACL_MEM_MALLOC_HUGE1G_ONLY_P2P = 7,
} aclrtMemMallocPolicy;

typedef enum aclrtMemcpyKind {
  ACL_MEMCPY_HOST_TO_HOST = 0,
  ACL_MEMCPY_HOST_TO_DEVICE = 1,
  ACL_MEMCPY_DEVICE_TO_HOST = 2,
  ACL_MEMCPY_DEVICE_TO_DEVICE = 3,
  ACL_MEMCPY_DEFAULT = 4,
  ACL_MEMCPY_HOST_TO_BUF_TO_DEVICE = 5,
  ACL_MEMCPY_INNER_DEVICE_TO_DEVICE = 6,
  ACL_MEMCPY_INTER_DEVICE_TO_DEVICE = 7,
} aclrtMemcpyKind;

typedef enum aclrtMemAttr {
  ACL_DDR_MEM = 0,
  ACL_HBM_MEM = 1,
  ACL_DDR_MEM_HUGE = 2,
  ACL_DDR_MEM_NORMAL = 3,
  ACL_HBM_MEM_HUGE = 4,
  ACL_HBM_MEM_NORMAL = 5,
  ACL_DDR_MEM_P2P_HUGE = 6,
  ACL_DDR_MEM_P2P_NORMAL = 7,
  ACL_HBM_MEM_P2P_HUGE = 8,
  ACL_HBM_MEM_P2P_NORMAL = 9,
  ACL_HBM_MEM_HUGE1G = 10,
  ACL_HBM_MEM_P2P_HUGE1G = 11,
} aclrtMemAttr;

typedef enum aclrtRunMode {
  ACL_DEVICE = 0,
  ACL_HOST = 1,
} aclrtRunMode;

typedef enum aclrtDeviceStatus {
  ACL_RT_DEVICE_STATUS_NORMAL = 0,
  ACL_RT_DEVICE_STATUS_ABNORMAL = 1,
  ACL_RT_DEVICE_STATUS_END = 65535,
} aclrtDeviceStatus;

typedef enum aclrtStreamStatus {
  ACL_STREAM_STATUS_COMPLETE = 0,
  ACL_STREAM_STATUS_NOT_READY = 1,
} aclrtStreamStatus;

typedef enum aclrtEventRecordedStatus {
  ACL_EVENT_RECORDED_STATUS_NOT_READY = 0,
  ACL_EVENT_RECORDED_STATUS_COMPLETE = 1,
} aclrtEventRecordedStatus;

typedef enum aclrtEventStatus {
  ACL_EVENT_STATUS_COMPLETE = 0,
  ACL_EVENT_STATUS_NOT_READY = 1,
} aclrtEventStatus;

typedef enum aclrtCallbackBlockType {
  ACL_CALLBACK_NO_BLOCK = 0,
  ACL_CALLBACK_BLOCK = 1,
} aclrtCallbackBlockType;

typedef enum aclmdlInputAippType {
  ACL_DATA_WITHOUT_AIPP = 0,
  ACL_DATA_WITH_STATIC_AIPP = 1,
  ACL_DATA_WITH_DYNAMIC_AIPP = 2,
  ACL_DATA_WITH_DYNAMIC_AIPP_NODE = 3,
} aclmdlInputAippType;

typedef enum aclAippInputFormat {
  ACL_YUV420SP_U8 = 1,
  ACL_XRGB8888_U8 = 2,
  ACL_RGB888_U8 = 3,
  ACL_YUV400_U8 = 4,
} aclAippInputFormat;

typedef enum aclmdlConfigAttr {
  ACL_MDL_PRIORITY_INT32 = 0,
  ACL_MDL_LOAD_TYPE_SIZET = 1,
  ACL_MDL_PATH_PTR = 2,
  ACL_MDL_MEM_ADDR_PTR = 3,
  ACL_MDL_MEM_SIZET = 4,
  ACL_MDL_WEIGHT_ADDR_PTR = 5,
  ACL_MDL_WEIGHT_SIZET = 6,
  ACL_MDL_WORKSPACE_ADDR_PTR = 7,
  ACL_MDL_WORKSPACE_SIZET = 8,
  ACL_MDL_WORKSPACE_MEM_OPTIMIZE = 13,
  ACL_MDL_WEIGHT_PATH_PTR = 14,
  ACL_MDL_MEM_MALLOC_POLICY_SIZET = 25,
} aclmdlConfigAttr;

typedef enum aclmdlExecConfigAttr {
  ACL_MDL_STREAM_SYNC_TIMEOUT = 0,
  ACL_MDL_EVENT_SYNC_TIMEOUT = 1,
} aclmdlExecConfigAttr;

typedef enum aclCANNPackageName {
  ACL_PKG_NAME_CANN = 0,
  ACL_PKG_NAME_RUNTIME = 1,
  ACL_PKG_NAME_COMPILER = 2,
  ACL_PKG_NAME_HCCL = 3,
  ACL_PKG_NAME_TOOLKIT = 4,
  ACL_PKG_NAME_OPP = 5,
  ACL_PKG_NAME_OPP_KERNEL = 6,
  ACL_PKG_NAME_DRIVER = 7,
} aclCANNPackageName;

typedef enum aclrtLastErrLevel { ACL_RT_THREAD_LEVEL = 0 } aclrtLastErrLevel;
typedef enum aclrtHostRegisterType { ACL_HOST_REGISTER_MAPPED = 0 } aclrtHostRegisterType;
typedef enum aclprofAicoreMetrics { ACL_AICORE_NONE = 0xFF } aclprofAicoreMetrics;

constexpr uint64_t ACL_MDL_LOAD_FROM_FILE = 1;
constexpr uint64_t ACL_MDL_LOAD_FROM_FILE_WITH_MEM = 2;
constexpr uint64_t ACL_MDL_LOAD_FROM_MEM = 3;
constexpr uint64_t ACL_MDL_LOAD_FROM_MEM_WITH_MEM = 4;
constexpr uint64_t ACL_EVENT_SYNC = 1;
constexpr uint64_t ACL_EVENT_CAPTURE_STREAM_PROGRESS = 2;
constexpr uint64_t ACL_EVENT_TIME_LINE = 8;
constexpr uint64_t ACL_EVENT_EXTERNAL = 32;
constexpr uint64_t ACL_STREAM_FAST_LAUNCH = 1;
constexpr uint64_t ACL_STREAM_FAST_SYNC = 2;
constexpr uint64_t ACL_CONTINUE_ON_FAILURE = 0;
constexpr uint64_t ACL_STOP_ON_FAILURE = 1;
constexpr uint64_t ACL_PROF_ACL_API = 1;
constexpr uint64_t ACL_PROF_TASK_TIME = 2;
constexpr uint64_t ACL_PROF_AICORE_METRICS = 4;
constexpr uint64_t ACL_PROF_AICPU = 8;

constexpr const char *ACL_DYNAMIC_TENSOR_NAME = "ascend_mbatch_shape_data";
constexpr const char *ACL_DYNAMIC_AIPP_NAME = "ascend_dynamic_aipp_data";

constexpr size_t ACL_MAX_DIM_CNT = 128;
constexpr size_t ACL_MAX_TENSOR_NAME_LEN = 128;

typedef struct aclmdlIODims {
  char name[ACL_MAX_TENSOR_NAME_LEN];
  size_t dimCount;
  int64_t dims[ACL_MAX_DIM_CNT];
} aclmdlIODims;

typedef struct aclmdlBatch {
  size_t batchCount;
  uint64_t batch[128];
} aclmdlBatch;

/** hw[i] = height, width of gear i */
typedef struct aclmdlHW {
  size_t hwCount;
  uint64_t hw[128][2];
} aclmdlHW;

/** One shape of a static AIPP input: source dims, size in bytes, then the dims after AIPP. */
typedef struct aclAippDims {
  aclmdlIODims srcDims;
  size_t srcSize;
  aclmdlIODims aippOutdims;
  size_t aippOutSize;
} aclAippDims;

/** The fields before srcFormat (crop, padding, colour conversion, normalisation) are opaque here. */
typedef struct aclAippInfo {
  uint8_t parameters[176];
  aclFormat srcFormat;
  size_t srcDimNum;
  size_t shapeCount;
  aclAippDims outDims[128];
  void *aippExtend;
} aclAippInfo;

typedef struct aclrtUtilizationInfo {
  int32_t cubeUtilization;
  int32_t vectorUtilization;
  int32_t aicpuUtilization;
  int32_t memoryUtilization;
  void *utilizationExtend;
} aclrtUtilizationInfo;

typedef struct aclCANNPackageVersion {
  char version[128];
  char majorVersion[64];
  char minorVersion[64];
  char releaseVersion[64];
  char patchVersion[64];
  char reserved[128];
} aclCANNPackageVersion;

ACLSIM_API aclError aclInit(const char *configPath);
ACLSIM_API aclError aclFinalize(void);
ACLSIM_API aclError aclFinalizeReference(uint64_t *refCount);
ACLSIM_API const char *aclGetRecentErrMsg(void);
ACLSIM_API aclError aclrtGetVersion(int32_t *major, int32_t *minor, int32_t *patch);
ACLSIM_API aclError aclsysGetCANNVersion(aclCANNPackageName name, aclCANNPackageVersion *version);
ACLSIM_API aclError aclsysGetVersionNum(char *pkgName, int32_t *versionNum);
ACLSIM_API aclError aclrtGetDeviceCount(uint32_t *count);
ACLSIM_API aclError aclrtSetDevice(int32_t deviceId);
ACLSIM_API aclError aclrtResetDevice(int32_t deviceId);
ACLSIM_API aclError aclrtResetDeviceForce(int32_t deviceId);
ACLSIM_API aclError aclrtGetDevice(int32_t *deviceId);
ACLSIM_API aclError aclrtGetRunMode(aclrtRunMode *runMode);
ACLSIM_API aclError aclrtSynchronizeDevice(void);
ACLSIM_API aclError aclrtSynchronizeDeviceWithTimeout(int32_t timeout);
ACLSIM_API aclError aclrtQueryDeviceStatus(int32_t deviceId, aclrtDeviceStatus *deviceStatus);
ACLSIM_API aclError aclrtGetDeviceUtilizationRate(int32_t deviceId, aclrtUtilizationInfo *utilizationInfo);
ACLSIM_API const char *aclrtGetSocName(void);
ACLSIM_API aclError aclrtDeviceCanAccessPeer(int32_t *canAccessPeer, int32_t deviceId, int32_t peerDeviceId);
ACLSIM_API aclError aclrtDeviceEnablePeerAccess(int32_t peerDeviceId, uint32_t flags);
ACLSIM_API aclError aclrtGetMemInfo(aclrtMemAttr attr, size_t *free, size_t *total);
ACLSIM_API aclError aclrtSetOpExecuteTimeOut(uint32_t timeout);
ACLSIM_API aclError aclrtPeekAtLastError(aclrtLastErrLevel level);
ACLSIM_API aclError aclrtGetLastError(aclrtLastErrLevel level);
ACLSIM_API aclError aclrtCreateContext(aclrtContext *context, int32_t deviceId);
ACLSIM_API aclError aclrtDestroyContext(aclrtContext context);
ACLSIM_API aclError aclrtSetCurrentContext(aclrtContext context);
ACLSIM_API aclError aclrtGetCurrentContext(aclrtContext *context);
ACLSIM_API aclError aclrtCreateStream(aclrtStream *stream);
ACLSIM_API aclError aclrtCreateStreamWithConfig(aclrtStream *stream, uint32_t priority, uint32_t flag);
ACLSIM_API aclError aclrtDestroyStream(aclrtStream stream);
ACLSIM_API aclError aclrtDestroyStreamForce(aclrtStream stream);
ACLSIM_API aclError aclrtSynchronizeStream(aclrtStream stream);
ACLSIM_API aclError aclrtSynchronizeStreamWithTimeout(aclrtStream stream, int32_t timeout);
ACLSIM_API aclError aclrtStreamQuery(aclrtStream stream, aclrtStreamStatus *status);
ACLSIM_API aclError aclrtStreamAbort(aclrtStream stream);
ACLSIM_API aclError aclrtSetStreamFailureMode(aclrtStream stream, uint64_t mode);
ACLSIM_API aclError aclrtStreamWaitEvent(aclrtStream stream, aclrtEvent event);
ACLSIM_API aclError aclrtCreateEvent(aclrtEvent *event);
ACLSIM_API aclError aclrtCreateEventWithFlag(aclrtEvent *event, uint32_t flag);
ACLSIM_API aclError aclrtCreateEventExWithFlag(aclrtEvent *event, uint32_t flag);
ACLSIM_API aclError aclrtDestroyEvent(aclrtEvent event);
ACLSIM_API aclError aclrtRecordEvent(aclrtEvent event, aclrtStream stream);
ACLSIM_API aclError aclrtResetEvent(aclrtEvent event, aclrtStream stream);
ACLSIM_API aclError aclrtQueryEventStatus(aclrtEvent event, aclrtEventRecordedStatus *status);
ACLSIM_API aclError aclrtQueryEvent(aclrtEvent event, aclrtEventStatus *status);
ACLSIM_API aclError aclrtSynchronizeEvent(aclrtEvent event);
ACLSIM_API aclError aclrtSynchronizeEventWithTimeout(aclrtEvent event, int32_t timeout);
ACLSIM_API aclError aclrtEventElapsedTime(float *ms, aclrtEvent startEvent, aclrtEvent endEvent);
ACLSIM_API aclError aclrtSubscribeReport(uint64_t threadId, aclrtStream stream);
ACLSIM_API aclError aclrtLaunchCallback(aclrtCallback fn, void *userData, aclrtCallbackBlockType blockType, aclrtStream stream);
ACLSIM_API aclError aclrtProcessReport(int32_t timeout);
ACLSIM_API aclError aclrtUnSubscribeReport(uint64_t threadId, aclrtStream stream);
ACLSIM_API aclError aclrtMalloc(void **devPtr, size_t size, aclrtMemMallocPolicy policy);
ACLSIM_API aclError aclrtMallocAlign32(void **devPtr, size_t size, aclrtMemMallocPolicy policy);
ACLSIM_API aclError aclrtMallocCached(void **devPtr, size_t size, aclrtMemMallocPolicy policy);
ACLSIM_API aclError aclrtFree(void *devPtr);
ACLSIM_API aclError aclrtMallocHost(void **hostPtr, size_t size);
ACLSIM_API aclError aclrtFreeHost(void *hostPtr);
ACLSIM_API aclError aclrtMemcpy(void *dst, size_t destMax, const void *src, size_t count, aclrtMemcpyKind kind);
ACLSIM_API aclError aclrtMemcpyAsync(void *dst, size_t destMax, const void *src, size_t count, aclrtMemcpyKind kind, aclrtStream stream);
ACLSIM_API aclError aclrtMemset(void *devPtr, size_t maxCount, int32_t value, size_t count);
ACLSIM_API aclError aclrtMemsetAsync(void *devPtr, size_t maxCount, int32_t value, size_t count, aclrtStream stream);
ACLSIM_API aclError aclrtMemcpy2d(void *dst, size_t dpitch, const void *src, size_t spitch, size_t width, size_t height, aclrtMemcpyKind kind);
ACLSIM_API aclError aclrtHostRegister(void *ptr, uint64_t size, aclrtHostRegisterType type, void **devPtr);
ACLSIM_API aclError aclrtHostUnregister(void *ptr);
ACLSIM_API aclError aclrtPointerGetAttributes(const void *ptr, aclrtPtrAttributes *attributes);
ACLSIM_API aclDataBuffer *aclCreateDataBuffer(void *data, size_t size);
ACLSIM_API aclError aclDestroyDataBuffer(const aclDataBuffer *dataBuffer);
ACLSIM_API aclError aclUpdateDataBuffer(aclDataBuffer *dataBuffer, void *data, size_t size);
ACLSIM_API void *aclGetDataBufferAddr(const aclDataBuffer *dataBuffer);
ACLSIM_API uint32_t aclGetDataBufferSize(const aclDataBuffer *dataBuffer);
ACLSIM_API size_t aclGetDataBufferSizeV2(const aclDataBuffer *dataBuffer);
ACLSIM_API size_t aclDataTypeSize(aclDataType dataType);
ACLSIM_API aclTensorDesc *aclCreateTensorDesc(aclDataType dataType, int numDims, const int64_t *dims, aclFormat format);
ACLSIM_API void aclDestroyTensorDesc(const aclTensorDesc *desc);
ACLSIM_API size_t aclGetTensorDescNumDims(const aclTensorDesc *desc);
ACLSIM_API size_t aclGetTensorDescSize(const aclTensorDesc *desc);
ACLSIM_API aclError aclGetTensorDescDimV2(const aclTensorDesc *desc, size_t index, int64_t *dimSize);
ACLSIM_API float aclFloat16ToFloat(aclFloat16 value);
ACLSIM_API aclFloat16 aclFloatToFloat16(float value);
ACLSIM_API aclError aclmdlLoadFromFile(const char *modelPath, uint32_t *modelId);
ACLSIM_API aclError aclmdlLoadFromMem(const void *model, size_t modelSize, uint32_t *modelId);
ACLSIM_API aclError aclmdlLoadFromFileWithMem(const char *modelPath, uint32_t *modelId, void *workPtr, size_t workSize, void *weightPtr, size_t weightSize);
ACLSIM_API aclError aclmdlLoadFromMemWithMem(const void *model, size_t modelSize, uint32_t *modelId, void *workPtr, size_t workSize, void *weightPtr, size_t weightSize);
ACLSIM_API aclError aclmdlQuerySize(const char *fileName, size_t *workSize, size_t *weightSize);
ACLSIM_API aclError aclmdlQuerySizeFromMem(const void *model, size_t modelSize, size_t *workSize, size_t *weightSize);
ACLSIM_API aclError aclmdlUnload(uint32_t modelId);
ACLSIM_API aclmdlConfigHandle *aclmdlCreateConfigHandle(void);
ACLSIM_API aclError aclmdlDestroyConfigHandle(aclmdlConfigHandle *handle);
ACLSIM_API aclError aclmdlSetConfigOpt(aclmdlConfigHandle *handle, aclmdlConfigAttr attr, const void *attrValue, size_t valueSize);
ACLSIM_API aclError aclmdlLoadWithConfig(const aclmdlConfigHandle *handle, uint32_t *modelId);
ACLSIM_API aclmdlDesc *aclmdlCreateDesc(void);
ACLSIM_API aclError aclmdlDestroyDesc(aclmdlDesc *modelDesc);
ACLSIM_API aclError aclmdlGetDesc(aclmdlDesc *modelDesc, uint32_t modelId);
ACLSIM_API aclError aclmdlGetDescFromFile(aclmdlDesc *modelDesc, const char *modelPath);
ACLSIM_API size_t aclmdlGetNumInputs(aclmdlDesc *modelDesc);
ACLSIM_API size_t aclmdlGetNumOutputs(aclmdlDesc *modelDesc);
ACLSIM_API size_t aclmdlGetInputSizeByIndex(aclmdlDesc *modelDesc, size_t index);
ACLSIM_API size_t aclmdlGetOutputSizeByIndex(aclmdlDesc *modelDesc, size_t index);
ACLSIM_API aclError aclmdlGetInputDims(const aclmdlDesc *modelDesc, size_t index, aclmdlIODims *dims);
ACLSIM_API aclError aclmdlGetInputDimsV2(const aclmdlDesc *modelDesc, size_t index, aclmdlIODims *dims);
ACLSIM_API aclError aclmdlGetOutputDims(const aclmdlDesc *modelDesc, size_t index, aclmdlIODims *dims);
ACLSIM_API aclError aclmdlGetCurOutputDims(const aclmdlDesc *modelDesc, size_t index, aclmdlIODims *dims);
ACLSIM_API const char *aclmdlGetInputNameByIndex(const aclmdlDesc *modelDesc, size_t index);
ACLSIM_API const char *aclmdlGetOutputNameByIndex(const aclmdlDesc *modelDesc, size_t index);
ACLSIM_API const char *aclmdlGetTensorRealName(const aclmdlDesc *modelDesc, const char *name);
ACLSIM_API aclFormat aclmdlGetInputFormat(const aclmdlDesc *modelDesc, size_t index);
ACLSIM_API aclFormat aclmdlGetOutputFormat(const aclmdlDesc *modelDesc, size_t index);
ACLSIM_API aclDataType aclmdlGetInputDataType(const aclmdlDesc *modelDesc, size_t index);
ACLSIM_API aclDataType aclmdlGetOutputDataType(const aclmdlDesc *modelDesc, size_t index);
ACLSIM_API aclError aclmdlGetInputIndexByName(const aclmdlDesc *modelDesc, const char *name, size_t *index);
ACLSIM_API aclError aclmdlGetOutputIndexByName(const aclmdlDesc *modelDesc, const char *name, size_t *index);
ACLSIM_API aclmdlDataset *aclmdlCreateDataset(void);
ACLSIM_API aclError aclmdlDestroyDataset(const aclmdlDataset *dataset);
ACLSIM_API aclError aclmdlAddDatasetBuffer(aclmdlDataset *dataset, aclDataBuffer *dataBuffer);
ACLSIM_API size_t aclmdlGetDatasetNumBuffers(const aclmdlDataset *dataset);
ACLSIM_API aclDataBuffer *aclmdlGetDatasetBuffer(const aclmdlDataset *dataset, size_t index);
ACLSIM_API aclError aclmdlSetDatasetTensorDesc(aclmdlDataset *dataset, aclTensorDesc *tensorDesc, size_t index);
ACLSIM_API aclTensorDesc *aclmdlGetDatasetTensorDesc(const aclmdlDataset *dataset, size_t index);
ACLSIM_API aclError aclmdlExecute(uint32_t modelId, const aclmdlDataset *input, aclmdlDataset *output);
ACLSIM_API aclError aclmdlExecuteAsync(uint32_t modelId, const aclmdlDataset *input, aclmdlDataset *output, aclrtStream stream);
ACLSIM_API aclError aclmdlExecuteV2(uint32_t modelId, const aclmdlDataset *input, aclmdlDataset *output, aclrtStream stream, const aclmdlExecConfigHandle *handle);
ACLSIM_API aclError aclmdlExecuteAsyncV2(uint32_t modelId, const aclmdlDataset *input, aclmdlDataset *output, aclrtStream stream, const aclmdlExecConfigHandle *handle);
ACLSIM_API aclmdlExecConfigHandle *aclmdlCreateExecConfigHandle(void);
ACLSIM_API aclError aclmdlDestroyExecConfigHandle(const aclmdlExecConfigHandle *handle);
ACLSIM_API aclError aclmdlSetExecConfigOpt(aclmdlExecConfigHandle *handle, aclmdlExecConfigAttr attr, const void *attrValue, size_t valueSize);
ACLSIM_API aclError aclmdlSetDynamicBatchSize(uint32_t modelId, aclmdlDataset *dataset, size_t index, uint64_t batchSize);
ACLSIM_API aclError aclmdlSetDynamicHWSize(uint32_t modelId, aclmdlDataset *dataset, size_t index, uint64_t height, uint64_t width);
ACLSIM_API aclError aclmdlSetInputDynamicDims(uint32_t modelId, aclmdlDataset *dataset, size_t index, const aclmdlIODims *dims);
ACLSIM_API aclError aclmdlGetDynamicBatch(const aclmdlDesc *modelDesc, aclmdlBatch *batch);
ACLSIM_API aclError aclmdlGetDynamicHW(const aclmdlDesc *modelDesc, size_t index, aclmdlHW *hw);
ACLSIM_API aclError aclmdlGetInputDynamicGearCount(const aclmdlDesc *modelDesc, size_t index, size_t *gearCount);
ACLSIM_API aclError aclmdlGetInputDynamicDims(const aclmdlDesc *modelDesc, size_t index, aclmdlIODims *dims, size_t gearCount);
ACLSIM_API aclError aclmdlGetAippType(uint32_t modelId, size_t index, aclmdlInputAippType *type, size_t *dynamicAttachedDataIndex);
ACLSIM_API aclError aclmdlGetFirstAippInfo(uint32_t modelId, size_t index, aclAippInfo *aippInfo);
ACLSIM_API aclmdlAIPP *aclmdlCreateAIPP(uint64_t batchSize);
ACLSIM_API aclError aclmdlDestroyAIPP(const aclmdlAIPP *aippParmsSet);
ACLSIM_API aclError aclmdlSetAIPPInputFormat(aclmdlAIPP *aippParmsSet, aclAippInputFormat inputFormat);
ACLSIM_API aclError aclmdlSetAIPPSrcImageSize(aclmdlAIPP *aippParmsSet, int32_t srcImageSizeW, int32_t srcImageSizeH);
ACLSIM_API aclError aclmdlSetAIPPRbuvSwapSwitch(aclmdlAIPP *aippParmsSet, int8_t rbuvSwapSwitch);
ACLSIM_API aclError aclmdlSetAIPPCropParams(aclmdlAIPP *aippParmsSet, int8_t cropSwitch, int32_t cropStartPosW, int32_t cropStartPosH, int32_t cropSizeW, int32_t cropSizeH, uint64_t batchIndex);
ACLSIM_API aclError aclmdlSetAIPPPaddingParams(aclmdlAIPP *aippParmsSet, int8_t paddingSwitch, int32_t top, int32_t bottom, int32_t left, int32_t right, uint64_t batchIndex);
ACLSIM_API aclError aclmdlSetAIPPDtcPixelMean(aclmdlAIPP *aippParmsSet, int16_t c0, int16_t c1, int16_t c2, int16_t c3, uint64_t batchIndex);
ACLSIM_API aclError aclmdlSetAIPPDtcPixelMin(aclmdlAIPP *aippParmsSet, float c0, float c1, float c2, float c3, uint64_t batchIndex);
ACLSIM_API aclError aclmdlSetAIPPPixelVarReci(aclmdlAIPP *aippParmsSet, float c0, float c1, float c2, float c3, uint64_t batchIndex);
ACLSIM_API aclError aclmdlSetInputAIPP(uint32_t modelId, aclmdlDataset *dataset, size_t index, const aclmdlAIPP *aippParmsSet);
ACLSIM_API aclError aclmdlSetAIPPByInputIndex(uint32_t modelId, aclmdlDataset *dataset, size_t index, const aclmdlAIPP *aippParmsSet);
ACLSIM_API aclError aclprofInit(const char *profilerResultPath, size_t length);
ACLSIM_API aclError aclprofFinalize(void);
ACLSIM_API aclprofConfig *aclprofCreateConfig(uint32_t *deviceIdList, uint32_t deviceNums, aclprofAicoreMetrics aicoreMetrics, const aclprofAicoreEvents *aicoreEvents, uint64_t dataTypeConfig);
ACLSIM_API aclError aclprofDestroyConfig(const aclprofConfig *profilerConfig);
ACLSIM_API aclError aclprofStart(const aclprofConfig *profilerConfig);
ACLSIM_API aclError aclprofStop(const aclprofConfig *profilerConfig);
}
