// SPDX-License-Identifier: GPL-2.0-only
#include "batches.hpp"

#include "support/input_error.hpp"

#include <algorithm>
#include <numeric>
#include <random>

namespace lbs::deepsea {

Batches::Batches(const DataInput &data, std::vector<std::size_t> system_of, std::size_t atoms,
                 unsigned long seed)
    : weights_(data.weights), seed_(seed), frames_(system_of.size()),
      size_(static_cast<std::size_t>(data.batch_size))
{
  for (std::size_t f = 0; f < system_of.size(); ++f) {
    if (systems_.size() <= system_of[f]) systems_.resize(system_of[f] + 1);
    systems_[system_of[f]].push_back(f);
  }
  if (frames_ == 0) throw InputError("the training data hold no frame");
  set_weights(data);
  if (size_ == 0) {
    std::size_t const all = frames_ * static_cast<std::size_t>(data.batch_atoms);
    size_ = std::max<std::size_t>(1, (all + atoms - 1) / std::max<std::size_t>(1, atoms));
    size_ = std::min(size_, frames_);
  }
  if (size_ > frames_)
    throw InputError("batch_size is " + std::to_string(size_) + ", but there are only " +
                     std::to_string(frames_) + " frames to train on; take so many or fewer");
}

void Batches::set_weights(const DataInput &data)
{
  if (!weights_.empty() && weights_.size() != systems_.size())
    throw InputError("sys_probs has " + std::to_string(weights_.size()) + " numbers for " +
                     std::to_string(systems_.size()) + " systems");
  if (weights_.empty() && data.by_system) weights_.assign(systems_.size(), 1.0);
  if (weights_.empty() && !data.blocks.empty()) {
    weights_.assign(systems_.size(), 0.0);
    for (const SystemBlock &block : data.blocks) {
      if (block.end > systems_.size())
        throw InputError("auto_prob names system " + std::to_string(block.end - 1) + " of " +
                         std::to_string(systems_.size()) + ", which are counted from 0");
      double frames = 0.0;
      for (std::size_t s = block.begin; s < block.end; ++s)
        frames += static_cast<double>(systems_[s].size());
      for (std::size_t s = block.begin; s < block.end; ++s)
        weights_[s] += block.weight * static_cast<double>(systems_[s].size()) / frames;
    }
  }
  for (std::size_t s = 0; s < weights_.size(); ++s)
    if (systems_[s].empty()) weights_[s] = 0.0;
  if (!weights_.empty() && std::accumulate(weights_.begin(), weights_.end(), 0.0) <= 0.0)
    throw InputError("sys_probs and auto_prob leave no system with frames");
}

std::size_t Batches::frame_in_order(std::size_t place)
{
  auto const epoch = static_cast<long>(place / frames_);
  if (epoch != epoch_) {
    epoch_ = epoch;
    order_.resize(frames_);
    std::iota(order_.begin(), order_.end(), std::size_t(0));
    std::seed_seq seeds{seed_, static_cast<unsigned long>(epoch)};
    std::mt19937_64 random(seeds);
    // std::shuffle may differ between libraries; this is the method of Fisher and Yates.
    for (std::size_t k = frames_; k-- > 1;) std::swap(order_[k], order_[random() % (k + 1)]);
  }
  return order_[place % frames_];
}

std::vector<std::size_t> Batches::at(long step)
{
  std::vector<std::size_t> batch;
  auto const first = static_cast<std::size_t>(step) * size_;
  if (weights_.empty()) {
    for (std::size_t k = 0; k < size_; ++k) batch.push_back(frame_in_order(first + k));
    return batch;
  }
  std::seed_seq seeds{seed_, static_cast<unsigned long>(step)};
  std::mt19937_64 random(seeds);
  double const total = std::accumulate(weights_.begin(), weights_.end(), 0.0);
  for (std::size_t k = 0; k < size_; ++k) {
    double place = total * static_cast<double>(random() >> 11U) * 0x1p-53;
    std::size_t s = 0;
    while (s + 1 < systems_.size() && place >= weights_[s]) place -= weights_[s++];
    while (weights_[s] == 0.0) --s;    // rounding went past the last one
    batch.push_back(systems_[s][random() % systems_[s].size()]);
  }
  return batch;
}

}    // namespace lbs::deepsea
