"""How a change of a register is carried out during a run: the vendor's program or a POST to the vendor's URL. It has returned when the change is in force. Knows nothing of what is changed."""

import asyncio

import aiohttp

from conformance.profile import Hook

PATIENCE_SECONDS = 30.0


class HookFailed(Exception):
    """The change was not carried out; `str()` says how the hook ended."""


async def carry_out(hook: Hook) -> None:
    """Return when the hook has. Raises `HookFailed` for another exit status than 0, another status than 2xx, or silence."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            ended = await (_posted(hook.url) if hook.url else _run(hook.command))
    except (TimeoutError, OSError, aiohttp.ClientError) as error:
        raise HookFailed(f"hook: {type(error).__name__}") from None
    if ended:
        raise HookFailed(f"hook: ended with {ended}")


async def _posted(url: str) -> int:
    async with aiohttp.ClientSession() as session, session.post(url) as response:
        return 0 if response.status // 100 == 2 else response.status


async def _run(command: tuple[str, ...]) -> int:
    quiet = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(*command, stdin=quiet, stdout=quiet, stderr=quiet)
    try:
        return await process.wait()
    except asyncio.CancelledError:
        process.kill()
        await process.wait()
        raise
