"""Generic pages: lists, records, forms, runs, journal, plots. See p2p/docs/guide/pages.md."""
