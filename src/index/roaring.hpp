// One name for CRoaring's C interface across its versions: 0.2.66 declares it in the global
// namespace with the old iterator names, version 4 and later in roaring::api with new ones. Called
// by index and text; nothing else includes CRoaring (I10).
#pragma once

#include <roaring/roaring.h>

#include <cstddef>
#include <cstdint>
#include <new>

namespace aurora::croaring {

// The functions themselves are called unqualified: the newer headers bring roaring::api into the
// global namespace, where the older ones declare them.

using Bitmap = roaring_bitmap_t;
using Cursor = roaring_uint32_iterator_t;

/// CRoaring reports lack of memory by null.
inline Bitmap* checked(Bitmap* bitmap) {
  if (bitmap == nullptr) throw std::bad_alloc();
  return bitmap;
}

// The renamed functions are chosen by whether the new name exists; the calls depend on a template
// parameter, so that the name that is missing is never looked up.

template <class B>
void open_cursor(const B* bitmap, Cursor* cursor) {
  if constexpr (requires { roaring_iterator_init(bitmap, cursor); })
    roaring_iterator_init(bitmap, cursor);
  else
    roaring_init_iterator(bitmap, cursor);
}

template <class C>
bool advance(C* cursor) {
  if constexpr (requires { roaring_uint32_iterator_advance(cursor); })
    return roaring_uint32_iterator_advance(cursor);
  else
    return roaring_advance_uint32_iterator(cursor);
}

template <class C>
bool seek(C* cursor, std::uint32_t value) {
  if constexpr (requires { roaring_uint32_iterator_move_equalorlarger(cursor, value); })
    return roaring_uint32_iterator_move_equalorlarger(cursor, value);
  else
    return roaring_move_uint32_iterator_equalorlarger(cursor, value);
}

template <class C>
std::uint32_t read(C* cursor, std::uint32_t* out, std::uint32_t count) {
  if constexpr (requires { roaring_uint32_iterator_read(cursor, out, count); })
    return roaring_uint32_iterator_read(cursor, out, count);
  else
    return roaring_read_uint32_iterator(cursor, out, count);
}

}  // namespace aurora::croaring
