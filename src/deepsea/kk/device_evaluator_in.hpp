// SPDX-License-Identifier: GPL-2.0-only
// A model on the device in one arithmetic, in all its forms.
#pragma once

#include "device_evaluator.hpp"
#include "form_evaluator.hpp"

#include "deepsea/host/model_form.hpp"

#include <algorithm>
#include <memory>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

namespace lbs::deepsea::device {

template <class Real, class Space> class DeviceEvaluatorIn final : public DeviceEvaluator<Space> {
 public:
  DeviceEvaluatorIn(const Model &model, const EvaluatorSettings &settings, double budget)
      : budget_(budget)
  {
    ModelForm const general(model, settings.table_tolerance(), Form::GENERAL);
    report_ = general.report;
    if (general.tables_used) {
      ModelForm const reduced(model, settings.table_tolerance(), Form::REDUCED);
      if (reduced.is_less_work(general)) {
        reduced_.emplace(reduced);
        report_ = joined(reduced.report, general.report);
      }
    }
    general_.emplace(general);
    left_over_.count = uninitialized<int, Space>("deepsea:left_over_count", 1);
  }

  void set_rows(const NeighborRows<Space> &rows) override
  {
    rows_ = rows.slices();
    chunks_ = make_chunks(main().model(), rows.first(), budget_);
    upload_segments(chunks_, segments_);
    make_room(left_over_.rows, "deepsea:left_over", rows.count());
    make_room(sums_, "deepsea:chunk_sums", chunks_.size());
    for (const Chunk &chunk : chunks_) buffers_.fit(chunk);
    first_ = rows.first();
  }

  HostSums evaluate(const AtomSlices<Space> &atoms, const TallySlices<Space> &tally) override
  {
    Kokkos::deep_copy(Space(), left_over_.count, 0);
    launch(main(), chunks_, segments_, {}, atoms, tally, sums_);
    ChunkSums total = summed(sums_, chunks_.size());
    if (total.changed == 0 && total.left_over > 0)
      total += evaluate_left_over(total.left_over, atoms, tally);
    HostSums sums;
    sums.energy = total.energy;
    std::copy(std::begin(total.virial), std::end(total.virial), sums.virial);
    sums.bad_center = total.bad_center;
    sums.short_pairs = {total.short_pairs, total.center, total.neighbor, total.distance,
                        total.bound};
    // Without a center no kernel has looked.
    sums.types_changed = chunks_.empty() ? to_host(atoms.changed).front() != 0 : total.changed != 0;
    return sums;
  }

  [[nodiscard]] Evaluator::TableReport table_report() const override { return report_; }
  [[nodiscard]] std::size_t memory_usage() const override
  {
    return general_->model().memory_usage() + (reduced_ ? reduced_->model().memory_usage() : 0) +
           buffers_.memory_usage() + left_over_.rows.span() * sizeof(int);
  }

 private:
  double budget_;
  std::optional<FormEvaluator<Real, Space>> reduced_;    // if that is less work
  std::optional<FormEvaluator<Real, Space>> general_;
  Evaluator::TableReport report_;

  RowSlices<Space> rows_;
  std::vector<int> first_;
  std::vector<Chunk> chunks_;
  Array<Segment, Space> segments_, later_segments_;    // [chunk][type]
  ChunkBuffers<Real, Space> buffers_;
  LeftOver<Space> left_over_;
  Array<int, Space> selection_;                  // rows that are left over, sorted
  Array<ChunkSums, Space> sums_, later_sums_;    // [chunk]

  FormEvaluator<Real, Space> &main() { return reduced_ ? *reduced_ : *general_; }

  static void upload_segments(const std::vector<Chunk> &chunks, Array<Segment, Space> &segments)
  {
    std::vector<Segment> all;
    for (const Chunk &chunk : chunks)
      all.insert(all.end(), chunk.segments.begin(), chunk.segments.end());
    make_room(segments, "deepsea:segments", all.size());
    copy_to_device(segments, all);
  }

  template <class T>
  static Slice<const T, Space> head(const Array<T, Space> &array, std::size_t count)
  {
    return Slice<const T, Space>(array).part(0, count);
  }

  // In the order of the chunks, when the device has done them.
  static ChunkSums summed(const Array<ChunkSums, Space> &of_chunks, std::size_t count)
  {
    ChunkSums total;
    for (const ChunkSums &sums : to_host(head(of_chunks, count))) total += sums;
    return total;
  }

  void launch(FormEvaluator<Real, Space> &form, const std::vector<Chunk> &chunks,
              const Slice<const Segment, Space> &segments, const Slice<const int, Space> &selection,
              const AtomSlices<Space> &atoms, const TallySlices<Space> &tally,
              const Array<ChunkSums, Space> &sums)
  {
    std::size_t const types = form.model().types;
    for (std::size_t c = 0; c < chunks.size(); ++c) {
      ChunkSlices<Space> const chunk = {segments.part(c * types, types), selection, chunks[c].first,
                                        chunks[c].count};
      form.evaluate(chunks[c], {chunk, rows_, atoms.records}, tally, buffers_, left_over_,
                    atoms.changed, sums, static_cast<int>(c));
    }
  }

  // Centers with neighbors so close that only the general form of the model serves; rows are in the
  // order of types, so that sorted ones are chunks as well.
  ChunkSums evaluate_left_over(int count, const AtomSlices<Space> &atoms,
                               const TallySlices<Space> &tally)
  {
    std::vector<int> selected = to_host(head(left_over_.rows, count));
    std::sort(selected.begin(), selected.end());
    std::vector<int> first;
    for (int const row : first_)
      first.push_back(static_cast<int>(std::lower_bound(selected.begin(), selected.end(), row) -
                                       selected.begin()));
    auto const chunks = make_chunks(general_->model(), first, budget_);
    upload_segments(chunks, later_segments_);
    make_room(selection_, "deepsea:selection", rows_.center.count());
    copy_to_device(selection_, selected);
    make_room(later_sums_, "deepsea:later_sums", chunks.size());
    for (const Chunk &chunk : chunks) buffers_.fit(chunk);
    launch(*general_, chunks, later_segments_, head(selection_, count), atoms, tally, later_sums_);
    return summed(later_sums_, chunks.size());
  }
};

}    // namespace lbs::deepsea::device
