"""Imports as users get them: read a file, check it line by line, store what is new or has changed."""

from strategies.services.importer.kinds import Choice, Clock, Day, Flag, Number, Text, Unreadable, Whole
from strategies.services.importer.leftovers import all_right, followed_by, partly_right, wrong_lines
from strategies.services.importer.rows import take_rows
from strategies.services.importer.running import (
    Outcome,
    import_again,
    import_file,
    import_rest,
    perform,
    take_in,
)
from strategies.services.importer.sheets import (
    Attributes,
    Column,
    Problem,
    Reference,
    Row,
    Sheet,
    Tally,
    find_sheet,
    register_sheet,
    sheets,
)
from strategies.services.importer.tables import Table
from strategies.services.importer.writing import as_csv, as_xlsx, template

__all__ = [
    "Attributes",
    "Choice",
    "Clock",
    "Column",
    "Day",
    "Flag",
    "Number",
    "Outcome",
    "Problem",
    "Reference",
    "Row",
    "Sheet",
    "Table",
    "Tally",
    "Text",
    "Unreadable",
    "Whole",
    "as_csv",
    "as_xlsx",
    "find_sheet",
    "import_again",
    "import_file",
    "import_rest",
    "perform",
    "register_sheet",
    "sheets",
    "take_in",
    "take_rows",
    "template",
    "all_right",
    "followed_by",
    "partly_right",
    "wrong_lines",
]
