// SPDX-License-Identifier: GPL-2.0-only
// The file of a run with several models: a row for each step in which they were compared.
#pragma once

#include <array>
#include <cstdint>
#include <cstdio>
#include <set>
#include <string>
#include <vector>

namespace lbs::deepsea {

class DeviationFile {
 public:
  DeviationFile() = default;
  ~DeviationFile() { close(); }
  DeviationFile(const DeviationFile &) = delete;
  DeviationFile &operator=(const DeviationFile &) = delete;

  enum class Existing { OVERWRITE, APPEND };

  // A new or emptied file gets a line with the names of the columns. A file that this object wrote
  // before is appended to in any case. Throws InputError if the file cannot be written, or if
  // another DeviationFile writes it, be it of another process.
  void open(const std::string &path, bool atomic, Existing existing);
  void close();

  [[nodiscard]] bool is_open() const { return file_ != nullptr; }
  [[nodiscard]] const std::string &path() const { return path_; }

  // Rows written before stay as they are, whatever their step.
  void begin_run() { row_start_ = -1; }

  // Virial (largest, smallest, average), then force (the same), then atoms if there are any. A
  // second row of one step replaces the first, unless the file is a pipe or a terminal.
  void write(std::int64_t step, const std::array<double, 6> &deviation,
             const std::vector<double> &of_atoms);

 private:
  std::FILE *file_ = nullptr;
  std::string path_;
  std::set<std::string> written_;    // paths
  std::int64_t row_step_ = 0;
  long row_start_ = -1;    // of the last row in this run; negative: none that may be replaced
};

}    // namespace lbs::deepsea
