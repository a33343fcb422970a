// SPDX-License-Identifier: GPL-2.0-only
#include "labelled_set.hpp"

#include "support/input_error.hpp"
#include "support/sha256.hpp"

#include <filesystem>

namespace lbs {

namespace {

template <class Number> void add_numbers(Sha256 &digest, const std::vector<Number> &numbers)
{
  std::size_t const count = numbers.size();
  digest.add(&count, sizeof count);
  digest.add(numbers.data(), count * sizeof(Number));
}

// All that the loss of a frame depends on.
void add_frame(Sha256 &digest, const LabelledFrame &frame)
{
  for (auto const &element : frame.frame.elements) digest.add(element.c_str(), element.size() + 1);
  add_numbers(digest, frame.frame.x);
  digest.add(&frame.frame.cell, sizeof frame.frame.cell);
  for (bool const periodic : frame.frame.periodic) digest.add(&periodic, sizeof periodic);
  add_numbers(digest, frame.labels.force);
  add_numbers(digest, frame.labels.force_weight);
  double const energy = frame.labels.energy.value_or(0.0);
  digest.add(&energy, sizeof energy);
  if (frame.labels.virial) digest.add(&*frame.labels.virial, sizeof *frame.labels.virial);
}

}    // namespace

LabelledSet read_systems(const std::vector<std::string> &systems, const std::string &folder,
                         const std::vector<std::string> &elements)
{
  LabelledSet set;
  Sha256 digest;
  for (auto const &given : systems) {
    std::filesystem::path const path(given);
    std::string const place = path.is_absolute() || folder.empty() ? given : folder + "/" + given;
    for (auto const &name : find_deepmd_systems(place)) {
      auto frames = read_deepmd_system(name, elements);
      if (frames.empty() || frames.front().frame.x.empty())
        throw InputError(name + " holds no frame, or frames without atoms; take it out of systems");
      std::size_t number = 0;
      for (const LabelledFrame &frame : frames) {
        ++number;
        add_frame(digest, frame);
        digest.add(&frame.copies, sizeof frame.copies);
        for (int copy = 0; copy < frame.copies; ++copy) {
          set.frames.push_back(frame);
          set.system.push_back(set.names.size());
          set.number.push_back(number);
        }
      }
      set.names.push_back(name);
    }
  }
  set.digest = digest.digits();
  return set;
}

}    // namespace lbs
