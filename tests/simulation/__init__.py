"""The whole of sync under one seeded scheduler: many laptops, the real central code, and a fault at every turn.

    make simulate SEEDS=300            many seeds
    make simulate SEED=1234 TRACE=1    one of them, told step by step

What is real: the engine, the stores in SQLCipher files, the use cases, the signatures, the application, PostgreSQL.
What is played: time, ids, the network between them, who is killed when, and whose turn it is.

Which fault tries which promise of the protocol (1 nothing lost, 2 nothing twice, 3 the same everywhere, 4 nobody's edit
bothered or overwritten, 5 sync says the truth, 6 offline costs nothing, and what is not one's own any more is gone):

| what happens (`network.FAULTS`, `World._step`, `Fuse`)          | promises |
|-----------------------------------------------------------------|----------|
| request lost, 502                                               | 1 5      |
| answer lost, cut short, or half of it                           | 1 2 5    |
| request twice, the first or the second answer arriving          | 2 3      |
| request late, or a copy of it late: hours, days, another order  | 2 3 6    |
| server dies before or after it commits, restarts                | 1 2 5    |
| others act between any two statements at the server             | 3 4      |
| power goes at any statement, or right after any transaction     | 1 2 3 5  |
| power goes while a request is under way                         | 1 2      |
| disk full                                                       | 1 5      |
| clock jumps by minutes or days; days pass                       | 3 5 6    |
| cursor not known any more                                       | 1 3 4    |
| office restored from an older backup                            | 1 3 4    |
| citizen given to somebody else, also while edits wait           | 1 6      |
| substitute's term runs out, consent taken back                  | 3 6      |
| laptop revoked                                                  | 1 5 6    |
| laptop that has never synced begins in the middle of it         | 3 6      |

That it bites is shown by `breakages.py`: each takes one guarantee away, and a promise is then broken.
"""
