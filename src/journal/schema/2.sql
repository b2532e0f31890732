-- What a caller's key made, so that a request that is sent again makes nothing twice.
CREATE TABLE creations (
  key TEXT PRIMARY KEY CHECK (octet_length(key) BETWEEN 1 AND 128),
  fingerprint BLOB NOT NULL CHECK (length(fingerprint) = 32),
  entry INTEGER REFERENCES entries ON DELETE CASCADE,
  record INTEGER REFERENCES thought_records ON DELETE CASCADE,
  at_ms INTEGER NOT NULL CHECK (at_ms BETWEEN -62135596800000 AND 253402300799999),
  CHECK ((entry IS NULL) <> (record IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX creations_by_entry ON creations (entry) WHERE entry IS NOT NULL;
CREATE INDEX creations_by_record ON creations (record) WHERE record IS NOT NULL;
CREATE INDEX creations_by_time ON creations (at_ms);
