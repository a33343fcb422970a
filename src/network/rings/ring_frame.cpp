// SPDX-License-Identifier: GPL-2.0-only
// Reads rings that 'dump local' has written.
#include "ring_memory.hpp"

#include "support/input_error.hpp"
#include "support/text.hpp"

#include <cstdlib>
#include <istream>
#include <sstream>
#include <utility>

namespace lbs::network {

namespace {

constexpr std::size_t DETAILS = 4;    // size, class, silicons, four-coordinated; then members

// What to do where they are missing. A wildcard would stand for other numbers of the compute.
constexpr const char *COLUMNS = "write them with 'dump ID all local N FILE index c_RINGS[1] "
                                "c_RINGS[2] ...' up to 4 + 2*max, without a wildcard";

class Reader {
 public:
  explicit Reader(std::istream &in) : in_(in) {}

  bool next(std::string &line)
  {
    ++number_;
    return text::next_line(in_, line, number_ == 1);
  }
  [[noreturn]] void fail(const std::string &what) const
  {
    throw InputError("line " + std::to_string(number_) + ": " + what);
  }
  std::int64_t number(const std::string &word, const char *what) const
  {
    char *end = nullptr;
    auto const value = std::strtoll(word.c_str(), &end, 10);
    if (end == word.c_str() || *end != '\0')
      fail("'" + word + "' is no whole number, but " + what + " is expected");
    return value;
  }

 private:
  std::istream &in_;
  int number_ = 0;
};

std::vector<std::string> split(const std::string &line)
{
  std::istringstream in(line);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

// For each column of the compute's local array its place in a row of the dump.
std::vector<std::size_t> columns(const std::string &header, const Reader &reader)
{
  auto const words = split(header);    // ITEM: ENTRIES index c_ID[1] ...
  std::vector<std::size_t> place;
  for (std::size_t w = 2; w < words.size(); ++w)
    if (words[w].substr(0, 2) == "c_" &&
        words[w].find("[" + std::to_string(place.size() + 1) + "]") != std::string::npos)
      place.push_back(w - 2);
  if (place.size() < DETAILS + 4 || place.size() % 2 != 0)
    reader.fail(std::string("the columns are not those of compute ring/stats; ") + COLUMNS);
  return place;
}

std::vector<std::int64_t> ring_of(const std::vector<std::string> &words,
                                  const std::vector<std::size_t> &place, const Reader &reader)
{
  if (words.size() <= place.back()) reader.fail("the row is too short");
  std::vector<std::int64_t> ring;
  ring.reserve(place.size());
  for (auto const p : place) ring.push_back(reader.number(words[p], "a column of a ring"));
  auto const room = static_cast<std::int64_t>((place.size() - DETAILS) / 2);
  if (ring[0] < 2 || ring[0] > room || ring[1] < 0 || ring[1] > SILICON_3)
    reader.fail("this is no ring of " + std::to_string(ring[0]) + " formers");
  ring.resize(DETAILS + 2 * ring[0]);
  // between two formers that are bonded directly stands RingDomain::NO_ATOM, which is 0
  for (std::size_t m = DETAILS; m < ring.size(); m += 2)
    if (ring[m] <= 0 || ring[m + 1] < RingDomain::NO_ATOM)
      reader.fail("a ring of " + std::to_string(ring[0]) +
                  " formers needs the IDs of as many formers and oxygens, 0 for no oxygen");
  return ring;
}

}    // namespace

RingFrame read_ring_frame(std::istream &in, std::int64_t step)
{
  Reader reader(in);
  RingFrame frame, chosen;
  bool found = false;
  bool dated = false;    // whether the frame's time step has come
  std::int64_t entries = -1;
  std::string line;
  while (reader.next(line)) {
    auto const starts = [&line](const char *words) { return line.rfind(words, 0) == 0; };
    if (starts("ITEM: TIMESTEP")) {
      if (!reader.next(line)) reader.fail("the file ends within a frame");
      frame = {reader.number(line, "a time step"), {}};
      dated = true;
      entries = -1;
    } else if (starts("ITEM: NUMBER OF ")) {
      if (!reader.next(line)) reader.fail("the file ends within a frame");
      entries = reader.number(line, "a number of rings");
    } else if (entries >= 0 && starts("ITEM: ") && line.find("c_") != std::string::npos) {
      if (!dated) reader.fail("there is no time step in front of these rings");
      dated = false;
      bool const wanted = step < 0 || frame.step == step;
      auto const place = columns(line, reader);
      for (std::int64_t k = 0; k < entries; ++k) {
        if (!reader.next(line)) reader.fail("the file ends within a frame");
        if (wanted) frame.rings.push_back(ring_of(split(line), place, reader));
      }
      if (!wanted) continue;
      chosen = std::move(frame);
      found = true;
    }
  }
  if (!found)
    throw InputError(step < 0 ? std::string("there is no frame of rings in it; ") + COLUMNS
                              : "there are no rings of step " + std::to_string(step) + " in it");
  return chosen;
}

}    // namespace lbs::network
