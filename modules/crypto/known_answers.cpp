#include "modules/crypto/known_answers.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "modules/crypto/gcm_known_answers.h"

namespace adyton::crypto {
namespace {

std::string unhex(std::string_view digits) {
  const auto value = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  std::string out;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    out += static_cast<char>(value(digits[i]) << 4 | value(digits[i + 1]));
  }
  return out;
}

std::uint8_t* data_of(std::string& text) {
  return reinterpret_cast<std::uint8_t*>(text.data());
}

// More than the library has lanes (16), and not a multiple: some of its jobs are flushed.
constexpr std::size_t most = 37;

/// Whether the engine gives `answer` for the message, alone and as each of many.
bool gives(DigestEngine& engine, std::string_view message, std::string_view answer) {
  const std::string expected = unhex(answer);
  for (const std::size_t count : {std::size_t{1}, most}) {
    std::vector<std::string> outs(count, std::string(expected.size(), '\0'));
    std::vector<Tagging> messages;
    for (std::string& out : outs) messages.push_back({as_bytes(message), data_of(out)});
    engine.digest_many({}, messages);
    if (std::ranges::any_of(outs, [&](const std::string& out) { return out != expected; })) {
      return false;
    }
  }
  return true;
}

// RFC 8439, section 2.8.2.
bool chacha20_poly1305_is_right(const Engines& engines) {
  const std::string key = unhex("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f");
  const std::string nonce = unhex("070000004041424344454647");
  const std::string data = unhex("50515253c0c1c2c3c4c5c6c7");
  const std::string_view text =
      "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, "
      "sunscreen would be it.";
  const std::string answer = unhex(
      "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e8ca9671282fafb69da92"
      "728b1a71de0a9e060b2905d6a5b67ecd3b3692ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b"
      "4831d7bc3ff4def08e4b7a9de576d26586cec64b61161ae10b594f09e26a7e902ecbd0600691");
  const auto cipher = engines.chacha20_poly1305(as_bytes(key));
  std::string sealed(answer.size(), '\0');
  cipher->seal(as_bytes(nonce), as_bytes(data), as_bytes(text), data_of(sealed));
  if (sealed != answer) return false;
  std::string opened(text.size(), '\0');
  if (!cipher->open(as_bytes(nonce), as_bytes(data), as_bytes(sealed), data_of(opened))) {
    return false;
  }
  if (opened != text) return false;
  sealed.back() = static_cast<char>(sealed.back() ^ 1);
  return !cipher->open(as_bytes(nonce), as_bytes(data), as_bytes(sealed), data_of(opened)) &&
         opened == std::string(text.size(), '\0');
}

// The four blocks that the examples of SP 800-38A and 38B encrypt and authenticate.
constexpr std::string_view blocks =
    "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
    "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710";
constexpr std::string_view key_128 = "2b7e151628aed2a6abf7158809cf4f3c";
constexpr std::string_view key_192 = "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b";
constexpr std::string_view key_256 =
    "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4";

// SP 800-38B's examples for 0, 40 and 64 bytes (RFC 4493 has those for 128 bits, too).
bool cmac_is_right(const Engines& engines) {
  struct Answers {
    std::string_view key;
    std::array<std::string_view, 3> tags;
  };
  constexpr std::array<std::size_t, 3> sizes{0, 40, 64};
  constexpr Answers answers[] = {
      {key_128,
       {"bb1d6929e95937287fa37d129b756746", "dfa66747de9ae63030ca32611497c827",
        "51f0bebf7e3b9d92fc49741779363cfe"}},
      {key_192,
       {"d17ddf46adaacde531cac483de7a9367", "8a1de5be2eb31aad089a82e6ee908b0e",
        "a1d5df0eed790f794d77589659f39a11"}},
      {key_256,
       {"028962f61b7bf89efc6b551f4667d983", "aaf3d8f1de5640c232f5b169b9c911e6",
        "e1992190549f6ed5696a2c056c315410"}}};
  const std::string text = unhex(blocks);
  return std::ranges::all_of(answers, [&](const Answers& answer) {
    const std::string key = unhex(answer.key);
    const auto engine = engines.cmac(as_bytes(key));
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      if (!gives(*engine, std::string_view(text).substr(0, sizes[i]), answer.tags[i])) return false;
    }
    return true;
  });
}

