"""A peer of the stpconnect protocol, version 1, in network mode over TCP; written from docs/protocol.md alone.

Python 3.10 or newer, standard library only.

listen   the client process: accepts, and echoes each session's data channel in upper case
connect  the server process: dials, sends a text and prints what comes back
"""

import argparse
import asyncio
import json
import signal
import socket
import sys

import client_process
import server_process
from client_process import ClientProcess, failure_record
from connection import Connection, Failed
from server_process import ServerProcess, exchange


class OneLineParser(argparse.ArgumentParser):
    """Says what is wrong in one line and exits with 2."""

    def error(self, message: str) -> None:
        self.exit(2, f"{self.prog}: {message} (see --help)\n")


def port_number(text: str, least: int) -> int:
    """Parses a TCP port. Raises ArgumentTypeError."""
    if not (text.isascii() and text.isdigit()) or not least <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"port {text!r}: expected a number from {least} to 65535")
    return int(text)


def positive(text: str) -> int:
    """Parses a whole number from 1. Raises ArgumentTypeError."""
    if not (text.isascii() and text.isdigit()) or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r}: expected a whole number from 1")
    return int(text)


def secret_of(path: str) -> bytes:
    """Reads a secret: the file's bytes as they are. Raises ArgumentTypeError."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise argparse.ArgumentTypeError(f"cannot read {path!r}: {error.strerror}") from None


def limit_of(known: dict[str, int]):
    """A parser of NAME=MS for the limits that `known` has."""

    def parse(text: str) -> tuple[str, int]:
        name, _, value = text.partition("=")
        if name not in known:
            raise argparse.ArgumentTypeError(f"limit {name!r}: expected one of {', '.join(known)}")
        return name, positive(value)

    return parse


def add_common(parser: argparse.ArgumentParser, limits: dict[str, int], least_port: int) -> None:
    parser.add_argument("host", metavar="HOST")
    parser.add_argument("port", metavar="PORT", type=lambda text: port_number(text, least_port))
    parser.add_argument(
        "--secret-file", dest="secret", metavar="F", type=secret_of, default=b"", help="the secret, raw bytes; default: empty"
    )
    parser.add_argument(
        "--limit",
        dest="limits",
        metavar="NAME=MS",
        type=limit_of(limits),
        action="append",
        default=[],
        help="a time limit in milliseconds: " + ", ".join(f"{name}={value}" for name, value in limits.items()),
    )


def parse_arguments() -> argparse.Namespace:
    parser = OneLineParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    roles = parser.add_subparsers(dest="role", metavar="ROLE", required=True)
    listen = roles.add_parser("listen", help="client process; port 0 lets the system choose")
    add_common(listen, client_process.LIMITS, 0)
    listen.add_argument("--once", action="store_true", help="end after the first attempt that ended, and its session")
    listen.add_argument("--max-sessions", metavar="N", type=positive, default=1000, help="more are declined: busy")
    connect = roles.add_parser("connect", help="server process")
    add_common(connect, server_process.LIMITS, 1)
    connect.add_argument("--data", metavar="TEXT", default="", help="what to write on the data channel")
    return parser.parse_args()


def say(record: dict[str, object]) -> None:
    print(json.dumps(record), flush=True)


def stopping_event() -> asyncio.Event:
    """Set by SIGTERM and SIGINT."""
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    return stopping


def listening_socket(host: str, port: int) -> socket.socket:
    """Listens on the first address of `host` only, so that port 0 means one port. Raises OSError."""
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    return socket.create_server(address[:2], family=family, backlog=128)


async def listen(options: argparse.Namespace) -> int:
    """Accepts until it is told to stop, or with --once until nothing is left of the first attempt that ended."""
    stopping = stopping_event()
    running: set[asyncio.Task] = set()
    reported: list[dict[str, object]] = []

    def report(record: dict[str, object]) -> None:
        if options.once:
            reported.append(record)
        say(record)

    limits = client_process.LIMITS | dict(options.limits)
    process = ClientProcess(options.secret, limits, options.max_sessions, stopping, report)

    async def accepted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        running.add(task)
        try:
            await process.serve(Connection(reader, writer))
        finally:
            running.discard(task)
            if reported and not running:
                stopping.set()

    try:
        listener = listening_socket(options.host, options.port)
    except OSError as error:
        print(f"peer.py listen: cannot listen on {options.host} {options.port}: {error.strerror}", file=sys.stderr)
        return 1
    server = await asyncio.start_server(accepted, sock=listener)
    say({"listening": listener.getsockname()[1]})
    await stopping.wait()
    server.close()
    await asyncio.gather(*running, return_exceptions=True)
    return 0


async def connect(options: argparse.Namespace) -> int:
    """One session, or the reason why there is none."""
    limits = server_process.LIMITS | dict(options.limits)
    stopping = stopping_event()
    process = ServerProcess(options.host, options.port, options.secret, limits, stopping)
    try:
        session = await process.handshake()
        data, error = await exchange(session, options.data.encode("utf-8", "surrogateescape"), stopping)
    except Failed as failure:
        say({"reason": None} | failure_record(failure))
        return 1
    except OSError:
        say({"failed": "connectionReset", "reason": None})
        return 1
    say({"established": True, "data": data.decode("utf-8", "replace"), "error": error.decode("utf-8", "replace")})
    return 0


def main() -> int:
    options = parse_arguments()
    return asyncio.run(listen(options) if options.role == "listen" else connect(options))


if __name__ == "__main__":
    sys.exit(main())
