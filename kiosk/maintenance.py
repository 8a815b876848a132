"""What the shop's staff do at the open machine: they see blank paper and torn sheets, never what is printed."""

from typing import Literal

from kiosk.machine import Machine

Service = Literal["jam_next", "clear_jam", "load_paper", "discard"]

SHEETS_A_PACK = 500


def maintain(machine: Machine, service: Service) -> None:
    """`jam_next` is a rehearsal's switch; `discard` destroys what lies in the tray, unseen."""
    match service:
        case "jam_next":
            machine.printer.jam_next()
        case "clear_jam":
            machine.printer.clear_jam()
        case "load_paper":
            machine.printer.load_paper(SHEETS_A_PACK)
        case "discard":
            machine.printer.discard()
