#include "trace.hpp"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "config.hpp"

namespace aclsim {

void Trace::open(const std::string &path) {
  if (path.empty()) return;
  file_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (file_ < 0) configurationFailed("cannot write the trace " + path);
}

void Trace::write(const Fields &fields) {
  if (!on()) return;
  const std::string line = fields.json() + "\n";
  if (::write(file_, line.data(), line.size()) < 0) configurationFailed("the trace cannot be written any more");
}

double Trace::nowUs() const {
  return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start_).count();
}

long threadId() {
  static thread_local const long id = ::syscall(SYS_gettid);
  return id;
}

}  // namespace aclsim
