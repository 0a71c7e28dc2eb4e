"""A disk on which the power may fail: it keeps apart what a program wrote and what would still be there afterwards.

The model is the meanest that POSIX allows: content that was not forced to the disk is old, cut, or zeros; names that were not forced there
are there or not, each for itself; a rename is one step. What lasts of a file that is only appended to is not touched again.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from itertools import count
from pathlib import Path

from comity.evidence.durable import Disk

Change = dict[Path, int | None]
"""Names of one directory that change in one step: to which content, or to none."""
DIRECTORY = 0


class FailingDisk(Disk):
    """Files are really changed, nothing is really forced; what would last is kept in memory.

    Before each step `before` is called: that is when the power may fail, and `left` tells what there would be. A disk that `forgets`
    takes no notice of being told to force anything.
    """

    def __init__(self, directory: Path, before: Callable[[FailingDisk], None], *, forgets: bool = False) -> None:
        self.directory = directory
        self.before = before
        self.forgets = forgets
        self.steps = 0
        self.numbers = count(1)
        self.names: dict[Path, int] = {}
        self.lasting_names: dict[Path, int] = {}
        self.waiting: dict[Path, list[Change]] = {}
        self.contents: dict[int, bytes] = {}
        self.lasting: dict[int, bytes] = {}
        self.untouched: dict[int, int] = {}

    def _step(self) -> None:
        self.before(self)
        self.steps += 1

    def _named(self, path: Path, changes: Change) -> None:
        for name, number in changes.items():
            if number is None:
                self.names.pop(name, None)
            else:
                self.names[name] = number
        self.waiting.setdefault(path.parent, []).append(changes)

    def write(self, path: Path, content: bytes) -> None:
        self._step()
        super().write(path, content)
        if path not in self.names:
            self._named(path, {path: next(self.numbers)})
        self.contents[self.names[path]] = content
        self.untouched[self.names[path]] = 0

    def append(self, path: Path, content: bytes) -> None:
        self._step()
        super().append(path, content)
        self.contents[self.names[path]] += content

    def truncate(self, path: Path, size: int) -> None:
        self._step()
        super().truncate(path, size)
        self.contents[self.names[path]] = self.contents[self.names[path]][:size]
        self.untouched[self.names[path]] = min(size, self.untouched[self.names[path]])

    def sync(self, path: Path) -> None:
        self._step()
        if not self.forgets:
            self.lasting[self.names[path]] = self.contents[self.names[path]]
            self.untouched[self.names[path]] = len(self.contents[self.names[path]])

    def sync_directory(self, path: Path) -> None:
        self._step()
        if not self.forgets:
            for changes in self.waiting.pop(path, []):
                apply(changes, self.lasting_names)

    def sync_all(self, files: Iterable[Path], directories: Iterable[Path]) -> None:
        for path in files:
            self.sync(path)
        for path in directories:
            self.sync_directory(path)

    def make_directory(self, path: Path) -> None:
        self._step()
        super().make_directory(path)
        self._named(path, {path: DIRECTORY})

    def rename(self, old: Path, new: Path) -> None:
        self._step()
        super().rename(old, new)
        self._named(new, {new: self.names[old], old: None})

    def remove(self, path: Path) -> None:
        if path in self.names:
            self._step()
            super().remove(path)
            self._named(path, {path: None})

    def left(self, into: Path, chance: random.Random) -> Path:
        """What is there after the power came back, written into a directory."""
        names = dict(self.lasting_names)
        for waiting in self.waiting.values():
            for changes in waiting:
                if chance.random() < 0.5:
                    apply(changes, names)
        for path, number in sorted(names.items()):
            target = into / path.relative_to(self.directory)
            if not target.parent.is_dir():
                continue
            if number == DIRECTORY:
                target.mkdir(exist_ok=True)
            else:
                target.write_bytes(self._content(number, chance))
        return into

    def _content(self, number: int, chance: random.Random) -> bytes:
        new, old = self.contents[number], self.lasting.get(number, b"")
        if new == old:
            return new
        cut = chance.randint(self.untouched[number], len(new))
        return chance.choice((old, new, new[:cut], new[:cut] + bytes(len(new) - cut)))


def apply(changes: Change, names: dict[Path, int]) -> None:
    for name, number in changes.items():
        if number is None:
            names.pop(name, None)
        else:
            names[name] = number


class QuickDisk(Disk):
    """A disk on which the power never fails, so that nothing has to be forced there."""

    def sync(self, path: Path) -> None:
        pass

    def sync_directory(self, path: Path) -> None:
        pass

    def sync_all(self, files: Iterable[Path], directories: Iterable[Path]) -> None:
        pass
