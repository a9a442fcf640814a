"""`make bench-sync`: fieldtui's sync beside Anki, PouchDB and a bare SQLCipher transaction, all in one run."""
