#include "modules/json/locator_notes.h"

#include <new>
#include <utility>

namespace adyton::json::detail {

NotesLender::Borrowed NotesLender::borrow(const std::shared_ptr<NotesLender>& lender) {
  std::unique_ptr<LocatorNotes> notes;
  {
    const std::lock_guard lock(lender->mutex_);
    if (!lender->idle_.empty()) {
      notes = std::move(lender->idle_.back());
      lender->idle_.pop_back();
    }
  }
  if (notes == nullptr) notes = std::make_unique<LocatorNotes>(lender->tree);
  return Borrowed(notes.release(), GiveBack{lender});
}

void NotesLender::GiveBack::operator()(LocatorNotes* notes) const noexcept {
  std::unique_ptr<LocatorNotes> owned(notes);
  const std::lock_guard lock(lender->mutex_);
  try {
    lender->idle_.push_back(std::move(owned));
  } catch (const std::bad_alloc&) {  // then they are lost
  }
}

}  // namespace adyton::json::detail
