-- Times are milliseconds since 1970 in UTC, beside the minutes east of UTC of the place of writing.

CREATE TABLE entries (
  seq INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
  version INTEGER NOT NULL CHECK (version >= 1),
  written_ms INTEGER NOT NULL CHECK (written_ms BETWEEN -62135596800000 AND 253402300799999),
  written_offset INTEGER NOT NULL CHECK (written_offset BETWEEN -1080 AND 1080),
  saved_ms INTEGER NOT NULL CHECK (saved_ms BETWEEN -62135596800000 AND 253402300799999),
  saved_offset INTEGER NOT NULL CHECK (saved_offset BETWEEN -1080 AND 1080),
  text TEXT NOT NULL CHECK (octet_length(text) BETWEEN 1 AND 40000000),
  mood INTEGER CHECK (mood BETWEEN 0 AND 10)
) STRICT;
CREATE INDEX entries_by_time ON entries (written_ms, id);

CREATE TABLE tags (
  entry INTEGER NOT NULL REFERENCES entries ON DELETE CASCADE,
  tag TEXT NOT NULL CHECK (octet_length(tag) BETWEEN 1 AND 256),
  PRIMARY KEY (entry, tag)
) STRICT, WITHOUT ROWID;
CREATE INDEX tags_by_name ON tags (tag, entry);

-- What an entry was before it was changed.
CREATE TABLE revisions (
  seq INTEGER PRIMARY KEY,
  entry INTEGER NOT NULL REFERENCES entries ON DELETE CASCADE,
  version INTEGER NOT NULL CHECK (version >= 1),
  saved_ms INTEGER NOT NULL CHECK (saved_ms BETWEEN -62135596800000 AND 253402300799999),
  saved_offset INTEGER NOT NULL CHECK (saved_offset BETWEEN -1080 AND 1080),
  text TEXT NOT NULL CHECK (octet_length(text) BETWEEN 1 AND 40000000),
  mood INTEGER CHECK (mood BETWEEN 0 AND 10),
  tags TEXT NOT NULL CHECK (json_valid(tags)),
  UNIQUE (entry, version)
) STRICT;

CREATE TABLE thought_records (
  seq INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
  entry INTEGER REFERENCES entries ON DELETE CASCADE,
  version INTEGER NOT NULL CHECK (version >= 1),
  written_ms INTEGER NOT NULL CHECK (written_ms BETWEEN -62135596800000 AND 253402300799999),
  written_offset INTEGER NOT NULL CHECK (written_offset BETWEEN -1080 AND 1080),
  saved_ms INTEGER NOT NULL CHECK (saved_ms BETWEEN -62135596800000 AND 253402300799999),
  saved_offset INTEGER NOT NULL CHECK (saved_offset BETWEEN -1080 AND 1080),
  situation TEXT CHECK (octet_length(situation) BETWEEN 1 AND 80000),
  thought TEXT NOT NULL CHECK (octet_length(thought) BETWEEN 1 AND 80000),
  belief INTEGER CHECK (belief BETWEEN 0 AND 100),
  balanced TEXT CHECK (octet_length(balanced) BETWEEN 1 AND 80000),
  balanced_from TEXT CHECK (balanced_from IN ('chosen', 'own')),
  balanced_line TEXT,
  belief_after INTEGER CHECK (belief_after BETWEEN 0 AND 100),
  review_on TEXT CHECK (length(review_on) = 10),
  CHECK ((balanced IS NULL) = (balanced_from IS NULL)),
  CHECK (balanced_line IS NULL OR balanced_from = 'chosen')
) STRICT;
CREATE INDEX records_by_time ON thought_records (written_ms, id);
CREATE INDEX records_by_entry ON thought_records (entry);
CREATE INDEX records_by_review ON thought_records (review_on) WHERE review_on IS NOT NULL;

