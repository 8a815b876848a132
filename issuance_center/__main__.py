"""The center in the real world: clock, chance, files, sockets and the database enter here, and only here."""

import asyncio
import secrets
from collections.abc import Callable, Coroutine, Mapping
from contextlib import AsyncExitStack
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from prometheus_client import CollectorRegistry

from certificates.signature.chain import SignerRole, Untrusted, signing_certificate
from certificates.signature.key_list import read_key_list
from certificates.signature.signing import Signer, signer
from issuance_center.app import operator_office
from issuance_center.backs import Documents
from issuance_center.config import Config, DocumentFiles, Line, load_config
from issuance_center.delivery import Delivery
from issuance_center.desk import Desk
from issuance_center.move_entries import enter, withdraw
from issuance_center.moving import Mover
from issuance_center.ocsp_line import HttpOcspLine
from issuance_center.prices import PriceLists
from issuance_center.readers import Readers
from issuance_center.receivers import receivers_application
from issuance_center.records.tables import METADATA
from issuance_center.shelf import Shelf
from messages import visits as said
from messages.configuration import ConfigInvalid
from messages.door import Door, open_door, serve_application
from messages.ids import time_ordered_id
from messages.link import HttpLink, Link, RehearsedLink
from messages.logs import configure
from messages.serving import run_until_stopped
from messages.uses import ApplyForUse, AskUse
from storage.crash_points import CrashPoints, RehearsedStore
from storage.instants import JST
from storage.opening import open_store
from storage.store import Store
from trust.authority import KeyUnusable, load_certificate, load_key
from trust.parties import client_context, server_context

T = TypeVar("T")

ACCEPTS = (
    said.AskDirectory,
    said.OpenVisit,
    said.Authenticate,
    said.AskKinds,
    said.AskChoices,
    said.Apply,
    said.Report,
    ApplyForUse,
    AskUse,
    said.CloseVisit,
)


def run(config_file: Path) -> None:
    """Serve until stopped; raises `ConfigInvalid` for a configuration that cannot be used."""
    config = load_config(config_file)
    log = configure(config.name)
    log.info("starting", door=config.door.port, office=config.office.port)
    run_until_stopped(lambda stop: serve(config, stop))


async def serve(config: Config, stop: asyncio.Event) -> None:
    """Open the center's doors and keep them open until `stop`."""
    async with AsyncExitStack() as stack:
        points = CrashPoints(config.crash_points, config.name)
        opened = await open_store(config.database, METADATA)
        stack.push_async_callback(opened.close)
        store = RehearsedStore(opened, points)
        fees = _line(config, config.fees, stack, points)
        issuers: Mapping[str, Link] = {line.name: _line(config, line, stack, points) for line in config.issuers}
        ocsp = HttpOcspLine(config.jpki.ocsp_url, config.limits.ocsp_seconds)
        stack.push_async_callback(ocsp.close)
        delivery = Delivery(config, store, fees=fees, issuers=issuers, now=now)
        documents = documents_of(config, now())
        shelf = Shelf(config, store)  # one for the desk and the pages: what is entered here counts from the next message on
        desk = Desk(
            config,
            store,
            issuers=issuers,
            prices=PriceLists(fees, config.limits.fees_seconds),
            ocsp=ocsp,
            roots=tuple(x509.load_pem_x509_certificates(config.jpki.authority.read_bytes())),
            documents=documents,
            token=secrets.token_bytes,
            new_id=lambda at: time_ordered_id(at, secrets.token_bytes),
            wake=delivery.wake,
            shelf=shelf,
        )
        mover = Mover(store, desk.lines, enter=enter, withdraw=withdraw, reload=shelf.reload, token=secrets.token_bytes, now=now)
        await _open_to_receivers(config, store, documents, stack)
        await _open_doors(config, store, desk, shelf, mover, delivery, points, stack)
        await _worked_until(stop, (delivery.run(), mover.run()), stack)


