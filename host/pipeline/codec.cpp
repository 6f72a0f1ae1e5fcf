#include "host/pipeline/codec.h"

#include <algorithm>
#include <cstring>

#include <zlib.h>
#include <zstd.h>

#include "host/base/text.h"

namespace adyton::pipeline {
namespace {

constexpr std::size_t block_size = 256 << 10;
constexpr std::string_view gzip_magic = "\x1f\x8b";
constexpr std::string_view zstd_magic = "\x28\xb5\x2f\xfd";

Error damaged(const std::string& name, std::string_view format, std::string_view why) {
  return {ErrorCode::invalid, cat("the ", format, " data is damaged: ", why), name};
}

Error cut_off(const std::string& name, std::string_view format) {
  return {ErrorCode::invalid, cat("the ", format, " data is cut off"), name};
}

/// A file with the few bytes that were looked at put back in front.
class Peeked {
 public:
  Peeked(std::unique_ptr<File> file, std::string head)
      : file_(std::move(file)), head_(std::move(head)), consumed_(head_.size()) {}

  Result<std::size_t> read(std::span<char> buffer) {
    if (!head_.empty()) {
      const std::size_t n = std::min(head_.size(), buffer.size());
      std::memcpy(buffer.data(), head_.data(), n);
      head_.erase(0, n);
      return n;
    }
    ADYTON_TRY(const std::size_t n, file_->read(buffer));
    consumed_ += n;
    return n;
  }
  std::uint64_t consumed() const { return consumed_; }

 private:
  std::unique_ptr<File> file_;
  std::string head_;
  std::uint64_t consumed_;
};

class PlainReader final : public ByteReader {
 public:
  explicit PlainReader(Peeked file) : file_(std::move(file)) {}
  Result<std::size_t> read(std::span<char> buffer) override { return file_.read(buffer); }
  std::uint64_t consumed() const override { return file_.consumed(); }

 private:
  Peeked file_;
};

class GzipReader final : public ByteReader {
 public:
  GzipReader(Peeked file, std::string name) : file_(std::move(file)), name_(std::move(name)) {
    constexpr int gzip_only = 16;
    if (inflateInit2(&stream_, MAX_WBITS + gzip_only) != Z_OK) throw std::bad_alloc();
  }
  GzipReader(const GzipReader&) = delete;
  GzipReader& operator=(const GzipReader&) = delete;
  ~GzipReader() override { inflateEnd(&stream_); }

  Result<std::size_t> read(std::span<char> buffer) override {
    stream_.next_out = reinterpret_cast<Bytef*>(buffer.data());
    stream_.avail_out = static_cast<uInt>(std::min<std::size_t>(buffer.size(), 1U << 30));
    const uInt wanted = stream_.avail_out;
    while (stream_.avail_out == wanted) {
      if (stream_.avail_in == 0) {
        ADYTON_TRY(const std::size_t n, file_.read(input_));
        stream_.next_in = reinterpret_cast<Bytef*>(input_.data());
        stream_.avail_in = static_cast<uInt>(n);
        if (n == 0) {
          if (!between_members_) return cut_off(name_, "gzip");
          return std::size_t{0};
        }
      }
      if (between_members_) inflateReset(&stream_);
      between_members_ = false;
      const int code = inflate(&stream_, Z_NO_FLUSH);
      if (code == Z_STREAM_END) {
        between_members_ = true;
      } else if (code != Z_OK && code != Z_BUF_ERROR) {
        return damaged(name_, "gzip", stream_.msg != nullptr ? stream_.msg : "no gzip header");
      }
    }
    return std::size_t{wanted - stream_.avail_out};
  }
  std::uint64_t consumed() const override { return file_.consumed() - stream_.avail_in; }

