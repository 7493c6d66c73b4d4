#include "environment.hpp"

namespace railscope {
namespace {

/** What a healthy device needs to finish its runs and free a model; a hanging one is not waited for longer. */
constexpr std::chrono::milliseconds kCloseTimeout(6000);
constexpr std::chrono::milliseconds kStopTimeout(6000);
/** For a device that was given up already. */
constexpr std::chrono::milliseconds kStuckTimeout(500);

/** Counts closings down; shared, because a hanging worker may answer after the environment is gone. */
struct Countdown {
  std::mutex mutex;
  std::condition_variable changed;
  size_t left;
  explicit Countdown(size_t count) : left(count) {}
  void done() {
    const std::lock_guard lock(mutex);
    left--;
    changed.notify_all();
  }
  bool wait(std::chrono::milliseconds atMost) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, atMost, [this] { return left == 0; });
  }
};

void runTask(Napi::Env env, Napi::Function, EnvironmentTask *task) {
  const std::unique_ptr<EnvironmentTask> owned(task);
  if (static_cast<napi_env>(env) == nullptr) return;
  (*owned)(Environment::of(env));
}

}  // namespace

void Mailbox::send(EnvironmentTask task) {
  const std::lock_guard lock(mutex_);
  if (closed_) return;
  auto owned = std::make_unique<EnvironmentTask>(std::move(task));
  if (function_.NonBlockingCall(owned.get(), runTask) == napi_ok) owned.release();
}

void Mailbox::close() {
  const std::lock_guard lock(mutex_);
  if (closed_) return;
  closed_ = true;
  function_.Release();
}

void Mailbox::keepAlive(Napi::Env env, bool alive) {
  const std::lock_guard lock(mutex_);
  if (closed_) return;
  if (alive) {
    function_.Ref(env);
  } else {
    function_.Unref(env);
  }
}

Environment::Environment(Napi::Env env) : env_(env) {
  const Napi::Function nothing = Napi::Function::New(env, [](const Napi::CallbackInfo &) {});
  mailbox_ = std::make_shared<Mailbox>(Napi::ThreadSafeFunction::New(env, nothing, "railscope-ascend", 0, 1));
  mailbox_->keepAlive(env, false);
  Runtime::instance().enter();
  // added after the thread-safe function, so that it runs before that is torn down
  env.AddCleanupHook([](Environment *environment) { environment->leave(); }, this);
}

Environment &Environment::of(Napi::Env env) { return *env.GetInstanceData<Environment>(); }

uint64_t Environment::add(Pending pending) {
  if (pending_.empty() && !gaveUp_) mailbox_->keepAlive(env_, true);
  const uint64_t id = nextId_++;
  pending_.emplace(id, std::move(pending));
  return id;
}

Pending Environment::take(uint64_t id) {
  auto found = pending_.extract(id);
  if (pending_.empty()) mailbox_->keepAlive(env_, false);
  return std::move(found.mapped());
}

void Environment::adopt(int32_t deviceId, std::shared_ptr<ModelEntry> entry) { models_.emplace(std::move(entry), deviceId); }

void Environment::forget(const std::shared_ptr<ModelEntry> &entry) { models_.erase(entry); }

void Environment::giveUpWaiting() {
  gaveUp_ = true;
  mailbox_->keepAlive(env_, false);
}

void Environment::leave() {
  if (*left_) return;
  *left_ = true;
  mailbox_->close();
  for (auto &[id, pending] : pending_) {
    if (pending.run) pending.run->abandon();
  }
  const bool answered = closeModels(gaveUp_ ? kStuckTimeout : kCloseTimeout);
  Runtime::instance().leave(answered && !gaveUp_ ? kStopTimeout : kStuckTimeout);
}

bool Environment::closeModels(std::chrono::milliseconds atMost) {
  const auto countdown = std::make_shared<Countdown>(models_.size());
  for (const auto &[entry, deviceId] : models_) {
    Runtime::instance().worker(deviceId).close(entry, [countdown](const std::vector<ReleaseFailure> &) { countdown->done(); });
  }
  models_.clear();
  return countdown->wait(atMost);
}

void Environment::checkOpen() const {
  if (*left_) throw toError(env_, {"closed", 0, "", "the addon was shut down with its environment"});
}

Napi::Error toError(Napi::Env env, const Problem &problem) {
  const std::string text = problem.symbol.empty() ? problem.detail : problem.symbol + " returned " + std::to_string(problem.code);
  Napi::Error error = Napi::Error::New(env, text);
  error.Set("kind", Napi::String::New(env, problem.kind));
  error.Set("code", Napi::Number::New(env, problem.code));
  error.Set("symbol", Napi::String::New(env, problem.symbol));
  error.Set("detail", Napi::String::New(env, problem.detail));
  return error;
}

}  // namespace railscope
