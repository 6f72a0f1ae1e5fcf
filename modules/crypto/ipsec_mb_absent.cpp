#include "modules/crypto/ipsec_mb.h"

namespace adyton::crypto {

IpsecMb ipsec_mb() {
  return {"", "", []() -> Result<const Engines*> {
            return Error{ErrorCode::config, "IPsec-MB is not built in"};
          }};
}

}  // namespace adyton::crypto
