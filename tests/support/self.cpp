// Bodies of starting this program again.
#include "support/self.hpp"

#include <cerrno>
#include <system_error>
#include <thread>

#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

extern char** environ;

namespace aurora::testing {

pid_t start_self(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "/proc/self/exe");
  std::vector<char*> words;
  for (auto& argument : arguments) words.push_back(argument.data());
  words.push_back(nullptr);
  pid_t child = 0;
  if (const int error = ::posix_spawn(&child, "/proc/self/exe", nullptr, nullptr, words.data(), environ))
    throw std::system_error(error, std::generic_category(), "posix_spawn");
  return child;
}

Ended wait_for(pid_t child, std::chrono::seconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  Ended ended;
  int status = 0;
  while (::waitpid(child, &status, WNOHANG) == 0) {
    if (!ended.hung && std::chrono::steady_clock::now() > deadline) {
      ended.hung = true;
      ::kill(child, SIGKILL);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  if (WIFSIGNALED(status)) ended.signal = WTERMSIG(status);
  if (WIFEXITED(status)) ended.status = WEXITSTATUS(status);
  return ended;
}

}  // namespace aurora::testing
