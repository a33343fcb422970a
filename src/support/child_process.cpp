// SPDX-License-Identifier: GPL-2.0-only
#include "child_process.hpp"

#include "input_error.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace lbs {

namespace {

bool write_all(int file, const std::string &text)
{
  std::size_t done = 0;
  while (done < text.size()) {
    auto const count = write(file, text.data() + done, text.size() - done);
    if (count < 0 && errno != EINTR) return false;
    if (count > 0) done += static_cast<std::size_t>(count);
  }
  return true;
}

std::string read_all(int file)
{
  std::string text;
  std::array<char, 65536> buffer;
  while (true) {
    auto const count = read(file, buffer.data(), buffer.size());
    if (count == 0 || (count < 0 && errno != EINTR)) return text;
    if (count > 0) text.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

void limit(decltype(RLIMIT_CORE) resource, rlim_t amount)
{
  rlimit const both = {amount, amount};
  setrlimit(resource, &both);
}

// The child's life. It ends without the cleaning up of a program, which is its parent's.
[[noreturn]] void run_child(int out, const std::function<std::string()> &make)
{
  constexpr rlim_t SECONDS = 60;
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_CPU, SECONDS);
  int const nowhere = open("/dev/null", O_WRONLY);
  if (nowhere >= 0) dup2(nowhere, STDERR_FILENO);
  bool done = false;
  try {
    done = write_all(out, make());
  } catch (...) {
    done = false;    // the parent sees it by the exit status
  }
  _exit(done ? 0 : 1);
}

}    // namespace

std::optional<std::string> made_by_child(const std::function<std::string()> &make)
{
  std::array<int, 2> ends{};    // to read, to write
  if (pipe(ends.data()) != 0)
    throw InputError(std::string("cannot make a pipe: ") + std::strerror(errno));
  auto const child = fork();
  if (child < 0) {
    auto const reason = std::string(std::strerror(errno));
    close(ends[0]);
    close(ends[1]);
    throw InputError("cannot start another process: " + reason);
  }
  if (child == 0) {
    close(ends[0]);
    run_child(ends[1], make);
  }
  close(ends[1]);
  auto text = read_all(ends[0]);
  close(ends[0]);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return {};
  return text;
}

}    // namespace lbs
