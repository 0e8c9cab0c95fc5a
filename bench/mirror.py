"""The local copy of the official documentation: seconds of a sync, size, search times, memory while it serves.

`python -m bench.mirror [FOLDER]` takes the archives en.tar.gz and ru.tar.gz of a folder, ../shared/official-docs unless
given. Processor time stands in parentheses, as other work on the machine does not change it. Memory needs Linux.
"""

import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from docs.mirror.mirror import Mirror
from docs.mirror.sync import sync

ROOT = Path(__file__).resolve().parent.parent
PAGES_A_LANGUAGE = 100
QUESTIONS = (
    "how do I create a deal with products and a discount through the REST API and attach a file to it afterwards",
    "which method hands an open channel dialog over to another operator or back into the queue of the line",
    "what happens when the request limit is exceeded and how long do I have to wait before the next call",
    "как получить список сделок, отобранных по дате создания и ответственному сотруднику, по страницам",
    "как подписаться на событие нового сообщения в открытой линии и проверить, что запрос пришёл от портала",
    "какие ограничения на число запросов действуют на разных тарифах и что делать при их превышении",
)
NAMES = ("crm.deal.add", "CRM_DEAL_LIST", "imopenlinesOperatorTransfer", "tasks task get", "user.gett", "OnCrmDealAdd")
MEMORY = """
import resource, sys
from pathlib import Path

def megabytes():
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 1e6

import docs.pages
docs.pages.pages()
before = megabytes()
from docs.mirror.mirror import Mirror
mirror = Mirror(Path(sys.argv[1]))
for query in sys.stdin.read().splitlines():
    mirror.search(query)
print(f"memory: grows by {megabytes() - before:.1f} MB")
"""


def queries(mirror: Mirror) -> list[str]:
    """Questions, names, and titles and first sentences of pages, whole and in part, in both languages."""
    chosen = random.Random(1)  # noqa: S311  (the same pages every time)
    found = [*QUESTIONS, *NAMES]
    for lang, word in (("en", "method"), ("ru", "метод")):
        for hit in chosen.sample(mirror.search(word, PAGES_A_LANGUAGE, lang), PAGES_A_LANGUAGE):
            words = hit.summary.split()
            found += [hit.title, hit.summary, " ".join(words[: len(words) // 2]), hit.title.split()[-1]]
    return found


def measure_sync(folder: Path, archives: Path, state: str) -> None:
    """Both languages, one after the other."""
    for lang in ("en", "ru"):
        started, worked = time.perf_counter(), time.process_time()
        done = sync(folder, str(archives / f"{lang}.tar.gz"), lang, lambda *_: None)
        clock, processor = time.perf_counter() - started, time.process_time() - worked
        size = done.database.stat().st_size / 1e6
        print(f"sync {lang}, {state}: {clock:.1f} s ({processor:.1f} s), {done.pages} pages, {size:.1f} MB")


def measure_search(folder: Path) -> None:
    """Every query once, then all of them in a fresh process for its memory."""
    mirror = Mirror(folder)
    asked = queries(mirror)
    clock, processor = [], []
    for query in asked:
        started, worked = time.perf_counter(), time.process_time()
        mirror.search(query)
        clock.append((time.perf_counter() - started) * 1000)
        processor.append((time.process_time() - worked) * 1000)
    for percent in (50, 95, 99):
        at = [statistics.quantiles(taken, n=100)[percent - 1] for taken in (clock, processor)]
        print(f"search, {len(asked)} queries: p{percent} {at[0]:.1f} ms ({at[1]:.1f} ms)")
    asked = [" ".join(query.split()) for query in asked]
    subprocess.run([sys.executable, "-c", MEMORY, folder], input="\n".join(asked), text=True, check=True, cwd=ROOT)


def main(archives: Path) -> None:
    """Everything, in a folder that is deleted afterwards."""
    with tempfile.TemporaryDirectory() as name:
        measure_sync(Path(name), archives, "new")
        measure_sync(Path(name), archives, "unchanged")
        measure_search(Path(name))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "../shared/official-docs")
