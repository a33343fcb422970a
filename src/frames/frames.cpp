// SPDX-License-Identifier: GPL-2.0-only
#include "frames.hpp"

#include "deepmd_system.hpp"

#include "support/files.hpp"
#include "support/input_error.hpp"
#include "support/text.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <sstream>

namespace lbs {

namespace {

namespace fs = std::filesystem;

// ---- extended XYZ -------------------------------------------------------------------------------

// key=value pairs of a comment line; values may be quoted, a key may stand alone.
std::map<std::string, std::string> parse_comment(const std::string &line)
{
  std::map<std::string, std::string> values;
  std::size_t at = 0;
  while ((at = line.find_first_not_of(" \t\r", at)) != std::string::npos) {
    auto const end = line.find_first_of("= \t\r", at);
    auto const key = line.substr(at, end - at);
    if (end == std::string::npos || line[end] != '=') {
      at = end;
      continue;
    }
    at = end + 1;
    bool const quoted = at < line.size() && line[at] == '"';
    if (quoted) ++at;
    auto const stop = quoted ? line.find('"', at) : line.find_first_of(" \t\r", at);
    values[key] = line.substr(at, stop - at);
    at = stop == std::string::npos ? stop : stop + 1;
  }
  return values;
}

class ExtxyzParser {
 public:
  ExtxyzParser(const std::string &text, const std::string &path) : stream_(text), path_(path) {}

  std::vector<Frame> parse()
  {
    std::vector<Frame> frames;
    std::string line;
    while (next(line)) {
      auto const words = text::words(line);
      if (words.empty()) continue;    // blank lines between frames
      frames.push_back(parse_frame(line));
    }
    return frames;
  }

 private:
  std::istringstream stream_;
  std::string path_;
  int number_ = 0;

  // Which columns of an atom line hold what.
  struct Columns {
    std::size_t species = 0;
    std::size_t position = 1;
    std::size_t count = 4;
  };

  bool next(std::string &line)
  {
    ++number_;
    return static_cast<bool>(std::getline(stream_, line));
  }

  [[noreturn]] void fail(const std::string &message) const
  {
    throw InputError(path_ + ", line " + std::to_string(number_) + ": " + message);
  }

  // Calls what throws InputError without the place.
  template <class Action> auto placed(const Action &action) const
  {
    try {
      return action();
    } catch (const InputError &e) {
      fail(e.what());
    }
  }

  Frame parse_frame(const std::string &first)
  {
    auto const words = text::words(first);
    int const atoms =
        placed([&] { return text::to_int(words.front(), "the number of atoms of a frame"); });
    if (words.size() > 1 || atoms < 0) fail("a frame must begin with its number of atoms alone");
    std::string comment;
    if (!next(comment)) fail("the file ends within a frame");
    auto const values = parse_comment(comment);
    Frame frame;
    set_cell(values, frame);
    auto const columns = parse_columns(values);
    for (int k = 0; k < atoms; ++k) add_atom(columns, frame);
    return frame;
  }

  void set_cell(const std::map<std::string, std::string> &values, Frame &frame) const
  {
    auto const lattice = values.find("Lattice");
    if (lattice != values.end()) {
      auto const words = text::words(lattice->second);
      if (words.size() != 9) fail("Lattice must have 9 numbers");
      for (std::size_t k = 0; k < 9; ++k)
        frame.cell[k / 3][k % 3] = placed([&] { return text::to_double(words[k], "Lattice"); });
      frame.periodic = {true, true, true};
    }
    auto const pbc = values.find("pbc");
    if (pbc == values.end()) return;
    auto const words = text::words(pbc->second);
    if (words.size() != 3) fail("pbc must have three letters, T or F");
    for (std::size_t k = 0; k < 3; ++k) {
      auto const letter = words[k].front();
      if (letter != 'T' && letter != 'F' && letter != '1' && letter != '0')
        fail("pbc must have three letters, T or F");
      frame.periodic[k] = letter == 'T' || letter == '1';
    }
    auto const any = frame.periodic[0] || frame.periodic[1] || frame.periodic[2];
    if (any && lattice == values.end()) fail("pbc is set, but Lattice is missing");
  }

  [[nodiscard]] Columns parse_columns(const std::map<std::string, std::string> &values) const
  {
    auto const found = values.find("Properties");
    if (found == values.end()) return {};
    std::vector<std::string> parts;
    std::istringstream stream(found->second);
    for (std::string part; std::getline(stream, part, ':');) parts.push_back(part);
    if (parts.size() % 3 != 0) fail("Properties must be triples name:kind:columns");
    Columns columns{std::string::npos, std::string::npos, 0};
    for (std::size_t k = 0; k < parts.size(); k += 3) {
      int const width = placed([&] { return text::to_int(parts[k + 2], "a width in Properties"); });
      if (width < 1 || width > 1000) fail("a width in Properties is out of range");
      if (parts[k] == "species" && width == 1) columns.species = columns.count;
      if (parts[k] == "pos" && width == 3) columns.position = columns.count;
      columns.count += static_cast<std::size_t>(width);
    }
    if (columns.species == std::string::npos || columns.position == std::string::npos)
      fail("Properties must have species:S:1 and pos:R:3");
    return columns;
  }

  void add_atom(const Columns &columns, Frame &frame)
  {
    std::string line;
    if (!next(line)) fail("the file ends within a frame");
    auto const words = text::words(line);
    if (words.size() < columns.count) fail("an atom has fewer columns than it must have");
    frame.elements.push_back(words[columns.species]);
    auto &x = frame.x.emplace_back();
    for (std::size_t c = 0; c < 3; ++c)
      x[c] = placed([&] { return text::to_double(words[columns.position + c], "a coordinate"); });
  }
};

void check_finite(const std::vector<Frame> &frames, const std::string &path)
{
  auto const finite = [](const std::array<double, 3> &x) {
    return std::isfinite(x[0]) && std::isfinite(x[1]) && std::isfinite(x[2]);
  };
  for (auto const &frame : frames)
    if (!std::all_of(frame.x.begin(), frame.x.end(), finite) ||
        !std::all_of(frame.cell.begin(), frame.cell.end(), finite))
      throw InputError(path + " holds a coordinate or cell that is not finite");
}

}    // namespace

std::vector<Frame> parse_extxyz(const std::string &text, const std::string &path)
{
  return ExtxyzParser(text, path).parse();
}

std::vector<Frame> read_frames(const std::string &path, const std::vector<std::string> &elements)
{
  std::vector<Frame> frames;
  if (fs::is_directory(path) || is_deepmd_system(path))
    for (LabelledFrame &labelled : read_deepmd_system(path, elements))
      frames.push_back(std::move(labelled.frame));
  else frames = parse_extxyz(read_bytes(path), path);
  if (frames.empty()) throw InputError(path + " holds no frames");
  check_finite(frames, path);
  return frames;
}

}    // namespace lbs