async def _open_doors(
    config: Config, store: Store, desk: Desk, shelf: Shelf, mover: Mover, delivery: Delivery, points: CrashPoints, stack: AsyncExitStack
) -> None:
    """The kiosks' door and the operator's office."""
    registry = CollectorRegistry()
    door = Door(desk, title="証明書交付センター（見本）", accepts=ACCEPTS, now=now, registry=registry, points=points)
    office = operator_office(
        config,
        store,
        wake=delivery.wake,
        now=now,
        token=secrets.token_bytes,
        registry=registry,
        openapi=door.openapi,
        lines=desk.lines,
        book=desk.book,
        mover=mover,
        reload=shelf.reload,
    )
    context = server_context(config.door.certificate_file, config.door.key_file, config.door.ca_file)
    await stack.enter_async_context(open_door(door, config.door.host, config.door.port, context))
    await stack.enter_async_context(serve_application(office, config.office.host, config.office.port))


async def _open_to_receivers(config: Config, store: Store, documents: Documents, stack: AsyncExitStack) -> None:
    readers = Readers(documents.secret)
    stack.callback(readers.close)
    public = receivers_application(store, documents, readers, now)
    await stack.enter_async_context(serve_application(public, config.receivers.host, config.receivers.port))


async def _worked_until(stop: asyncio.Event, works: tuple[Coroutine[Any, Any, None], ...], stack: AsyncExitStack) -> None:
    tasks = [asyncio.create_task(work) for work in works]
    stopping = asyncio.create_task(stop.wait())
    for task in (*tasks, stopping):
        stack.callback(task.cancel)
    await asyncio.wait({*tasks, stopping}, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        if task.done():
            task.result()  # a center that delivers nothing, or moves nothing, must not look well: it ends, and is started again


def documents_of(config: Config, at: datetime) -> Documents:
    """What stands behind papers, read from its files, good for use at `at` (aware); raises `ConfigInvalid`: no paper could be handed out with what is wrong here, or be believed."""
    files = config.documents
    roots = _read("authority", files.authority, x509.load_pem_x509_certificates)
    key_list = _read("key_list", files.key_list, bytes)
    code_keys = _read("key_list", files.key_list, lambda data: read_key_list(data, roots[0]))
    secret = _read("secret", files.secret, bytes)
    if len(secret) < 32:
        raise ConfigInvalid(f"documents.secret: {files.secret} has {len(secret)} bytes; it must have 32 or more")
    certificate, own = _signer_of(files)
    try:
        named = signing_certificate([certificate.public_bytes(Encoding.DER)], roots)
    except Untrusted as problem:
        raise ConfigInvalid(f"documents.certificate: {files.certificate} is not of this authority: {problem}") from None
    if (named.role, named.name) != (SignerRole.CENTER, config.name):
        raise ConfigInvalid(f"documents.certificate: {files.certificate} is that of {named.role} {named.name}, not of the center {config.name}")
    if not named.valid_from <= at <= named.valid_until:
        raise ConfigInvalid(f"documents.certificate: {files.certificate} is valid from {named.valid_from} to {named.valid_until}, which is not now")
    return Documents(tuple(roots), code_keys, key_list, own, secret, files.url, files.name_ja)


def _signer_of(files: DocumentFiles) -> tuple[x509.Certificate, Signer]:
    try:
        key, certificate = load_key(files.key), load_certificate(files.certificate)
        if not isinstance(key, rsa.RSAPrivateKey):
            raise ConfigInvalid(f"documents.key: {files.key} is no RSA key")
        return certificate, signer(key, certificate)
    except (KeyUnusable, OSError) as problem:
        raise ConfigInvalid(f"documents: {problem}") from None
    except ValueError as problem:
        raise ConfigInvalid(f"documents: {files.key} and {files.certificate}: {problem}") from None


def _read(name: str, file: Path, understood: Callable[[bytes], T]) -> T:
    try:
        return understood(file.read_bytes())
    except OSError as problem:
        raise ConfigInvalid(f"documents.{name}: {file} cannot be read: {problem.strerror}") from None
    except ValueError as problem:
        raise ConfigInvalid(f"documents.{name}: {file} is not what it must be: {problem}") from None


def now() -> datetime:
    """The real clock, in Japan Standard Time."""
    return datetime.now(JST)


def _line(config: Config, line: Line, stack: AsyncExitStack, points: CrashPoints) -> RehearsedLink:
    link = HttpLink(line.url, client_context(config.door.certificate_file, config.door.key_file, config.door.ca_file), line.server_name)
    stack.push_async_callback(link.close)
    return RehearsedLink(link, points)
