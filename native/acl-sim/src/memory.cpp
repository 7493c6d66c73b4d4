#include "memory.hpp"

#include <cstdio>
#include <cstring>
#include <sys/mman.h>
#include <unistd.h>

#include "runtime.hpp"

namespace aclsim {

namespace {

constexpr size_t alignment = 64;
constexpr uint8_t freshByte = 0xA5;
constexpr uint8_t canaryByte = 0xC7;
constexpr size_t quarantinedBlocks = 1024;
constexpr aclError invalidParameter = 107000;
constexpr aclError outOfDeviceMemory = 207018;
constexpr aclError allocationFailed = 207001;

size_t alignUp(size_t value, size_t unit) { return (value + unit - 1) / unit * unit; }

std::string describe(const void *address, size_t count) {
  char text[64];
  std::snprintf(text, sizeof text, "%p + %zu bytes", address, count);
  return text;
}

Leak leakOf(const Block &block) {
  char handle[24];
  std::snprintf(handle, sizeof handle, "%#llx", static_cast<unsigned long long>(block.address));
  const char *kind = block.space == Space::device ? "device-memory" : block.space == Space::pinned ? "host-memory" : "host-registration";
  return {kind, block.madeBy, block.seq, block.thread, handle, block.bytes};
}

}  // namespace

Mapping::Mapping(size_t bytes) : bytes(bytes) {
  void *made = mmap(nullptr, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (made != MAP_FAILED) start = made;
}

Mapping::~Mapping() {
  if (start != nullptr) munmap(start, bytes);
}

std::shared_ptr<Block> Memory::map(Space space, size_t bytes, size_t reservedBytes, bool accessible) {
  const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  const size_t inner = alignUp(reservedBytes + alignment, page);
  auto block = std::make_shared<Block>();
  block->space = space;
  block->bytes = bytes;
  block->reservedBytes = reservedBytes;
  block->madeBy = currentCall();
  block->seq = threadState().callSeq;
  block->thread = threadId();
  block->visible = std::make_shared<Mapping>(inner + 2 * page);
  block->backing = accessible ? block->visible : std::make_shared<Mapping>(inner + 2 * page);
  if (block->visible->start == nullptr || block->backing->start == nullptr) return nullptr;
  auto *pages = static_cast<uint8_t *>(block->backing->start) + page;
  if (mprotect(pages, inner, PROT_READ | PROT_WRITE) != 0) return nullptr;
  const size_t offset = page + (inner - reservedBytes) / alignment * alignment;
  block->data = static_cast<uint8_t *>(block->backing->start) + offset;
  block->address = reinterpret_cast<uintptr_t>(block->visible->start) + offset;
  std::memset(pages, canaryByte, inner);
  std::memset(block->data, freshByte, bytes);
  return block;
}

aclError Memory::charge(int deviceId, size_t bytes) {
  const std::lock_guard<std::mutex> guard(lock_);
  Usage &usage = usage_[deviceId];
  if (usage.used + bytes > config_.capacityBytes) {
    explain("The device has no memory left: " + std::to_string(bytes) + " bytes asked, " +
            std::to_string(config_.capacityBytes - usage.used) + " free.");
    return outOfDeviceMemory;
  }
  usage.used += bytes;
  usage.peak = std::max(usage.peak, usage.used);
  return 0;
}

void Memory::refund(int deviceId, size_t bytes) {
  const std::lock_guard<std::mutex> guard(lock_);
  Usage &usage = usage_[deviceId];
  usage.used -= std::min<uint64_t>(usage.used, bytes);
}

aclError Memory::allocateDevice(int deviceId, size_t bytes, void **out) {
  const size_t reservedBytes = alignUp(bytes, 32) + 32;
  if (const aclError code = charge(deviceId, reservedBytes)) return code;
  std::shared_ptr<Block> block = map(Space::device, bytes, reservedBytes, config_.rcMode);
  if (!block) {
    refund(deviceId, reservedBytes);
    return allocationFailed;
  }
  block->deviceId = deviceId;
  *out = reinterpret_cast<void *>(block->address);
  const std::lock_guard<std::mutex> guard(lock_);
  blocks_[block->address] = std::move(block);
  return 0;
}

aclError Memory::allocatePinned(size_t bytes, void **out) {
  std::shared_ptr<Block> block = map(Space::pinned, bytes, bytes, true);
  if (!block) return allocationFailed;
  *out = reinterpret_cast<void *>(block->address);
  const std::lock_guard<std::mutex> guard(lock_);
  blocks_[block->address] = std::move(block);
  return 0;
}

aclError Memory::registerHost(void *address, size_t bytes) {
  auto block = std::make_shared<Block>();
  block->space = Space::registered;
  block->address = reinterpret_cast<uintptr_t>(address);
  block->bytes = block->reservedBytes = bytes;
  block->data = static_cast<uint8_t *>(address);
  block->madeBy = currentCall();
  block->seq = threadState().callSeq;
  block->thread = threadId();
  const std::lock_guard<std::mutex> guard(lock_);
  return blocks_.emplace(block->address, block).second ? 0 : invalidParameter;
}

aclError Memory::release(void *address, Space space) {
  std::shared_ptr<Block> block;
  const char *fault = misuse::badPointer;
  {
    const std::lock_guard<std::mutex> guard(lock_);
    const auto found = blocks_.find(reinterpret_cast<uintptr_t>(address));
    if (found != blocks_.end() && found->second->space == space) {
      block = found->second;
      blocks_.erase(found);
    } else {
      for (const Freed &old : quarantine_) {
        if (old.address == reinterpret_cast<uintptr_t>(address)) fault = misuse::doubleFree;
      }
    }
  }
  if (!block) {
    ledger_.violation(fault, describe(address, 0) + " is no block that this call can free");
    return invalidParameter;
  }
  checkCanary(*block);
  const std::string pending = block->accesses.unseenByHost(simulator().hostClock());
  if (!pending.empty()) {
    ledger_.violation(misuse::dataRace, "the block made by " + block->madeBy + " (call " + std::to_string(block->seq) +
                                            ") is freed before anybody waited for: " + pending);
  }
  if (block->deviceId >= 0) refund(block->deviceId, block->reservedBytes);
  if (space != Space::registered) retire(std::move(block));
  return 0;
}

void Memory::checkCanary(const Block &block) {
  if (block.space == Space::registered) return;
  const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  const auto *from = static_cast<const uint8_t *>(block.backing->start) + page;
  const auto *to = static_cast<const uint8_t *>(block.backing->start) + block.backing->bytes - page;
  for (const uint8_t *at = from; at < to; ++at) {
    if (at == block.data) at += block.bytes;
    if (at >= to) break;
    if (*at == canaryByte) continue;
    ledger_.violation(misuse::canary, "the bytes around the block made by " + block.madeBy + " (call " + std::to_string(block.seq) +
                                          ", " + std::to_string(block.bytes) + " bytes) were written, first at offset " +
                                          std::to_string(at - block.data));
    return;
  }
}

void Memory::retire(std::shared_ptr<Block> block) {
  Freed freed{block->address, block->reservedBytes, block->visible, nullptr};
  if (block.use_count() > 1) {
    ledger_.violation(misuse::pendingWork, "the block made by " + block->madeBy + " (call " + std::to_string(block->seq) +
                                               ") is freed while a task uses it");
    freed.inUse = block;
  } else if (block->backing == block->visible) {
    // the bytes go, the address range stays taken
    mmap(block->visible->start, block->visible->bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
  }
  block.reset();
  const std::lock_guard<std::mutex> guard(lock_);
  quarantine_.push_back(std::move(freed));
  if (quarantine_.size() > quarantinedBlocks) quarantine_.pop_front();
}

std::shared_ptr<Block> Memory::blockAt(uintptr_t address) {
  const std::lock_guard<std::mutex> guard(lock_);
  auto found = blocks_.upper_bound(address);
  if (found == blocks_.begin()) return nullptr;
  --found;
  const Block &block = *found->second;
  return address < block.address + block.reservedBytes ? found->second : nullptr;
}

Span Memory::device(const void *address, size_t count, int deviceId) {
  const auto from = reinterpret_cast<uintptr_t>(address);
  const std::shared_ptr<Block> block = blockAt(from);
  if (!block || (block->space != Space::device && !(config_.rcMode && block->space == Space::pinned))) {
    const std::string what = describe(address, count) + (block ? " is host memory, not device memory" : " is no live device memory");
    ledger_.violation(misuse::badPointer, what);
    explain(what);
    return {};
  }
  if (!block->contains(from, count)) {
    const std::string what = describe(address, count) + " leaves its block of " + std::to_string(block->bytes) + " bytes";
    ledger_.violation(misuse::outOfBounds, what);
    explain(what);
    return {};
  }
  if (block->space == Space::device && block->deviceId != deviceId) {
    ledger_.violation(misuse::wrongContext, describe(address, count) + " lies on device " + std::to_string(block->deviceId) +
                                                ", the context is of device " + std::to_string(deviceId));
    return {};
  }
  return {block->data + (from - block->address), block};
}

Span Memory::host(const void *address, size_t count) {
  const auto from = reinterpret_cast<uintptr_t>(address);
  const std::shared_ptr<Block> block = blockAt(from);
  if (!block) {
    const std::lock_guard<std::mutex> guard(lock_);
    for (const Freed &old : quarantine_) {
      if (from < old.address || from >= old.address + old.bytes) continue;
      ledger_.violation(misuse::useAfterFree, describe(address, count) + " was freed");
      return {};
    }
    return {static_cast<uint8_t *>(const_cast<void *>(address)), nullptr};
  }
  if (block->space == Space::device && !config_.rcMode) {
    ledger_.violation(misuse::badPointer, describe(address, count) + " is device memory, not host memory");
    return {};
  }
  if (!block->contains(from, count)) {
    ledger_.violation(misuse::outOfBounds, describe(address, count) + " leaves its block of " + std::to_string(block->bytes) + " bytes");
    return {};
  }
  return {block->data + (from - block->address), block};
}

bool Memory::isDevice(const void *address) {
  const std::shared_ptr<Block> block = blockAt(reinterpret_cast<uintptr_t>(address));
  return block && block->space == Space::device;
}

bool Memory::isPinned(const void *address, size_t count) {
  const auto from = reinterpret_cast<uintptr_t>(address);
  const std::shared_ptr<Block> block = blockAt(from);
  return block && block->space != Space::device && block->contains(from, count);
}

uint64_t Memory::usedBytes(int deviceId) const {
  const std::lock_guard<std::mutex> guard(lock_);
  const auto found = usage_.find(deviceId);
  return found == usage_.end() ? 0 : found->second.used;
}

uint64_t Memory::peakBytes(int deviceId) const {
  const std::lock_guard<std::mutex> guard(lock_);
  const auto found = usage_.find(deviceId);
  return found == usage_.end() ? 0 : found->second.peak;
}

std::vector<Leak> Memory::live(const std::vector<int> &onlyDevices) const {
  const std::lock_guard<std::mutex> guard(lock_);
  std::vector<Leak> leaks;
  for (const auto &[address, block] : blocks_) {
    for (const int id : onlyDevices) {
      if (block->deviceId == id) leaks.push_back(leakOf(*block));
    }
  }
  return leaks;
}

std::vector<Leak> Memory::liveHost() const {
  const std::lock_guard<std::mutex> guard(lock_);
  std::vector<Leak> leaks;
  for (const auto &[address, block] : blocks_) {
    if (block->deviceId < 0) leaks.push_back(leakOf(*block));
  }
  return leaks;
}

void Memory::releaseDevice(int deviceId) {
  std::vector<std::shared_ptr<Block>> released;
  {
    const std::lock_guard<std::mutex> guard(lock_);
    for (auto at = blocks_.begin(); at != blocks_.end();) {
      if (at->second->deviceId != deviceId) {
        ++at;
        continue;
      }
      released.push_back(at->second);
      at = blocks_.erase(at);
    }
    usage_[deviceId].used = 0;
  }
  for (auto &block : released) retire(std::move(block));
}

}  // namespace aclsim
