#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include <intel-ipsec-mb.h>

#include "modules/crypto/engines.h"
#include "modules/crypto/secret_memory.h"

// Only for the ipsec_mb*.cpp.
namespace adyton::crypto {

struct FreeManager {
  void operator()(IMB_MGR* manager) const { free_secret(manager); }
};
using ManagerPtr = std::unique_ptr<IMB_MGR, FreeManager>;

/// This thread's manager, made at its first use; no job is under way between the calls of an
/// engine. It lies in secret memory: in its lanes stand states and the ends of messages that are
/// worked on, which the library wipes afterwards. A forked child goes on with its copy.
/// std::bad_alloc without memory.
IMB_MGR& thread_manager();

/// The job as an encryption or a digest of nothing so far.
inline IMB_JOB& blank(IMB_JOB& job) {
  job.cipher_mode = IMB_CIPHER_NULL;
  job.cipher_direction = IMB_DIR_ENCRYPT;
  job.hash_alg = IMB_AUTH_NULL;
  job.chain_order = IMB_ORDER_HASH_CIPHER;
  job.cipher_start_src_offset_in_bytes = 0;
  job.msg_len_to_cipher_in_bytes = 0;
  job.hash_start_src_offset_in_bytes = 0;
  job.msg_len_to_hash_in_bytes = 0;
  job.dst = nullptr;
  job.iv = nullptr;
  job.iv_len_in_bytes = 0;
  return job;
}

/// The next job of a manager, still blank.
inline IMB_JOB& next_job(IMB_MGR& manager) {
  return blank(*IMB_GET_NEXT_JOB(&manager));
}

/// The jobs that one call of an engine submits to a manager.
class Jobs {
 public:
  /// `submitted`: how many were submitted already.
  explicit Jobs(IMB_MGR& manager, std::size_t submitted = 0)
      : manager_(manager), submitted_(submitted) {}

  /// Submits the job that next_job() gave.
  void submit() {
    ++submitted_;
    IMB_JOB* job = IMB_SUBMIT_JOB_NOCHECK(&manager_);
    for (; job != nullptr; job = IMB_GET_COMPLETED_JOB(&manager_)) add(*job);
  }
  /// Ends those under way, all but `ended`. std::logic_error if one failed: their arguments are
  /// Adyton's own.
  void finish(std::span<IMB_JOB* const> ended = {});

 private:
  void add(const IMB_JOB& job) { done_ += job.status == IMB_STATUS_COMPLETED ? 1 : 0; }

  IMB_MGR& manager_;
  std::size_t submitted_;
  std::size_t done_ = 0;
};

std::unique_ptr<GcmEngine> make_ipsec_mb_gcm();
std::unique_ptr<AeadCipher> make_ipsec_mb_chacha_poly(Bytes key);
/// A key of 16 or 32 bytes.
std::unique_ptr<DigestEngine> make_ipsec_mb_cmac(Bytes key);
/// A key of 16, 24 or 32 bytes.
std::unique_ptr<CounterEngine> make_ipsec_mb_counter(Bytes key);
std::unique_ptr<BlockEngine> make_ipsec_mb_blocks(Bytes key);
/// SHA-256 or SHA-512.
std::unique_ptr<DigestEngine> make_ipsec_mb_hash(Hash hash);
std::unique_ptr<DigestEngine> make_ipsec_mb_hmac(Hash hash, Bytes key);

}  // namespace adyton::crypto
