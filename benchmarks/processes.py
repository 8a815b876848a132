"""On-CPU time of running processes, from the kernel's scheduler (nanoseconds, all threads)."""

from pathlib import Path


def cpu_ms(pid: int) -> float:
    """Milliseconds this process has been on a CPU since it started; threads that have ended are not counted."""
    spent = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        try:
            spent += int((task / "schedstat").read_text(encoding="ascii").split()[0])
        except FileNotFoundError:
            continue
    return spent / 1e6


def machine() -> str:
    """The processor and how many cores there are, for the report."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{len(models)} × {models[0] if models else 'unknown'}"
