// SPDX-License-Identifier: Apache-2.0
#include "os/shared_file_system.h"

#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

#include <string_view>

namespace rota::inline v1 {
namespace {

struct SharedType {
  std::uint32_t type;
  std::string_view name;
};

constexpr std::uint32_t kFuse = 0x65735546;

// As statfs(2) and linux/magic.h have them.
constexpr SharedType kSharedTypes[] = {
    {0x00006969, "nfs"},      {0x0000517B, "smb"},   {0xFE534D42, "smb"},    {0xFF534D42, "cifs"},
    {0x01021997, "9p"},       {0x5346414F, "afs"},   {0x6B414653, "afs"},    {0x00C36400, "ceph"},
    {0x0BD00BD0, "lustre"},   {0x47504653, "gpfs"},  {0x19830326, "beegfs"}, {0x73757245, "coda"},
    {0x0000564C, "ncp"},      {0x7461636F, "ocfs2"}, {0x01161970, "gfs2"},   {0x786F4256, "vboxsf"},
    {0x20030528, "orangefs"}, {0xAAD7AAEA, "panfs"}, {0xBACBACBC, "vmhgfs"},
};

}  // namespace

std::string shared_file_system_of_type(std::uint32_t type, dev_t device) {
  // A device of major number 0 is none: the files are somewhere else.
  if (type == kFuse) return major(device) == 0 ? "fuse" : "";
  for (const SharedType& shared : kSharedTypes) {
    if (shared.type == type) return std::string(shared.name);
  }
  return {};
}

std::string shared_file_system(const std::filesystem::path& path) {
  struct statfs system {};
  struct stat found {};
  if (::statfs(path.c_str(), &system) != 0 || ::stat(path.c_str(), &found) != 0) return {};
  return shared_file_system_of_type(static_cast<std::uint32_t>(system.f_type), found.st_dev);
}

}  // namespace rota::inline v1
