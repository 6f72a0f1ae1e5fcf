#include "host/pipeline/codec.h"

#include <algorithm>
#include <cstring>
#include <deque>

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

Error too_short(const std::string& name, std::uint64_t offset) {
  return {ErrorCode::invalid,
          cat("ends before byte ", offset,
              ", where reading was to go on: it is not the file that was read before"),
          name};
}

/// A file with the few bytes that were looked at put back in front.
class Peeked {
 public:
  Peeked(std::unique_ptr<File> file, std::string head, std::string name)
      : file_(std::move(file)),
        head_(std::move(head)),
        name_(std::move(name)),
        consumed_(head_.size()) {}

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
  const std::string& name() const { return name_; }

  /// The byte before `at` is read, too: the file must reach so far.
  Status seek(std::uint64_t at) {
    head_.clear();
    ADYTON_CHECK(file_->seek(at == 0 ? 0 : at - 1));
    consumed_ = at;
    if (at == 0) return {};
    char before = 0;
    ADYTON_TRY(const std::size_t n, file_->read({&before, 1}));
    if (n == 0) return too_short(name_, at);
    return {};
  }

 private:
  std::unique_ptr<File> file_;
  std::string head_;
  std::string name_;
  std::uint64_t consumed_;
};

/// The places from which a compressed file can be read, as they were passed.
class Restarts {
 public:
  /// A place near the one before is left out: what lies between is soon decompressed, and a file of
  /// tiny members must not fill the memory.
  void add(Restart place) {
    constexpr std::uint64_t spacing = 4096;
    if (place.offset == places_.back().offset) {
      places_.back() = place;
    } else if (place.offset - places_.back().offset >= spacing) {
      places_.push_back(place);
    }
  }
  void reset(Restart place) { places_.assign(1, place); }

  /// Forgets the places before the one it gives.
  Restart before(std::uint64_t offset) {
    while (places_.size() > 1 && places_[1].offset <= offset) places_.pop_front();
    return places_.front();
  }

 private:
  std::deque<Restart> places_{Restart{}};
};

class PlainReader final : public ByteReader {
 public:
  explicit PlainReader(Peeked file) : file_(std::move(file)) {}
  Result<std::size_t> read(std::span<char> buffer) override { return file_.read(buffer); }
  std::uint64_t consumed() const override { return file_.consumed(); }
  Restart restart_before(std::uint64_t offset) override { return {offset, offset}; }
  Status seek(Restart, std::uint64_t offset) override { return file_.seek(offset); }

 private:
  Peeked file_;
};

/// What the readers of compressed files have in common: they decode, and can begin anew at a place.
class PackedReader : public ByteReader {
 public:
  explicit PackedReader(Peeked file) : file_(std::move(file)) {}

  Result<std::size_t> read(std::span<char> buffer) final {
    ADYTON_TRY(const std::size_t n, decode_some(buffer));
    offset_ += n;
    return n;
  }
  std::uint64_t consumed() const final { return file_.consumed() - unused(); }
  Restart restart_before(std::uint64_t offset) final { return restarts_.before(offset); }

  Status seek(Restart from, std::uint64_t offset) final {
    if (from.offset > offset) from = {};
    ADYTON_CHECK(file_.seek(from.at));
    begin_anew();
    restarts_.reset(from);
    offset_ = from.offset;
    std::string dropped(block_size, '\0');
    while (offset_ < offset) {
      const std::uint64_t most = std::min<std::uint64_t>(dropped.size(), offset - offset_);
      ADYTON_TRY(const std::size_t n, read({dropped.data(), static_cast<std::size_t>(most)}));
      if (n == 0) return too_short(file_.name(), offset);
    }
    return {};
  }

 protected:
  virtual Result<std::size_t> decode_some(std::span<char> buffer) = 0;
  virtual std::size_t unused() const = 0;  // bytes taken from the file and not yet decoded
  virtual void begin_anew() = 0;           // at the beginning of a member or frame

  /// A member or frame has ended, when `decoded` bytes of this read are known.
  void ended(std::size_t decoded) { restarts_.add({consumed(), offset_ + decoded}); }

  Peeked file_;

 private:
  Restarts restarts_;
  std::uint64_t offset_ = 0;
};

