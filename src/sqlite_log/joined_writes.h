// SPDX-License-Identifier: Apache-2.0
// An SQLite VFS over another that writes the frames of a transaction to a WAL together. Knows nothing of what is
// in them.
//
// SQLite writes each page to the WAL in two calls. Here the frames of a transaction are kept and go in one write with
// the page of the last of them. So nothing is kept any more when the transaction can be seen. Frames that no commit follows are written when they are read or are too
// many to keep; what is kept of them is dropped with the lock that let them be written, for after that it is for
// others to write there.
#pragma once

#include <sqlite3.h>

namespace rota::inline v1 {

// A VFS to register, with a name that lives as long as it does; `base` must live longer, and be one that is
// registered or whose files are as those of one that is.
sqlite3_vfs joined_writes_over(sqlite3_vfs& base, const char* name) noexcept;

// The name of the one over the VFS that is the default at the first call; any thread. Null, which stands for the
// default VFS, where it cannot be registered.
const char* joined_writes_vfs() noexcept;

}  // namespace rota::inline v1
