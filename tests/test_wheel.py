"""The built wheel, installed alone, in a directory full of impostors."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.assistant import ROOT

IMPOSTORS = ("tools", "server", "prompts", "portal", "workflows", "sandbox", "reference", "docs")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    for name in (*IMPOSTORS, "openchannels_mcp"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(source)]
    subprocess.run(build, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("installed")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(target), str(wheel)]
    subprocess.run(pip, check=True)
    return target


def test_the_wheel_has_every_source_file_and_nothing_generic_at_its_top(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    expected = {
        f"openchannels_mcp/{path.relative_to(ROOT).as_posix()}"
        for folder in IMPOSTORS
        for path in (ROOT / folder).rglob("*")
        if path.suffix in {".py", ".md", ".toml"} and path.parent != ROOT / "docs"  # for people who work on the project
    }

    assert expected <= names
    assert {name.partition("/")[0] for name in names if ".dist-info" not in name} == {"openchannels_mcp"}


@pytest.mark.parametrize("start", ["script", "module"])
def test_the_installed_program_runs_among_impostors(installed: Path, tmp_path: Path, start: str) -> None:
    for name in IMPOSTORS:
        package = tmp_path / name
        package.mkdir()
        (package / "__init__.py").write_text("raise SystemExit('an impostor was imported')\n")
    commands = {
        "script": [str(installed / "bin" / "openchannels-mcp")],
        "module": [sys.executable, "-m", "openchannels_mcp"],
    }

    ended = subprocess.run(
        [*commands[start], "demo"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(installed)])},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "Every step changed the portal as it should" in ended.stdout
