"""The vault's budgets beside their floors."""
