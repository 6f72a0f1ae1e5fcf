#include "modules/json/binding/shape_tree.h"

#include <algorithm>
#include <cstring>

namespace adyton::json {
namespace {

constexpr std::size_t block_size = 64;

/// What may stand in a key under some options only.
bool has_control_characters(std::string_view raw) {
  return std::any_of(raw.begin(), raw.end(),
                     [](char c) { return static_cast<unsigned char>(c) < ' '; });
}

}  // namespace

std::size_t ShapeTree::place_of(const Shape* from, PyObject* name) {
  const std::uint64_t bits = reinterpret_cast<std::uintptr_t>(from) * 0x9E3779B97F4A7C15u ^
                             reinterpret_cast<std::uintptr_t>(name) * 0xD6E8FEB86659FD93u;
  return static_cast<std::size_t>(bits >> 40) % places;
}

Shape* ShapeTree::find(const Shape* from, PyObject* name) const {
  if (!table_) return nullptr;
  for (std::size_t i = place_of(from, name);; i = (i + 1) % places) {
    Shape* const shape = table_[i];
    if (shape == nullptr || (shape->parent == from && shape->name == name)) return shape;
  }
}

Shape* ShapeTree::add(Shape* from, std::string_view raw, PyObject* name) {
  if (Shape* const known = find(from, name)) return known;
  if (raw.size() > KeyPattern::longest || from->depth == deepest || has_control_characters(raw))
    return nullptr;
  Shape* const shape = take_place();
  if (shape == nullptr) return nullptr;
  if (raw.size() >= KeyPattern::head_size) {
    shape->spelling = std::make_unique_for_overwrite<char[]>(raw.size() + 1);
    std::memcpy(shape->spelling.get(), raw.data(), raw.size());
    shape->spelling[raw.size()] = '"';
    raw = {shape->spelling.get(), raw.size()};
  }
  shape->key.set(raw);
  shape->name = Py_NewRef(name);
  shape->parent = from;
  shape->depth = static_cast<std::uint16_t>(from->depth + 1);
  std::size_t i = place_of(from, name);
  while (table_[i] != nullptr) i = (i + 1) % places;
  table_[i] = shape;
  ++count_;
  return shape;
}

Shape* ShapeTree::take_place() {
  if (count_ == limit) {
    ++refused_;
    return nullptr;
  }
  if (!table_) table_ = std::make_unique<Shape*[]>(places);
  if (count_ == blocks_.size() * block_size)
    blocks_.push_back(std::make_unique<Shape[]>(block_size));
  return &blocks_.back()[count_ % block_size];
}

void ShapeTree::clear() {
  // Freeing a str runs no code that could come back here.
  for (std::size_t i = 0; i < count_; ++i) {
    Py_DECREF(blocks_[i / block_size][i % block_size].name);
  }
  blocks_.clear();
  table_.reset();
  count_ = 0;
  refused_ = 0;
  root_.next = root_.child = nullptr;
}

}  // namespace adyton::json