class GzipReader final : public PackedReader {
 public:
  explicit GzipReader(Peeked file) : PackedReader(std::move(file)) {
    constexpr int gzip_only = 16;
    if (inflateInit2(&stream_, MAX_WBITS + gzip_only) != Z_OK) throw std::bad_alloc();
  }
  GzipReader(const GzipReader&) = delete;
  GzipReader& operator=(const GzipReader&) = delete;
  ~GzipReader() override { inflateEnd(&stream_); }

 private:
  Result<std::size_t> decode_some(std::span<char> buffer) override {
    stream_.next_out = reinterpret_cast<Bytef*>(buffer.data());
    stream_.avail_out = static_cast<uInt>(std::min<std::size_t>(buffer.size(), 1U << 30));
    const uInt wanted = stream_.avail_out;
    while (stream_.avail_out == wanted) {
      if (stream_.avail_in == 0) {
        ADYTON_TRY(const std::size_t n, file_.read(input_));
        stream_.next_in = reinterpret_cast<Bytef*>(input_.data());
        stream_.avail_in = static_cast<uInt>(n);
        if (n == 0) {
          if (!between_members_) return cut_off(file_.name(), "gzip");
          return std::size_t{0};
        }
      }
      if (between_members_) inflateReset(&stream_);
      between_members_ = false;
      const int code = inflate(&stream_, Z_NO_FLUSH);
      if (code == Z_STREAM_END) {
        between_members_ = true;
        ended(wanted - stream_.avail_out);
      } else if (code != Z_OK && code != Z_BUF_ERROR) {
        return damaged(file_.name(), "gzip",
                       stream_.msg != nullptr ? stream_.msg : "no gzip header");
      }
    }
    return std::size_t{wanted - stream_.avail_out};
  }
  std::size_t unused() const override { return stream_.avail_in; }
  void begin_anew() override {
    stream_.avail_in = 0;
    between_members_ = true;
  }

  std::string input_ = std::string(block_size, '\0');
  z_stream stream_ = {};
  bool between_members_ = false;
};

class ZstdReader final : public PackedReader {
 public:
  explicit ZstdReader(Peeked file)
      : PackedReader(std::move(file)), context_(ZSTD_createDCtx(), ZSTD_freeDCtx) {
    if (!context_) throw std::bad_alloc();
  }

 private:
  Result<std::size_t> decode_some(std::span<char> buffer) override {
    ZSTD_outBuffer out{buffer.data(), buffer.size(), 0};
    while (out.pos == 0) {
      // Input may be used up while the decoder still holds output back, so it is asked first.
      if (in_.pos == in_.size && !flushing_) {
        ADYTON_TRY(const std::size_t n, file_.read(input_));
        in_ = {input_.data(), n, 0};
        if (n == 0) {
          if (!between_frames_) return cut_off(file_.name(), "zstd");
          return std::size_t{0};
        }
      }
      const std::size_t left = ZSTD_decompressStream(context_.get(), &out, &in_);
      if (ZSTD_isError(left)) return damaged(file_.name(), "zstd", ZSTD_getErrorName(left));
      between_frames_ = left == 0;
      if (between_frames_) ended(out.pos);
      flushing_ = out.pos == out.size && left != 0;
    }
    return out.pos;
  }
  std::size_t unused() const override { return in_.size - in_.pos; }
  void begin_anew() override {
    ZSTD_DCtx_reset(context_.get(), ZSTD_reset_session_only);
    in_ = {nullptr, 0, 0};
    between_frames_ = true;
    flushing_ = false;
  }

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
  Peeked peeked(std::move(file), std::move(head), name);
  if (gzip) return std::unique_ptr<ByteReader>(std::make_unique<GzipReader>(std::move(peeked)));
  if (zstd) return std::unique_ptr<ByteReader>(std::make_unique<ZstdReader>(std::move(peeked)));
  return std::unique_ptr<ByteReader>(std::make_unique<PlainReader>(std::move(peeked)));
}

Result<std::string> compress(Compression compression, std::string_view data) {
  if (compression == Compression::gzip) return gzip_member(data);
  if (compression == Compression::zstd) return zstd_frame(data);
  return std::string(data);
}

}  // namespace adyton::pipeline
