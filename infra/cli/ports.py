"""Whether a server could listen at an address, and what to say when none could."""

from __future__ import annotations

import errno
import socket
from enum import StrEnum

from shared.settings import PREFIX

NO_HOST = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)
NOT_ALLOWED = (errno.EACCES, errno.EPERM)


class PortProblem(StrEnum):
    """Why no server can listen at an address."""

    TAKEN = "taken"
    NO_HOST = "no host"
    NOT_ALLOWED = "not allowed"


def port_sentence(problem: PortProblem, host: str, port: int, name: str) -> str:
    """Return what to do about a port that is set by the setting of that name."""
    setting = f"{PREFIX}{name.upper()}"
    return {
        PortProblem.TAKEN: f"Port {port} of {host} is taken; free it or set {setting} to another.",
        PortProblem.NO_HOST: f"{PREFIX}HOST is {host}, which is no address of this machine; "
        "set it to one of its addresses, or to 0.0.0.0 for all.",
        PortProblem.NOT_ALLOWED: f"This user may not listen on port {port}; set {setting} to another, 1024 or more.",
    }[problem]


def problem_of_port(host: str, port: int, *, is_shared: bool = False) -> PortProblem | None:
    """Tell why no server could listen there now, None when one could; one that shares its port, beside others."""
    try:
        with socket.socket(family_of(host)) as probe:
            # as servers do: what remains of connections that have ended does not count
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if is_shared:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            probe.bind((host, port))
    except OSError as refused:
        return _problem(refused)
    except UnicodeError:  # what is too long for a name of a host, or has an empty part
        return PortProblem.NO_HOST
    return None


def _problem(refused: OSError) -> PortProblem:
    if isinstance(refused, socket.gaierror) or refused.errno in NO_HOST:
        return PortProblem.NO_HOST
    return PortProblem.NOT_ALLOWED if refused.errno in NOT_ALLOWED else PortProblem.TAKEN


def family_of(host: str) -> socket.AddressFamily:
    """Return which kind of address the host is."""
    return socket.AF_INET6 if ":" in host else socket.AF_INET
