#!/usr/bin/env python3
"""events.py KIT COUNT FILE: the kit's events, this many of them, over the accounts of size M, as Parquet.

Written a million at a time, so that memory does not grow. Run with the Python that has the peers, by `growth.py`.
"""

import pathlib
import sys

import pyarrow.parquet as pq

kit, count, file = sys.argv[1], int(sys.argv[2]), pathlib.Path(sys.argv[3])
sys.path.insert(0, kit)
import generate  # noqa: E402  (the kit's)

accounts = generate.SIZES["M"][0]
part, writer = file.with_suffix(".part"), None
for low in range(0, count, generate.CHUNK):
    rows = generate.events(low, min(low + generate.CHUNK, count), count, accounts)
    writer = writer or pq.ParquetWriter(part, rows.schema, compression="snappy", version="2.6")
    writer.write_table(rows, row_group_size=250_000)
writer.close()
part.rename(file)
