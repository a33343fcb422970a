// SPDX-License-Identifier: GPL-2.0-only
#include "compute_rank_exchange.h"

#include "lammps/mpi_types.h"

#include <algorithm>
#include <cstdint>
#include <vector>

using lbs::mpi_int64;
using lbs::network::RankBuffers;

namespace {

// MPI counts in int, so that long buffers go in several messages, which arrive in order.
constexpr std::int64_t LONGEST_MESSAGE = std::int64_t{1} << 30;
constexpr int TAG = 0;

struct Header {
  std::int64_t words, flags;
};

}    // namespace

RankBuffers LAMMPS_NS::exchange_buffers(const RankBuffers &send, MPI_Comm world, int &flags)
{
  int const ranks = static_cast<int>(send.size());
  if (ranks == 1) return send;
  std::vector<Header> send_headers(ranks), receive_headers(ranks);
  for (int r = 0; r < ranks; ++r)
    send_headers[r] = {static_cast<std::int64_t>(send[r].size()), flags};
  MPI_Alltoall(send_headers.data(), 2, mpi_int64(), receive_headers.data(), 2, mpi_int64(), world);

  std::vector<MPI_Request> requests;
  auto const in_pieces = [&requests](std::int64_t words, auto &&message) {
    for (std::int64_t at = 0; at < words; at += LONGEST_MESSAGE)
      message(at, static_cast<int>(std::min(LONGEST_MESSAGE, words - at)),
              &requests.emplace_back());
  };
  RankBuffers received(ranks);
  for (int r = 0; r < ranks; ++r) {
    flags |= static_cast<int>(receive_headers[r].flags);
    received[r].resize(receive_headers[r].words);
    in_pieces(receive_headers[r].words, [&](std::int64_t at, int count, MPI_Request *request) {
      MPI_Irecv(received[r].data() + at, count, mpi_int64(), r, TAG, world, request);
    });
  }
  for (int r = 0; r < ranks; ++r)
    in_pieces(send_headers[r].words, [&](std::int64_t at, int count, MPI_Request *request) {
      MPI_Isend(send[r].data() + at, count, mpi_int64(), r, TAG, world, request);
    });
  std::vector<MPI_Status> statuses(requests.size());    // LAMMPS' serial MPI needs them
  MPI_Waitall(static_cast<int>(requests.size()), requests.data(), statuses.data());
  return received;
}

RankBuffers LAMMPS_NS::exchange_buffers(const RankBuffers &send, MPI_Comm world)
{
  int no_flags = 0;
  return exchange_buffers(send, world, no_flags);
}

std::vector<std::int64_t> LAMMPS_NS::sum_over_ranks(const std::vector<std::int64_t> &counts,
                                                    MPI_Comm world)
{
  auto mine = counts;    // LAMMPS' serial MPI takes no pointer to const
  std::vector<std::int64_t> sum(counts.size());
  MPI_Allreduce(mine.data(), sum.data(), static_cast<int>(mine.size()), mpi_int64(), MPI_SUM,
                world);
  return sum;
}
