// SPDX-License-Identifier: Apache-2.0
#include "os/shared_file_system.h"

#include "os/temporary_folder.h"

#include <linux/magic.h>
#include <sys/sysmacros.h>

#include <gtest/gtest.h>

namespace rota {
namespace {

TEST(SharedFileSystem, IsToldByItsType) {
  const dev_t none = makedev(0, 40);
  EXPECT_EQ(shared_file_system_of_type(NFS_SUPER_MAGIC, none), "nfs");
  EXPECT_EQ(shared_file_system_of_type(SMB_SUPER_MAGIC, none), "smb");
  EXPECT_EQ(shared_file_system_of_type(0xFE534D42, none), "smb");
  EXPECT_EQ(shared_file_system_of_type(0xFF534D42, none), "cifs");
  EXPECT_EQ(shared_file_system_of_type(V9FS_MAGIC, none), "9p");
  EXPECT_EQ(shared_file_system_of_type(AFS_SUPER_MAGIC, none), "afs");
  EXPECT_EQ(shared_file_system_of_type(CODA_SUPER_MAGIC, none), "coda");
  EXPECT_EQ(shared_file_system_of_type(OCFS2_SUPER_MAGIC, makedev(8, 1)), "ocfs2");
}

TEST(SharedFileSystem, DisksAndMemoryOfThisHostAreNone) {
  for (const auto type : {EXT4_SUPER_MAGIC, XFS_SUPER_MAGIC, TMPFS_MAGIC, OVERLAYFS_SUPER_MAGIC})
    EXPECT_EQ(shared_file_system_of_type(static_cast<std::uint32_t>(type), makedev(0, 40)), "");
  EXPECT_EQ(shared_file_system("/proc"), "");
}

TEST(SharedFileSystem, FuseIsOneUnlessItIsOnADisk) {
  EXPECT_EQ(shared_file_system_of_type(FUSE_SUPER_MAGIC, makedev(0, 40)), "fuse");
  EXPECT_EQ(shared_file_system_of_type(FUSE_SUPER_MAGIC, makedev(8, 1)), "");
}

TEST(SharedFileSystem, WhatCannotBeAskedIsNone) {
  const TemporaryFolder folder;
  EXPECT_EQ(shared_file_system(folder / "absent"), "");
}

}  // namespace
}  // namespace rota
