"""The kiosk in the real world: clock, chance, files, sockets and devices enter here, and only here."""

import asyncio
import secrets
from contextlib import AsyncExitStack
from datetime import datetime
from pathlib import Path

from cryptography import x509
from prometheus_client import CollectorRegistry

from kiosk import journal
from kiosk.app import KioskDoor
from kiosk.center_door import CenterDoor, Patience
from kiosk.coin_box import CoinBox
from kiosk.config import Config, TerminalConfig, load_config
from kiosk.machine import Machine
from kiosk.metrics import metrics_in
from kiosk.printer import Printer
from kiosk.reader import Slot
from kiosk.terminal import Terminal
from kiosk.tray_of_cards import TrayOfCards
from messages.door import serve_application
from messages.link import HttpLink, Link, RehearsedLink
from messages.logs import configure
from messages.serving import run_until_stopped
from storage.crash_points import CrashPoints, RehearsedStore
from storage.instants import JST
from storage.sqlite import SqliteStore
from storage.store import Store
from trust.parties import client_context
from trust.signing import load_signing_key


def run(config_file: Path) -> None:
    """Serve until stopped; raises `ConfigInvalid` for a configuration that cannot be used."""
    config = load_config(config_file)
    log = configure(config.name)
    log.info("starting", port=config.port, terminals=len(config.terminals))
    run_until_stopped(lambda stop: serve(config, stop))


async def serve(config: Config, stop: asyncio.Event) -> None:
    """Open the terminals and their door, and keep them open until `stop`."""
    async with AsyncExitStack() as stack:
        points = CrashPoints(config.crash_points, config.name)
        opened = await SqliteStore.open(config.state / "journal.db", journal.metadata)
        stack.push_async_callback(opened.close)
        line = HttpLink(config.center_url, client_context(config.certificate_file, config.key_file, config.ca_file), config.center_name)
        stack.push_async_callback(line.close)
        store, link = RehearsedStore(opened, points), RehearsedLink(line, points)
        registry = CollectorRegistry()
        metrics = metrics_in(registry)
        terminals = {each.id: Terminal(_machine(config, each, store, link, points, stack), metrics) for each in config.terminals}
        lives = [asyncio.create_task(terminal.run(), name=name) for name, terminal in terminals.items()]
        stack.push_async_callback(_end, lives)
        door = KioskDoor(terminals, TrayOfCards(config.holders, points.reach), registry, config.host)
        await stack.enter_async_context(serve_application(door.application(), config.host, config.port))
        await stop.wait()


def now() -> datetime:
    """The real clock, in Japan Standard Time."""
    return datetime.now(JST)


def _machine(config: Config, terminal: TerminalConfig, store: Store, link: Link, points: CrashPoints, stack: AsyncExitStack) -> Machine:
    folder = config.state / "devices" / terminal.id
    coin_box = CoinBox.open(folder / "coin_box", config.float_coins, points.reach)
    stack.callback(coin_box.close)
    printer = Printer.open(folder / "printer", points.reach)
    stack.callback(printer.close)
    patience = Patience(answer_seconds=config.seconds.answer, deadline_seconds=config.seconds.deadline)
    return Machine(
        terminal_id=terminal.id,
        profile=terminal.profile,
        operator=config.operator,
        place_ja=terminal.place_ja,
        place_en=terminal.place_en,
        slot=Slot(),
        coin_box=coin_box,
        printer=printer,
        document_roots=tuple(x509.load_pem_x509_certificates(config.documents_authority.read_bytes())),
        door=CenterDoor(link, terminal.id, load_signing_key(terminal.signing_key_file), patience),
        store=store,
        now=now,
        token=secrets.token_bytes,
        seconds=config.seconds,
    )


async def _end(lives: list["asyncio.Task[None]"]) -> None:
    for life in lives:
        life.cancel()
    await asyncio.gather(*lives, return_exceptions=True)
