#include "compute_parcels.h"

#include "lmptype.h"

#include <algorithm>
#include <numeric>
#include <utility>

using lbs::network::Parcels;

namespace {

std::vector<int> offsets(const std::vector<int> &counts)
{
  std::vector<int> out(counts.size(), 0);
  std::partial_sum(counts.begin(), counts.end() - 1, out.begin() + 1);
  return out;
}

}    // namespace

Parcels LAMMPS_NS::exchange_parcels(Parcels sent, MPI_Comm world, int &flags)
{
  int const ranks = static_cast<int>(sent.size());
  if (ranks == 1) return sent;
  struct Notice {
    int count, flags;
  };
  std::vector<Notice> told(ranks), heard(ranks);
  for (int r = 0; r < ranks; ++r) told[r] = {static_cast<int>(sent[r].size()), flags};
  MPI_Alltoall(told.data(), 2, MPI_INT, heard.data(), 2, MPI_INT, world);
  std::vector<int> send_count(ranks), receive_count(ranks);
  for (int r = 0; r < ranks; ++r) {
    send_count[r] = told[r].count;
    receive_count[r] = heard[r].count;
    flags |= heard[r].flags;
  }
  auto send_at = offsets(send_count);
  auto receive_at = offsets(receive_count);
  std::vector<bigint> send(send_at.back() + send_count.back());
  std::vector<bigint> receive(receive_at.back() + receive_count.back());
  for (int r = 0; r < ranks; ++r)
    std::copy(sent[r].begin(), sent[r].end(), send.begin() + send_at[r]);
  MPI_Alltoallv(send.data(), send_count.data(), send_at.data(), MPI_LMP_BIGINT, receive.data(),
                receive_count.data(), receive_at.data(), MPI_LMP_BIGINT, world);
  Parcels received(ranks);
  for (int r = 0; r < ranks; ++r) {
    auto const from = receive.begin() + receive_at[r];
    received[r].assign(from, from + receive_count[r]);
  }
  return received;
}

Parcels LAMMPS_NS::exchange_parcels(Parcels sent, MPI_Comm world)
{
  int no_flags = 0;
  return exchange_parcels(std::move(sent), world, no_flags);
}
