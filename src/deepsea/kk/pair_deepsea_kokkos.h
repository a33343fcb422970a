// SPDX-License-Identifier: GPL-2.0-only
// pair_style deepsea/kk: deepsea by the KOKKOS package. On a GPU all of a step stays in its memory;
// on a host the style hands LAMMPS' list to the evaluator of the plain style.
#pragma once

#include "device_evaluator.hpp"

#include "deepsea/model/zbl.hpp"
#include "deepsea/pair_deepsea.h"
#include "lammps/kokkos_rows.h"

#include <memory>
#include <string>
#include <vector>

namespace LAMMPS_NS {

template <class DeviceType> class PairDeepseaKokkos : public PairDeepsea, public KokkosBase {
 public:
  static constexpr const char *NAME = "pair deepsea";    // for messages

  explicit PairDeepseaKokkos(class LAMMPS *lmp);

  void compute(int eflag, int vflag) override;
  void init_style() override;
  int pack_reverse_comm(int n, int first, double *buffer) override;
  void unpack_reverse_comm(int n, int *to, double *buffer) override;
  int pack_reverse_comm_kokkos(int n, int first, lbs::kokkos::CommBuffer &buffer) override;
  void unpack_reverse_comm_kokkos(int n, DAT::tdual_int_1d list,
                                  lbs::kokkos::CommBuffer &buffer) override;
  double memory_usage() override;

 protected:
  void make_evaluator(const lbs::deepsea::Model &model) override;
  void forget_evaluators() override;
  [[nodiscard]] lbs::deepsea::Evaluator::TableReport table_report(std::size_t model) const override;
  [[nodiscard]] lbs::FullNeighborList neighbor_list() override;
  [[nodiscard]] std::vector<int> neighbors_of(int center) override;
  lbs::deepsea::Results evaluate(std::size_t model, const std::vector<double> &scale, Tally tally,
                                 Shares shares) override;
  void add_core(lbs::deepsea::Results &driving) override;
  void add_forces() override;
  void watch_short_pairs() override;
  void watch_temperature() override;

 private:
  template <class T> using Array = lbs::deepsea::device::Array<T, DeviceType>;
  using KokkosList = NeighListKokkos<DeviceType>;
  using Types = lbs::deepsea::device::ModelTypes<lbs::kokkos::TypeView<DeviceType>,
                                                 lbs::kokkos::MaskView<DeviceType>, DeviceType>;

  bool kernels_;    // else the evaluator of the plain style does the work
  std::vector<std::unique_ptr<lbs::deepsea::device::DeviceEvaluator<DeviceType>>>
      device_evaluators_;

  // Since the list is new.
  bool rows_made_ = false;
  int all_ = 0;    // atoms, images included
  lbs::deepsea::device::NeighborRows<DeviceType> rows_;
  Array<int> kept_type_, home_, type_map_;
  std::vector<int> uploaded_map_;
  lbs::kokkos::HostRows host_rows_;

  // Of an evaluation.
  Array<lbs::deepsea::device::AtomRecord> atoms_;
  Array<int> changed_;
  Array<double> device_force_, atom_energy_, device_atom_virial_, device_shared_virial_, scale_of_;
  lbs::deepsea::device::TallySlices<DeviceType> tally_;
  std::vector<double> uploaded_scale_;
  bool shares_on_host_ = false;    // LAMMPS communicates through the host
  Array<lbs::deepsea::ZblPair> core_pairs_;
  Array<lbs::deepsea::device::ChunkSums> core_sums_;

  [[nodiscard]] const KokkosList &kokkos_list() const
  {
    return *static_cast<const KokkosList *>(list);
  }
  [[nodiscard]] Types types();
  void make_rows();
  [[nodiscard]] auto list_slices() const;
  void pack_atoms(const std::vector<double> &scale, Tally tally);
  void bring_home();
  void bring_shares_to_host();
  template <class Visit> int over_shares(Visit visit);
};

}    // namespace LAMMPS_NS
