"""What a child gives up before it opens a file that a stranger made. Linux; elsewhere, less.

``landlock`` has the rest: the file system.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import resource
import signal
import struct
import sys

_PR_SET_PDEATHSIG = 1
_PR_SET_SECCOMP = 22
_PR_SET_NO_NEW_PRIVS = 38
_SECCOMP_MODE_FILTER = 2

# linux/audit.h's name of the architecture, and its numbers of the calls that open a way out:
# socket, and io_uring_setup, by which a socket can be had without the call.
_CALLS = {"x86_64": (0xC000003E, (41, 425)), "aarch64": (0xC00000B7, (198, 425))}
_X32_BIT = 0x40000000  # the same calls by other numbers, on x86_64

# A classic BPF program over struct seccomp_data: the call's number at 0, the architecture at 4.
_LOAD, _EQUALS, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000


def die_with(parent_pid: int) -> None:
    """Have the kernel kill this process with its parent; elsewhere it dies of its next event."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent_pid:
        sys.exit("the parent is gone")


def limit_memory(max_bytes: int) -> None:
    """Bound the memory that this process, and each that it starts, can write to. No core dumps.

    Reservations and mapped files do not count, so that many threads cost nothing.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_DATA, (max_bytes, max_bytes))


def give_up_network() -> bool:
    """Refuse this process, and all that it starts, every socket for ever.

    Returns:
        Whether that is so; false where the system has no such filter.
    """
    if sys.platform != "linux" or platform.machine() not in _CALLS:
        return False
    program = _no_sockets(*_CALLS[platform.machine()])
    code = ctypes.create_string_buffer(program, len(program))
    # struct sock_fprog: a count, and after padding a pointer.
    wanted = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(code))
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    nothing = ctypes.c_ulong(0)
    return (
        prctl(_PR_SET_NO_NEW_PRIVS, ctypes.c_ulong(1), nothing, nothing, nothing) == 0
        and prctl(_PR_SET_SECCOMP, ctypes.c_ulong(_SECCOMP_MODE_FILTER), wanted) == 0
    )


def _no_sockets(architecture: int, calls: tuple[int, ...]) -> bytes:
    """Return a program that answers these calls, and all of another architecture, with EACCES."""
    refused = len(calls) + 1  # jumps are counted from the instruction that follows
    lines = [
        (_LOAD, 0, 0, 4),
        (_EQUALS, 0, refused + 2, architecture),
        (_LOAD, 0, 0, 0),
        (_AT_LEAST, refused, 0, _X32_BIT),
        *((_EQUALS, refused - 1 - place, 0, call) for place, call in enumerate(calls)),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _ERRNO | errno.EACCES),
    ]
    return b"".join(struct.pack("HBBI", *line) for line in lines)
