"""The whole of sync under one seeded scheduler: many laptops, the real central code, and a fault at every turn.

    make simulate SEEDS=300            many seeds
    make simulate SEED=1234 TRACE=1    one of them, told step by step

What is real: the engine, the stores in SQLCipher files, the use cases, the signatures, the application, PostgreSQL.
What is played: time, ids, the network between them, who is killed when, and whose turn it is.
"""