CREATE TABLE record_feelings (
  record INTEGER NOT NULL REFERENCES thought_records ON DELETE CASCADE,
  place INTEGER NOT NULL CHECK (place >= 0),
  name TEXT NOT NULL CHECK (octet_length(name) BETWEEN 1 AND 80000),
  before INTEGER CHECK (before BETWEEN 0 AND 100),
  after INTEGER CHECK (after BETWEEN 0 AND 100),
  PRIMARY KEY (record, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE record_distortions (
  record INTEGER NOT NULL REFERENCES thought_records ON DELETE CASCADE,
  slug TEXT NOT NULL CHECK (octet_length(slug) BETWEEN 1 AND 64),
  verdict TEXT NOT NULL CHECK (verdict IN ('accepted', 'rejected', 'own')),
  PRIMARY KEY (record, slug)
) STRICT, WITHOUT ROWID;
CREATE INDEX record_distortions_by_slug ON record_distortions (slug, record);

CREATE TABLE record_evidence (
  record INTEGER NOT NULL REFERENCES thought_records ON DELETE CASCADE,
  side TEXT NOT NULL CHECK (side IN ('for', 'against')),
  place INTEGER NOT NULL CHECK (place >= 0),
  text TEXT NOT NULL CHECK (octet_length(text) BETWEEN 1 AND 80000),
  PRIMARY KEY (record, side, place)
) STRICT, WITHOUT ROWID;

-- What the screen said of a version of a text.
CREATE TABLE screenings (
  seq INTEGER PRIMARY KEY,
  entry INTEGER REFERENCES entries ON DELETE CASCADE,
  record INTEGER REFERENCES thought_records ON DELETE CASCADE,
  version INTEGER NOT NULL CHECK (version >= 1),
  at_ms INTEGER NOT NULL CHECK (at_ms BETWEEN -62135596800000 AND 253402300799999),
  at_offset INTEGER NOT NULL CHECK (at_offset BETWEEN -1080 AND 1080),
  level TEXT NOT NULL,
  tier TEXT NOT NULL,
  coverage TEXT NOT NULL CHECK (coverage IN ('full', 'rules_only', 'unsupported_language')),
  risk TEXT NOT NULL CHECK (json_valid(risk)),
  model TEXT CHECK (json_valid(model)),
  CHECK ((entry IS NULL) <> (record IS NULL))
) STRICT;
CREATE INDEX screenings_of_entries ON screenings (entry, version, coverage) WHERE entry IS NOT NULL;
CREATE INDEX screenings_of_records ON screenings (record, version, coverage) WHERE record IS NOT NULL;

-- What the recogniser said of a version of an entry.
CREATE TABLE recognitions (
  seq INTEGER PRIMARY KEY,
  entry INTEGER NOT NULL REFERENCES entries ON DELETE CASCADE,
  version INTEGER NOT NULL CHECK (version >= 1),
  at_ms INTEGER NOT NULL CHECK (at_ms BETWEEN -62135596800000 AND 253402300799999),
  at_offset INTEGER NOT NULL CHECK (at_offset BETWEEN -1080 AND 1080),
  probabilities TEXT NOT NULL CHECK (json_valid(probabilities)),
  model TEXT NOT NULL CHECK (json_valid(model))
) STRICT;
CREATE INDEX recognitions_of_entries ON recognitions (entry, version);

CREATE TABLE recognised (
  recognition INTEGER NOT NULL REFERENCES recognitions ON DELETE CASCADE,
  slug TEXT NOT NULL CHECK (octet_length(slug) BETWEEN 1 AND 64),
  place INTEGER NOT NULL CHECK (place >= 0),
  probability REAL NOT NULL CHECK (probability BETWEEN 0 AND 1),
  spans TEXT NOT NULL CHECK (json_valid(spans)),
  PRIMARY KEY (recognition, slug)
) STRICT, WITHOUT ROWID;
CREATE INDEX recognised_by_slug ON recognised (slug, recognition);

CREATE TABLE drafts (
  slot TEXT PRIMARY KEY CHECK (octet_length(slot) BETWEEN 1 AND 256),
  body TEXT NOT NULL CHECK (octet_length(body) <= 40000000),
  saved_ms INTEGER NOT NULL CHECK (saved_ms BETWEEN -62135596800000 AND 253402300799999),
  saved_offset INTEGER NOT NULL CHECK (saved_offset BETWEEN -1080 AND 1080)
) STRICT, WITHOUT ROWID;

CREATE TABLE notes (
  name TEXT PRIMARY KEY CHECK (octet_length(name) BETWEEN 1 AND 64),
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The index for searching. What is deleted is taken out of its pages, not only marked.
CREATE VIRTUAL TABLE entry_search USING fts5 (
  text, content = 'entries', content_rowid = 'seq', tokenize = 'unicode61 remove_diacritics 2'
);
INSERT INTO entry_search (entry_search, rank) VALUES ('secure-delete', 1);

CREATE TRIGGER entries_added AFTER INSERT ON entries BEGIN
  INSERT INTO entry_search (rowid, text) VALUES (new.seq, new.text);
END;
CREATE TRIGGER entries_removed AFTER DELETE ON entries BEGIN
  INSERT INTO entry_search (entry_search, rowid, text) VALUES ('delete', old.seq, old.text);
END;
CREATE TRIGGER entries_changed AFTER UPDATE OF text ON entries BEGIN
  INSERT INTO entry_search (entry_search, rowid, text) VALUES ('delete', old.seq, old.text);
  INSERT INTO entry_search (rowid, text) VALUES (new.seq, new.text);
END;
