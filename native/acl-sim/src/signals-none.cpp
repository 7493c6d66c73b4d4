/** Every variant but "signals": no handler is touched. */
#include "acl_sim_testing.h"

extern "C" int aclsim_signal_handlers(void) { return 0; }
