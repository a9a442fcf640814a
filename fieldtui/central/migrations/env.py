"""Alembic's entry: runs the migrations on the connection it is handed, inside its transaction."""

from alembic import context

from fieldtui.central.schema import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
context.run_migrations()
