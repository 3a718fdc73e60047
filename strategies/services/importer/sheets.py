"""How a sheet is declared: its columns, what they refer to and what makes a row the same row next time.

An app registers its sheets from `AppConfig.ready`:

    register_sheet(Sheet(
        name="reason_codes", title=_("Reason codes"), model=ReasonCode, key=("kind", "code"),
        fields=(Column("kind", Choice(ReasonCode.Kind), required=True), Column("code", Text(30),
        required=True), Column("name", Text(100), required=True), Column("active", Flag(), default=True)),
    ))
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from django.db.models import Model

from p2p.core.characters import repeated
from strategies.services.importer.kinds import Kind

Words: TypeAlias = Any
"""A string or a lazy translation."""


@dataclass(frozen=True)
class Problem:
    """What could not be taken (error) or what a planner should know (warning), and where."""

    sheet: str
    text: str
    line: int | None = None
    column: str = ""
    level: str = "error"
    code: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", repeated(self.text))

    @property
    def is_error(self) -> bool:
        return self.level == "error"


@dataclass(frozen=True)
class Column:
    """A heading whose cells go into one field of the model.

    `default` is what a new row gets where the cell is empty or the column missing. `only_new` columns are
    written when the row is created and left alone afterwards, such as the state of a version.
    """

    name: str
    kind: Kind
    field: str = ""
    required: bool = False
    default: Any = None
    only_new: bool = False
    help: Words = ""
    example: str = ""

    @property
    def target(self) -> str:
        return self.field or self.name

    @property
    def headings(self) -> tuple[str, ...]:
        return (self.name,)


@dataclass(frozen=True)
class Reference:
    """One or more headings that name a row of another sheet, such as site and code of a location.

    `keys` are the look-ups on `model` that the headings are compared with; the last heading is the one
    problems are shown at, and the reference is empty when its cell is. `example` is of the last heading, `within` of
    one before that is no column of its own.
    """

    field: str
    model: type[Model]
    columns: tuple[str, ...]
    keys: tuple[str, ...]
    required: bool = False
    only_new: bool = False
    help: Words = ""
    example: str = ""
    within: str = ""

    @property
    def target(self) -> str:
        return self.field

    @property
    def headings(self) -> tuple[str, ...]:
        return self.columns


@dataclass(frozen=True)
class Attributes:
    """Every heading that begins with `prefix` goes into one JSON field: `attribute.colour`."""

    field: str
    prefix: str
    only_new: bool = False

    @property
    def target(self) -> str:
        return self.field

    @property
    def headings(self) -> tuple[str, ...]:
        return ()


Field: TypeAlias = Column | Reference | Attributes


@dataclass(slots=True)
class Row:
    """One line that could be read: a value for each target of the sheet; references are primary keys. `given`
    are the headings of its file."""

    line: int
    values: MutableMapping[str, Any]
    cells: Sequence[str]
    given: frozenset[str] = frozenset()


@dataclass
class Tally:
    """What became of the lines of a sheet."""

    lines: int = 0
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0

    def as_json(self) -> dict[str, int]:
        return dict(vars(self))


RowCheck: TypeAlias = Callable[[Row], Iterable[tuple[str, str]]]
"""Looks at one row by itself; yields (column, sentence)."""
Review: TypeAlias = Callable[[Sequence[Row]], Iterable[Problem]]
"""Looks at all rows of a sheet in a fixed number of queries. Rows named by an error are taken out, with all
that belongs to them."""
Settle: TypeAlias = Callable[[Sequence[Row], Any], Iterable[Problem]]
"""Looks when everything is in, with who brought it: `settle(rows, by)`. Takes back what may not stay by itself."""
Store: TypeAlias = Callable[[Sequence[Row], Any], Tally]
"""Writes rows its own way, for sheets that are not plain records: `store(rows, by)`."""
Lies: TypeAlias = Callable[[Sequence[Row]], Sequence[Collection[str]]]
"""For each row the codes of the sites it concerns, where no column of it leads there."""


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """`key` names the model fields of a unique constraint: they decide whether a row is new.

    `together` names headings: lines with the same cells there are taken together or not at all (all lines of
    a bill of material). `guards` look before anything is stored, `reviews` at what is stored, `finish` when
    all sheets of the file are in, `settle` after that. `whole` leads from a row to the version it is a part of: the
    version is held meanwhile and counts the change. `opens` marks what a plant brings along when it goes live.
    `sentences` puts the names of database constraints into words; `{path}` is what the database says beside it.
    """

    name: str
    title: Words
    model: type[Model]
    key: tuple[str, ...]
    fields: tuple[Field, ...]
    after: tuple[str, ...] = ()
    together: tuple[str, ...] = ()
    checks: tuple[RowCheck, ...] = ()
    guards: tuple[Review, ...] = ()
    reviews: tuple[Review, ...] = ()
    finish: tuple[Review, ...] = ()
    settle: tuple[Settle, ...] = ()
    whole: tuple[str, ...] = ()
    sentences: Mapping[str, Words] = field(default_factory=dict)
    store: Store | None = None
    lies: Lies | None = None
    about: Words = ""
    opens: bool = False

    @property
    def headings(self) -> list[str]:
        """Every column in order, once."""
        return list(dict.fromkeys(heading for one in self.fields for heading in one.headings))

    @property
    def prefixes(self) -> tuple[str, ...]:
        return tuple(one.prefix for one in self.fields if isinstance(one, Attributes))

    @property
    def refers_to_itself(self) -> bool:
        return any(isinstance(one, Reference) and one.model is self.model for one in self.fields)


_sheets: dict[str, Sheet] = {}


def register_sheet(sheet: Sheet) -> None:
    """Make a sheet known to imports, templates, exports and bulk writes. Called once, when apps are ready."""
    if sheet.name in _sheets:
        raise ValueError(f"The sheet {sheet.name} is registered twice.")
    _sheets[sheet.name] = sheet


def find_sheet(name: str) -> Sheet | None:
    """By its name; blanks, case and a trailing number as in `01 Items` do not matter."""
    return _sheets.get(name.strip().lower().lstrip("0123456789-_. ").replace(" ", "_").replace("-", "_"))


def sheets() -> list[Sheet]:
    """All sheets, each after those it refers to."""
    made_by = {sheet.model: sheet.name for sheet in _sheets.values() if sheet.store is None}
    ordered: dict[str, Sheet] = {}

    def place(sheet: Sheet) -> None:
        if sheet.name in ordered:
            return
        refers = {made_by.get(one.model, "") for one in sheet.fields if isinstance(one, Reference)}
        for name in sorted({*refers, *sheet.after} - {"", sheet.name}):
            if name in _sheets:
                place(_sheets[name])
        ordered[sheet.name] = sheet

    for sheet in _sheets.values():
        place(sheet)
    return list(ordered.values())
