// SPDX-License-Identifier: GPL-2.0-only
// Model files as bytes: what kind of file they are, and the seal that tells damage.
//
// A TorchScript file is a zip archive, and neither libtorch nor its zip reader was made for damaged
// ones. So a model file ends with a zip comment that holds the SHA-256 digest of everything before
// it: no byte of a damaged file ever reaches libtorch, and to every zip reader, that of libtorch
// among them, it remains an ordinary archive.
#pragma once

#include <string>

namespace lbs::deepsea {

enum class FileKind {
  MODEL,                 // ours, and whole
  DAMAGED_MODEL,         // ours, but bytes are missing or changed; or an archive without its end
  DEEPMD_DP,             // HDF5
  DEEPMD_PB,             // a frozen TensorFlow graph
  DEEPMD_PTH,            // a frozen TorchScript model
  PYTORCH_CHECKPOINT,    // weights without code
  TORCHSCRIPT,           // of something else
  OTHER
};

// Judges by the content alone.
FileKind kind_of(const std::string &bytes);

// The archive with the seal added.
std::string seal(const std::string &archive);

// Throws InputError that begins with `where` unless the bytes are a whole zip archive of the kind
// that libtorch writes: a directory that fits the file, nothing but code compressed, all checksums
// right.
void check_archive(const std::string &bytes, const std::string &where);

}    // namespace lbs::deepsea
