"""Start ipykernel so that it never outlives the build that started it, however that ends: `launch PID …`."""

import ctypes
import os
import signal
import sys

DEATH_SIGNAL = 1  # Linux: prctl's PR_SET_PDEATHSIG


def main() -> None:
    """Run a kernel for the process with the number that is the first argument."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
    if os.name == "posix" and os.getppid() != int(sys.argv[1]):
        sys.exit()  # the build is gone already
    del sys.argv[1]
    if sys.path[0] == "":
        del sys.path[0]
    from ipykernel.kernelapp import launch_new_instance

    launch_new_instance()


if __name__ == "__main__":
    main()
