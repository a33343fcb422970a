// SPDX-License-Identifier: GPL-2.0-only
#include "mpi_ranks.hpp"

#ifdef LBS_HAS_MPI

#include "program.hpp"

#include <mpi.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <string>
#include <thread>

namespace lbs {

namespace {

// Numbers in one call, whose counts are int.
constexpr std::size_t PIECE = 1U << 28U;

class MpiRanks final : public Ranks {
 public:
  MpiRanks()
  {
    MPI_Init(nullptr, nullptr);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
    MPI_Comm_size(MPI_COMM_WORLD, &size_);
    if (rank_ != 0 && !std::freopen("/dev/null", "w", stdout)) MPI_Abort(MPI_COMM_WORLD, 1);
  }

  [[nodiscard]] int rank() const override { return rank_; }
  [[nodiscard]] int size() const override { return size_; }
  void sum(double *values, std::size_t count) override { reduce(values, count, MPI_SUM); }
  void least(double *values, std::size_t count) override { reduce(values, count, MPI_MIN); }

 private:
  int rank_ = 0;
  int size_ = 1;

  // By the first rank, which then tells the others: MPI_Allreduce need not give all the same bits.
  void reduce(double *values, std::size_t count, MPI_Op operation) const
  {
    for (std::size_t at = 0; at < count; at += PIECE) {
      double *const piece = values + at;
      auto const n = static_cast<int>(std::min(PIECE, count - at));
      MPI_Reduce(rank_ == 0 ? MPI_IN_PLACE : piece, piece, n, MPI_DOUBLE, operation, 0,
                 MPI_COMM_WORLD);
      MPI_Bcast(piece, n, MPI_DOUBLE, 0, MPI_COMM_WORLD);
    }
  }
};

// Most often all ranks throw the same: the first one shall have the time to say it.
constexpr std::chrono::seconds PATIENCE(10);

}    // namespace

void on_mpi_ranks(const std::function<void(Ranks &)> &work)
{
  MpiRanks ranks;
  try {
    work(ranks);
  } catch (const std::exception &) {
    if (!ranks.is_first()) std::this_thread::sleep_for(PATIENCE);
    std::fflush(stdout);
    report_exception(ranks.is_first() ? "deepsea"
                                      : "deepsea, rank " + std::to_string(ranks.rank()));
    MPI_Abort(MPI_COMM_WORLD, 1);
  }
  MPI_Finalize();
}

}    // namespace lbs

#else

#include "support/input_error.hpp"

namespace lbs {

void on_mpi_ranks(const std::function<void(Ranks &)> &)
{
  throw InputError("--mpi: this program was built for a LAMMPS without MPI, so it has none; leave "
                   "--mpi out, or build it for a LAMMPS with MPI");
}

}    // namespace lbs

#endif
