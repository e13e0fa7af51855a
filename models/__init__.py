"""What the platform stores and says: tables, migrations, command specs, event types and the ledger."""
