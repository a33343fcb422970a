// SPDX-License-Identifier: GPL-2.0-only
#include "evaluator.hpp"

#include "center_batch.hpp"
#include "prepared_model.hpp"

#include <algorithm>
#include <deque>
#include <optional>

namespace lbs::deepsea {

class Evaluator::Implementation {
 public:
  virtual ~Implementation() = default;
  virtual void evaluate(const Atoms &atoms, Results &results) = 0;
  [[nodiscard]] virtual std::size_t memory_usage() const = 0;

  int bad_center = -1;
  ShortPair short_pairs;
  TableReport report;
};

namespace {

// Centers of one type that are evaluated together.
struct Chunk {
  int type;
  std::size_t start;
  int count;
};

}    // namespace

// Threads take chunks of centers, always the same ones for a given number of threads, and add to
// sums of their own. Those are zeroed by their threads and added up in the order of the threads,
// each thread its share of the atoms, so that results do not depend on who comes first.
template <class Real> class EvaluatorIn final : public Evaluator::Implementation {
 public:
  EvaluatorIn(const Model &model, const EvaluatorSettings &settings)
      : general_(model, settings.table_tolerance(), Form::GENERAL),
        threads_(std::max(1, settings.threads)), by_type_(model.types()), sums_(threads_),
        buffers_(threads_)
  {
    report = general_.report;
    if (general_.tables_used) {
      reduced_.emplace(model, settings.table_tolerance(), Form::REDUCED);
      if (!reduced_->is_less_work(general_)) reduced_.reset();
    }
    if (reduced_) report = joined(reduced_->report, general_.report);
    for (int t = 0; t < threads_; ++t) {
      if (reduced_) reduced_batches_.emplace_back(*reduced_);
      general_batches_.emplace_back(general_);
    }
  }

  void evaluate(const Atoms &atoms, Results &results) override
  {
    for (auto &centers : by_type_) centers.clear();
    for (int i = 0; i < atoms.list.inum; ++i) add_center(atoms, atoms.list.ilist[i]);
    begin_sums(atoms, results);
    if (reduced_) {
      evaluate_by(reduced_batches_, atoms);
      for (auto &centers : by_type_) centers.clear();
      for (const BatchSums &sums : sums_)
        for (int const center : sums.left_over) add_center(atoms, center);
    }
    evaluate_by(general_batches_, atoms);
    add_arrays(atoms, results);
    add_scalars(results);
  }

  [[nodiscard]] std::size_t memory_usage() const override
  {
    std::size_t bytes = general_.memory_usage() + centers_.capacity() * sizeof(int);
    if (reduced_) bytes += reduced_->memory_usage();
    for (const auto *batches : {&reduced_batches_, &general_batches_})
      for (const auto &batch : *batches) bytes += batch.memory_usage();
    for (const auto &buffer : buffers_) bytes += buffer.numbers.capacity() * sizeof(double);
    return bytes;
  }

 private:
  // The arrays of Results for one of several threads.
  struct Buffer {
    std::vector<double> numbers;

    // Zeroed, in place of those of `results` that are wanted.
    void attach(int atoms, Results &results)
    {
      auto const n = static_cast<std::size_t>(atoms);
      std::size_t columns = 0;
      over_arrays(results, [&](auto &, std::size_t of_array) { columns += of_array; });
      numbers.assign(n * columns, 0.0);
      double *next = numbers.data();
      over_arrays(results, [&](auto &array, std::size_t of_array) {
        array = reinterpret_cast<std::remove_reference_t<decltype(array)>>(next);
        next += n * of_array;
      });
    }
  };

  // Calls visit(array, its columns) for the arrays with a row for each atom that are wanted and
  // that more than one thread may add to.
  template <class Visit> static void over_arrays(Results &results, Visit visit)
  {
    if (results.force) visit(results.force, 3);
    if (results.atom_virial) visit(results.atom_virial, 9);
    if (results.shared_virial) visit(results.shared_virial, 6);
  }

  std::optional<PreparedModel<Real>> reduced_;    // if that is less work
  PreparedModel<Real> general_;
  int threads_;
  std::vector<std::vector<int>> by_type_;    // centers to evaluate
  std::vector<int> centers_;
  std::vector<Chunk> chunks_;
  std::deque<CenterBatch<Real>> reduced_batches_;
  std::deque<CenterBatch<Real>> general_batches_;
  std::vector<BatchSums> sums_;
  std::vector<Buffer> buffers_;

  void add_center(const Atoms &atoms, int center)
  {
    if (atoms.type[center] >= 0) by_type_[atoms.type[center]].push_back(center);
  }

  // Calls work(t) for all threads t at once, each by its own.
  template <class Work> void in_threads(Work work) const
  {
#pragma omp parallel for num_threads(threads_) schedule(static, 1) if (threads_ > 1)
    for (int t = 0; t < threads_; ++t) work(t);
  }

  // The first thread adds to the results in place.
  void begin_sums(const Atoms &atoms, const Results &results)
  {
    in_threads([&](int t) {
      sums_[t] = BatchSums();
      Results &sums = sums_[t].results;
      sums = results;
      sums.energy = 0.0;
      std::fill(std::begin(sums.virial), std::end(sums.virial), 0.0);
      if (t > 0) buffers_[t].attach(atoms.count, sums);
    });
  }

  void evaluate_by(std::deque<CenterBatch<Real>> &batches, const Atoms &atoms)
  {
    make_chunks();
    if (chunks_.empty()) return;
    in_threads([&](int t) {
      for (std::size_t c = t; c < chunks_.size(); c += threads_)
        batches[t].evaluate(atoms, chunks_[c].type, centers_.data() + chunks_[c].start,
                            chunks_[c].count, sums_[t]);
    });
  }

  void make_chunks()
  {
    centers_.clear();
    chunks_.clear();
    for (int type = 0; type < general_.types; ++type) {
      auto const count = static_cast<int>(by_type_[type].size());
      // In pairs of packs, which matrix products like.
      constexpr int PAIR = 2 * LANES<Real>;
      long const pairs = (count + PAIR - 1) / PAIR;
      long const share = (pairs + threads_ - 1) / threads_;
      auto const pieces = static_cast<int>(2 * share + MOST_PACKS - 1) / MOST_PACKS * threads_;
      for (int p = 0; p < pieces; ++p) {
        auto const first = static_cast<int>(pairs * p / pieces) * PAIR;
        auto const last = std::min(count, static_cast<int>(pairs * (p + 1) / pieces) * PAIR);
        if (last > first) chunks_.push_back({type, centers_.size() + first, last - first});
      }
      centers_.insert(centers_.end(), by_type_[type].begin(), by_type_[type].end());
    }
  }

  void add_arrays(const Atoms &atoms, Results &results)
  {
    if (threads_ == 1) return;
    in_threads([&](int share) {
      auto const from = static_cast<std::size_t>(atoms.count) * share / threads_;
      auto const to = static_cast<std::size_t>(atoms.count) * (share + 1) / threads_;
      for (int t = 1; t < threads_; ++t) {
        const double *next = buffers_[t].numbers.data();
        over_arrays(results, [&](auto *array, std::size_t columns) {
          auto *const sum = reinterpret_cast<double *>(array);
          for (std::size_t i = columns * from; i < columns * to; ++i) sum[i] += next[i];
          next += columns * atoms.count;
        });
      }
    });
  }

  void add_scalars(Results &results)
  {
    bad_center = -1;
    short_pairs = ShortPair();
    for (const BatchSums &sums : sums_) {
      results.energy += sums.results.energy;
      for (int k = 0; k < 9; ++k) results.virial[k] += sums.results.virial[k];
      if (bad_center < 0) bad_center = sums.bad_center;
      long const count = short_pairs.count + sums.shortest.count;
      if (sums.shortest.count > 0 &&
          (short_pairs.count == 0 ||
           sums.shortest.distance * short_pairs.bound < short_pairs.distance * sums.shortest.bound))
        short_pairs = sums.shortest;
      short_pairs.count = count;
    }
  }
};

Evaluator::Evaluator(const Model &model, const EvaluatorSettings &settings)
{
  if (settings.arithmetic == EvaluatorSettings::Arithmetic::MIXED)
    impl_ = std::make_unique<EvaluatorIn<float>>(model, settings);
  else impl_ = std::make_unique<EvaluatorIn<double>>(model, settings);
}

Evaluator::~Evaluator() = default;

void Evaluator::evaluate(const Atoms &atoms, Results &results)
{
  impl_->evaluate(atoms, results);
}

int Evaluator::bad_center() const
{
  return impl_->bad_center;
}

const ShortPair &Evaluator::short_pairs() const
{
  return impl_->short_pairs;
}

Evaluator::TableReport Evaluator::table_report() const
{
  return impl_->report;
}

std::size_t Evaluator::memory_usage() const
{
  return impl_->memory_usage();
}

}    // namespace lbs::deepsea
