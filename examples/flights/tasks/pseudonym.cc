// SPDX-License-Identifier: Apache-2.0
#include "pseudonym.h"

#include "table/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <set>
#include <unordered_set>

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

namespace flights {
namespace {

[[noreturn]] void fail(const std::filesystem::path& path, std::string_view what) {
  throw FileError(fmt::format("{}: {}: {}", path.string(), what, std::strerror(errno)));
}

// Under a name of its own first, then linked: link() refuses a name that is taken, so that of two
// processes one makes the key, and nobody sees half of it.
void create_key(const std::filesystem::path& path) {
  std::filesystem::create_directories(path.parent_path());
  Key key;
  if (RAND_bytes(key.data(), key.size()) != 1)
    throw std::runtime_error("no random numbers for a key");
  std::string partial = path.string() + ".XXXXXX";
  const int file = ::mkstemp(partial.data());  // mode 0600
  if (file < 0) fail(path, "the key cannot be made");
  const bool written =
      ::write(file, key.data(), key.size()) == ssize_t{key.size()} && ::fsync(file) == 0;
  OPENSSL_cleanse(key.data(), key.size());
  ::close(file);
  const bool linked = written && (::link(partial.c_str(), path.c_str()) == 0 || errno == EEXIST);
  const int error = errno;
  ::unlink(partial.c_str());
  errno = error;
  if (!linked) fail(path, "the key cannot be made");
}

}  // namespace

Key load_or_create_key(const std::filesystem::path& path) {
  if (!std::filesystem::exists(path)) create_key(path);
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) fail(path, "the key cannot be read");
  if ((status.st_mode & 077) != 0) {
    throw FileError(fmt::format("{}: others may read the key: chmod 600 it", path.string()));
  }
  std::string bytes = read_file(path);
  Key key;
  if (bytes.size() != key.size()) {
    throw FileError(fmt::format(
        "{}: {} bytes are no key of {}: restore it, or remove it to get other pseudonyms",
        path.string(), bytes.size(), key.size()));
  }
  std::copy(bytes.begin(), bytes.end(), key.begin());
  OPENSSL_cleanse(bytes.data(), bytes.size());
  return key;
}

std::string pseudonym(std::span<const unsigned char> key, std::string_view original) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  std::size_t size = 0;
  if (EVP_Q_mac(nullptr, "HMAC", nullptr, "SHA256", nullptr, key.data(), key.size(),
                reinterpret_cast<const unsigned char*>(original.data()), original.size(), digest,
                sizeof digest, &size) == nullptr) {
    throw std::runtime_error("HMAC-SHA256 failed in libcrypto");
  }
  std::string text;
  for (const unsigned char byte : std::span(digest).first(16)) text += fmt::format("{:02x}", byte);
  return text;
}

Texts pseudonymize(const Texts& originals, const Key& key) {
  std::vector<std::string> dictionary;
  for (const std::string& original : originals.dictionary())
    dictionary.push_back(pseudonym(key, original));
  if (std::set(dictionary.begin(), dictionary.end()).size() != dictionary.size()) {
    throw std::runtime_error(
        "two tail numbers have the same pseudonym: remove the key to get others");
  }
  return Texts(std::move(dictionary), originals.codes());
}

std::string find_original(std::string_view bytes, const std::vector<std::string>& originals) {
  const std::unordered_set<std::string_view> texts(originals.begin(), originals.end());
  std::set<std::size_t> sizes;
  std::array<bool, 256> begins{};
  for (const std::string& text : originals) {
    if (text.empty()) continue;
    sizes.insert(text.size());
    begins[static_cast<unsigned char>(text.front())] = true;
  }
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    if (!begins[static_cast<unsigned char>(bytes[at])]) continue;
    for (const std::size_t size : sizes) {
      const auto found = texts.find(bytes.substr(at, size));
      if (found != texts.end()) return std::string(*found);
    }
  }
  return {};
}

}  // namespace flights
