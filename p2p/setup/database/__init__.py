"""A database backend that starts the embedded PostgreSQL at the first connection, not when settings load."""