// SP 800-38A, F.5.1, F.5.3 and F.5.5.
bool counter_is_right(const Engines& engines) {
  struct Answer {
    std::string_view key;
    std::string_view text;
  };
  constexpr Answer answers[] = {
      {key_128,
       "874d6191b620e3261bef6864990db6ce9806f66b7970fdff8617187bb9fffdff"
       "5ae4df3edbd5d35e5b4f09020db03eab1e031dda2fbe03d1792170a0f3009cee"},
      {key_192,
       "1abc932417521ca24f2b0459fe7e6e0b090339ec0aa6faefd5ccc2c6f4ce8e94"
       "1e36b26bd1ebc670d1bd1d665620abf74f78a7f6d29809585a97daec58c6b050"},
      {key_256,
       "601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c5"
       "2b0930daa23de94ce87017ba2d84988ddfc9c58db67aada613c2dd08457941a6"}};
  const std::string text = unhex(blocks);
  return std::ranges::all_of(answers, [&](const Answer& answer) {
    const std::string key = unhex(answer.key);
    Counting counting{};
    for (std::size_t i = 0; i < counting.start.size(); ++i) {
      counting.start[i] = static_cast<std::uint8_t>(0xf0 + i);
    }
    std::string out(text.size(), '\0');
    counting.in = as_bytes(text);
    counting.out = data_of(out);
    engines.counter(as_bytes(key))->apply_many({&counting, 1});
    return out == unhex(answer.text);
  });
}

// SP 800-38A, F.1.1, F.1.3 and F.1.5, each block in a place of its own among many.
bool blocks_are_right(const Engines& engines) {
  struct Answer {
    std::string_view key;
    std::string_view blocks;
  };
  constexpr Answer answers[] = {
      {key_128,
       "3ad77bb40d7a3660a89ecaf32466ef97f5d3d58503b9699de785895a96fdbaaf"
       "43b1cd7f598ece23881b00e3ed0306887b0c785e27e8ad3f8223207104725dd4"},
      {key_192,
       "bd334f1d6e45f25ff712a214571fa5cc974104846d0ad3ad7734ecb3ecee4eef"
       "ef7afd2270e2e60adce0ba2face6444e9a4b41ba738d6c72fb16691603c18e0e"},
      {key_256,
       "f3eed1bdb5d2a03c064b5a7e3db181f8591ccb10d410ed26dc5ba74a31362870"
       "b6ed21b99ca6f4f9f153e7b1beafed1d23304b7a39f9f3ff067d8d8f9e24ecc7"}};
  const std::string text = unhex(blocks);
  return std::ranges::all_of(answers, [&](const Answer& answer) {
    const std::string key = unhex(answer.key);
    const std::string expected = unhex(answer.blocks);
    std::array<Block, most> many;
    for (std::size_t i = 0; i < most; ++i) {
      std::copy_n(text.begin() + static_cast<std::ptrdiff_t>(i % 4 * 16), 16, many[i].begin());
    }
    engines.blocks(as_bytes(key))->encrypt(many);
    for (std::size_t i = 0; i < most; ++i) {
      if (as_text(many[i]) != std::string_view(expected).substr(i % 4 * 16, 16)) return false;
    }
    return true;
  });
}

// FIPS 180-4's examples: one block, and two.
bool sha2_is_right(const Engines& engines) {
  const auto sha256 = engines.hash(Hash::sha256);
  const auto sha512 = engines.hash(Hash::sha512);
  return gives(*sha256, "abc",
               "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad") &&
         gives(*sha256, "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
               "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1") &&
         gives(*sha512, "abc",
               "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
               "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f") &&
         gives(
             *sha512,
             "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmn"
             "opqrlmnopqrsmnopqrstnopqrstu",
             "8e959b75dae313da8cf4f72814fc143f8f7779c6eb9f7fa17299aeadb6889018"
             "501d289e4900f7e4331b99dec4b5433ac7d329eeb6dd26545e96e55b874be909");
}

// RFC 4231: test case 2, and 6, whose key is longer than a block.
bool hmac_is_right(const Engines& engines) {
  constexpr std::string_view question = "what do ya want for nothing?";
  constexpr std::string_view long_question =
      "Test Using Larger Than Block-Size Key - Hash Key First";
  const std::string long_key(131, '\xaa');
  const auto right = [&](Hash hash, std::string_view answer, std::string_view long_answer) {
    return gives(*engines.hmac(hash, as_bytes("Jefe")), question, answer) &&
           gives(*engines.hmac(hash, as_bytes(long_key)), long_question, long_answer);
  };
  return right(Hash::sha256, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
               "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54") &&
         right(Hash::sha512,
               "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
               "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
               "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f352"
               "6b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598");
}

}  // namespace

std::string_view wrong_answer(const Engines& engines) {
  if (!gives_known_answers(*engines.gcm())) return "AES-GCM";
  if (!chacha20_poly1305_is_right(engines)) return "ChaCha20-Poly1305";
  if (!cmac_is_right(engines)) return "AES-CMAC";
  if (!counter_is_right(engines)) return "AES-CTR";
  if (!blocks_are_right(engines)) return "AES";
  if (!sha2_is_right(engines)) return "SHA-2";
  return hmac_is_right(engines) ? "" : "HMAC";
}

}  // namespace adyton::crypto
