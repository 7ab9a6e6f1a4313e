"""Hide the file system from this process and all that it starts, by Linux's Landlock.

https://docs.kernel.org/userspace-api/landlock.html; needs neither root nor a namespace, since 5.13.
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys
from collections.abc import Iterable
from pathlib import Path

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # the same numbers everywhere
_VERSION, _PATH_BENEATH = 1, 1
_PR_SET_NO_NEW_PRIVS = 38

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_FIRST_RIGHTS = (1 << 13) - 1  # what version 1 knows: those, and making and removing of all kinds
_REFER, _TRUNCATE = 1 << 13, 1 << 14  # since version 2 and 3
_OF_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE
_READ = _EXECUTE | _READ_FILE | _READ_DIR


def see_only(readable: Iterable[Path], writable: Iterable[Path]) -> bool:
    """Refuse, for ever, every file but those below these paths; paths that are missing don't count.

    Args:
        readable: files and folders to read, and to run programs of.
        writable: files and folders to do anything with.

    Returns:
        Whether that is so; false where the system has no Landlock.
    """
    if sys.platform != "linux":
        return False
    syscall = ctypes.CDLL(None, use_errno=True).syscall
    version = syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), _VERSION)
    if version < 1:
        return False
    rights = _FIRST_RIGHTS | (_REFER if version >= 2 else 0) | (_TRUNCATE if version >= 3 else 0)
    ruleset = syscall(_CREATE_RULESET, struct.pack("Q", rights), ctypes.c_size_t(8), 0)
    if ruleset < 0:
        return False
    try:
        for paths, allowed in ((readable, rights & _READ), (writable, rights)):
            for path in paths:
                _allow(syscall, ruleset, path, allowed)
        nothing = ctypes.c_ulong(0)
        prctl = ctypes.CDLL(None).prctl
        prctl(_PR_SET_NO_NEW_PRIVS, ctypes.c_ulong(1), nothing, nothing, nothing)
        return syscall(_RESTRICT_SELF, ruleset, 0) == 0
    finally:
        os.close(ruleset)


def _allow(syscall: ctypes._NamedFuncPointer, ruleset: int, path: Path, allowed: int) -> None:
    try:
        opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        rule = struct.pack("=Qi", allowed if path.is_dir() else allowed & _OF_FILES, opened)
        if syscall(_ADD_RULE, ruleset, _PATH_BENEATH, rule, 0) != 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), str(path))
    finally:
        os.close(opened)
