// SPDX-License-Identifier: GPL-2.0-only
// Frames of a batch on several ranks.
#include "loss_engine.hpp"

#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>

namespace lbs::deepsea {

namespace {

// Numbers that a thread hands on at a time.
constexpr std::size_t PIECE = 1U << 16U;

constexpr double LossSums::*SUMS[] = {
    &LossSums::energy2,  &LossSums::force2, &LossSums::virial2, &LossSums::weighted_force2,
    &LossSums::energies, &LossSums::forces, &LossSums::virials};
// Means over the frames of a batch.
constexpr double LossSums::*MEANS[] = {&LossSums::loss, &LossSums::energy_term,
                                       &LossSums::force_term, &LossSums::virial_term,
                                       &LossSums::weighted_force_term};

class RankEngine final : public LossEngine {
 public:
  RankEngine(std::unique_ptr<LossEngine> engine, Ranks &ranks, int threads)
      : engine_(std::move(engine)), ranks_(ranks), threads_(threads)
  {
  }

  void set(const std::vector<double> &parameters) override
  {
    parameters_ = &parameters;
    engine_->set(parameters);
  }

  void from_first_rank(std::vector<double> &parameters) override
  {
    if (!ranks_.is_first()) std::fill(parameters.begin(), parameters.end(), 0.0);
    ranks_.sum(parameters.data(), parameters.size());
    set(parameters);
  }

  LossSums evaluate(const std::vector<const TrainingFrame *> &batch, const LossFactors &factors,
                    GradientSink *sink) override
  {
    mine_ = share_of(batch);
    double const share = static_cast<double>(mine_.size()) / static_cast<double>(batch.size());
    LossSums sums;
    if (mine_.empty()) {
      if (sink) gradient_.assign(parameters(), 0.0);
    } else if (sink) {
      sums = engine_->LossEngine::evaluate(mine_, factors, gradient_);
      for (double &g : gradient_) g *= share;
    } else {
      sums = engine_->evaluate(mine_, factors, nullptr);
    }
    for (auto const mean : MEANS) sums.*mean *= share;
    add_up(sums);
    if (!sink) return sums;
    ranks_.sum(gradient_.data(), gradient_.size());
    sink->begin(sums);
    auto const pieces = static_cast<long>((gradient_.size() + PIECE - 1) / PIECE);
#pragma omp parallel for num_threads(threads_)
    for (long piece = 0; piece < pieces; ++piece) {
      std::size_t const begin = static_cast<std::size_t>(piece) * PIECE;
      sink->take(begin, std::min(begin + PIECE, gradient_.size()), gradient_.data() + begin);
    }
    if (parameters_) engine_->set(*parameters_);
    return sums;
  }

  [[nodiscard]] std::size_t parameters() const override
  {
    return engine_->parameters();
  }

  // Only those of this rank's frames.
  [[nodiscard]] const std::vector<Prediction> &predictions() const override
  {
    return engine_->predictions();
  }

  // All ranks take the finest of the spacings that suit their frames.
  double adapt_grids() override
  {
    double largest = mine_.empty() ? 0.0 : engine_->adapt_grids();
    auto spacings = engine_->grid_spacings();
    if (mine_.empty()) std::fill(spacings.begin(), spacings.end(), NONE);
    ranks_.least(spacings.data(), spacings.size());
    engine_->set_grid_spacings(spacings);
    largest = -largest;
    ranks_.least(&largest, 1);
    return -largest;
  }

  [[nodiscard]] std::vector<double> grid_spacings() const override
  {
    return engine_->grid_spacings();
  }

  void set_grid_spacings(const std::vector<double> &spacings) override
  {
    engine_->set_grid_spacings(spacings);
  }

 private:
  static constexpr double NONE = std::numeric_limits<double>::infinity();

  std::unique_ptr<LossEngine> engine_;
  Ranks &ranks_;
  int threads_;
  const std::vector<double> *parameters_ = nullptr;
  std::vector<const TrainingFrame *> mine_;
  std::vector<double> gradient_;

  // Dealt out from the largest frame on, each to the rank with the fewest atoms.
  [[nodiscard]] std::vector<const TrainingFrame *>
  share_of(const std::vector<const TrainingFrame *> &batch) const
  {
    auto frames = batch;
    std::stable_sort(frames.begin(), frames.end(),
                     [](const auto *a, const auto *b) { return a->atoms > b->atoms; });
    std::vector<long> atoms(ranks_.size(), 0);
    std::vector<const TrainingFrame *> mine;
    for (const TrainingFrame *frame : frames) {
      auto const least = std::min_element(atoms.begin(), atoms.end());
      if (least - atoms.begin() == ranks_.rank()) mine.push_back(frame);
      *least += frame->atoms;
    }
    return mine;
  }

  void add_up(LossSums &sums) const
  {
    std::vector<double LossSums::*> members(std::begin(SUMS), std::end(SUMS));
    members.insert(members.end(), std::begin(MEANS), std::end(MEANS));
    std::vector<double> values;
    for (auto const member : members) values.push_back(sums.*member);
    ranks_.sum(values.data(), values.size());
    for (std::size_t k = 0; k < values.size(); ++k) sums.*members[k] = values[k];
  }
};

}    // namespace

std::unique_ptr<LossEngine> rank_engine(std::unique_ptr<LossEngine> engine, Ranks &ranks,
                                        int threads)
{
  return std::make_unique<RankEngine>(std::move(engine), ranks, threads);
}

}    // namespace lbs::deepsea
