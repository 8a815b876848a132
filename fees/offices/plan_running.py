"""Plans asked for at the office, one at a time, each in a process of its own that is ended when it takes too long."""

import asyncio
import sys

import msgspec

from fees.planning.errand import Answer, Asked, Fault, NotPlanned

SECONDS_MAX = 60.0
WAITING_MAX = 4


class Plans:
    """Answers what is asked; whoever finds too many waiting is told to come again."""

    def __init__(self, seconds_max: float = SECONDS_MAX) -> None:
        self._turn = asyncio.Lock()
        self._waiting = 0
        self._seconds_max = seconds_max

    async def answer(self, asked: Asked) -> Answer:
        """The plan's files, or why there are none."""
        if self._waiting >= WAITING_MAX:
            return _not_now("ほかの試算が続いています。少し待ってからもう一度送ってください。")
        self._waiting += 1
        try:
            async with self._turn:
                return await self._in_a_process(asked)
        finally:
            self._waiting -= 1

    async def _in_a_process(self, asked: Asked) -> Answer:
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "fees.planning", stdin=pipe, stdout=pipe, stderr=asyncio.subprocess.DEVNULL
        )
        try:
            async with asyncio.timeout(self._seconds_max):
                told, _ = await process.communicate(msgspec.msgpack.encode(asked))
        except TimeoutError:
            return _not_now("時間がかかりすぎるため、試算を打ち切りました。draws を減らすか、konbini plan で試算してください。")
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode != 0:
            return _not_now("試算できませんでした。")
        answer: Answer = msgspec.msgpack.decode(told, type=Answer)
        return answer


def _not_now(reason: str) -> NotPlanned:
    return NotPlanned((Fault("plan", 0, reason),))
