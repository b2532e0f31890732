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
-- The words of each thought record, and an index for searching them. The index has a copy of the
-- words, because they stand in three tables.

CREATE VIEW record_words (seq, text) AS
SELECT r.seq,
  concat_ws(char(10), r.situation, r.thought,
    (SELECT group_concat(f.name, char(10) ORDER BY f.place) FROM record_feelings f WHERE f.record = r.seq),
    (SELECT group_concat(e.text, char(10) ORDER BY e.place) FROM record_evidence e WHERE e.record = r.seq AND e.side = 'for'),
    (SELECT group_concat(e.text, char(10) ORDER BY e.place) FROM record_evidence e WHERE e.record = r.seq AND e.side = 'against'),
    r.balanced)
FROM thought_records r;

CREATE VIRTUAL TABLE record_search USING fts5 (text, tokenize = 'unicode61 remove_diacritics 2');
INSERT INTO record_search (record_search, rank) VALUES ('secure-delete', 1);
INSERT INTO record_search (rowid, text) SELECT seq, text FROM record_words;

-- What is added or changed is indexed once its feelings and evidence are there too.
CREATE TRIGGER records_removed AFTER DELETE ON thought_records BEGIN
  DELETE FROM record_search WHERE rowid = old.seq;
END;
