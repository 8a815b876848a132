"""The little town's server, sound or with one fault, and a trial of it."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

from certificates.signature.key_list import read_key_list
from conformance.broken.serving import rehearsed
from conformance.chance import Chance
from conformance.contexts import FileContexts
from conformance.papers import Believed
from conformance.profile import Profile
from conformance.profile_reading import load_profile
from conformance.trial import Trial
from simulation.key_ring import rsa_ring
from storage.instants import JST
from trust.authority import load_certificate


def now() -> datetime:
    return datetime.now(JST)


def trial_of(profile: Profile, url: str, seed: int = 1, load: int = 16) -> Trial:
    """A strict trial of the server there."""
    root = load_certificate(profile.documents.authority)
    believed = Believed(root, read_key_list(profile.documents.key_list.read_bytes(), root))
    return Trial(
        profile, url, FileContexts(profile, now, secrets.token_bytes), believed, now, secrets.token_bytes, Chance(seed), strict=True, load=load
    )


@asynccontextmanager
async def trial(folder: Path, fault: str = "none", seed: int = 1, load: int = 16) -> AsyncIterator[Trial]:
    """A trial of the town's server with this fault."""
    folder.mkdir(exist_ok=True)
    async with rehearsed(folder, fault, now, secrets.token_bytes, rsa_ring()[:3]) as made:
        yield trial_of(load_profile(made.files.profile), made.url, seed, load)
