#pragma once

namespace adyton::python {

/// Makes BlockHeap the allocator of Python's objects and of its PyMem_ memory, in place of
/// pymalloc. What is larger than BlockHeap::largest comes from malloc, as it does there, and from
/// LargeBlocks::least on from LargeBlocks. It is what
/// Python has where PYTHONMALLOC, -X dev or an embedder names nothing else; those, tracemalloc's
/// hooks and PyMem_SetAllocator work as they do without it, and sys.getallocatedblocks() and
/// sys._debugmallocstats() count its blocks. The GIL orders its calls, as it does pymalloc's.
/// Before Python starts; once in a process, for its whole life.
void use_block_heap();

}  // namespace adyton::python
