"""All figures of `docs/performance.md`, one table per subject: `python -m bench`, or `make bench`.

Nothing here asserts a time: a machine that is busy gives other figures, and the tables say what was to be reached.
"""

import os
import platform
import time

from bench import freshness, playground, receiver, streaming_cpu, worker


def main() -> None:
    began = time.monotonic()
    print(f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    print(f"load before: {os.getloadavg()[0]:.1f}")
    for subject in (receiver, worker, streaming_cpu, freshness, playground):
        print(f"\n{subject.report(subject.run())}", flush=True)
    print(f"\nmeasured in {time.monotonic() - began:.0f} s")


main()
