#include "modules/crypto/ipsec_mb_manager.h"

#include <thread>

#include <doctest/doctest.h>

#include "modules/crypto/ipsec_mb.h"
#include "tests/unit/crypto/vm_flags.h"

using namespace adyton::crypto;

TEST_CASE("every thread has a manager of its own, which core dumps leave out") {
  if (!ipsec_mb().engines().ok()) return;
  const IMB_MGR* const mine = &thread_manager();
  CHECK(test::vm_flags(mine).find(" dd") != std::string::npos);
  CHECK(&thread_manager() == mine);
  std::thread([mine] {
    CHECK(&thread_manager() != mine);
    CHECK(test::vm_flags(&thread_manager()).find(" dd") != std::string::npos);
  }).join();
}