 private:
  Peeked file_;
  std::string name_;
  std::string input_ = std::string(block_size, '\0');
  z_stream stream_ = {};
  bool between_members_ = false;
};

class ZstdReader final : public ByteReader {
 public:
  ZstdReader(Peeked file, std::string name)
      : file_(std::move(file)), name_(std::move(name)), context_(ZSTD_createDCtx(), ZSTD_freeDCtx) {
    if (!context_) throw std::bad_alloc();
  }

  Result<std::size_t> read(std::span<char> buffer) override {
    ZSTD_outBuffer out{buffer.data(), buffer.size(), 0};
    while (out.pos == 0) {
      // Input may be used up while the decoder still holds output back, so it is asked first.
      if (in_.pos == in_.size && !flushing_) {
        ADYTON_TRY(const std::size_t n, file_.read(input_));
        in_ = {input_.data(), n, 0};
        if (n == 0) {
          if (!between_frames_) return cut_off(name_, "zstd");
          return std::size_t{0};
        }
      }
      const std::size_t left = ZSTD_decompressStream(context_.get(), &out, &in_);
      if (ZSTD_isError(left)) return damaged(name_, "zstd", ZSTD_getErrorName(left));
      between_frames_ = left == 0;
      flushing_ = out.pos == out.size && left != 0;
    }
    return out.pos;
  }
  std::uint64_t consumed() const override { return file_.consumed() - (in_.size - in_.pos); }

 private:
  Peeked file_;
  std::string name_;
  std::string input_ = std::string(block_size, '\0');
  std::unique_ptr<ZSTD_DCtx, std::size_t (*)(ZSTD_DCtx*)> context_;
  ZSTD_inBuffer in_ = {nullptr, 0, 0};
  bool between_frames_ = false;
  bool flushing_ = false;
};

Result<std::string> gzip_member(std::string_view data) {
  z_stream stream = {};
  constexpr int gzip_only = 16;
  constexpr int memory_level = 8;
  if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, MAX_WBITS + gzip_only, memory_level,
                   Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::bad_alloc();
  }
  std::string out(deflateBound(&stream, data.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data.data()));
  stream.avail_in = static_cast<uInt>(data.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int code = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  if (code != Z_STREAM_END)
    return Error{ErrorCode::limit, "a batch is too large for one gzip member"};
  return out;
}

Result<std::string> zstd_frame(std::string_view data) {
  std::string out(ZSTD_compressBound(data.size()), '\0');
  const std::size_t size =
      ZSTD_compress(out.data(), out.size(), data.data(), data.size(), ZSTD_CLEVEL_DEFAULT);
  if (ZSTD_isError(size)) return Error{ErrorCode::limit, cat("zstd: ", ZSTD_getErrorName(size))};
  out.resize(size);
  return out;
}

}  // namespace

Compression compression_of(std::string_view path) {
  if (path.ends_with(".gz")) return Compression::gzip;
  if (path.ends_with(".zst")) return Compression::zstd;
  return Compression::none;
}

Result<std::unique_ptr<ByteReader>> decode(std::unique_ptr<File> file, const std::string& name) {
  std::string head(zstd_magic.size(), '\0');
  std::size_t size = 0;
  while (size < head.size()) {
    ADYTON_TRY(const std::size_t n, file->read({head.data() + size, head.size() - size}));
    if (n == 0) break;
    size += n;
  }
  head.resize(size);
  const bool gzip = head.starts_with(gzip_magic);
  const bool zstd = head == zstd_magic;
  Peeked peeked(std::move(file), std::move(head));
  if (gzip) return std::unique_ptr<ByteReader>(new GzipReader(std::move(peeked), name));
  if (zstd) return std::unique_ptr<ByteReader>(new ZstdReader(std::move(peeked), name));
  return std::unique_ptr<ByteReader>(new PlainReader(std::move(peeked)));
}

Result<std::string> compress(Compression compression, std::string_view data) {
  if (compression == Compression::gzip) return gzip_member(data);
  if (compression == Compression::zstd) return zstd_frame(data);
  return std::string(data);
}

}  // namespace adyton::pipeline
