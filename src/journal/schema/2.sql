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

-- Sheets of questionnaires: finished ones with what they add up to, and those left half-way.
CREATE TABLE responses (
  seq INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
  questionnaire TEXT NOT NULL CHECK (octet_length(questionnaire) BETWEEN 1 AND 64),
  edition INTEGER NOT NULL CHECK (edition >= 1),
  begun_ms INTEGER NOT NULL CHECK (begun_ms BETWEEN -62135596800000 AND 253402300799999),
  begun_offset INTEGER NOT NULL CHECK (begun_offset BETWEEN -1080 AND 1080),
  saved_ms INTEGER NOT NULL CHECK (saved_ms BETWEEN -62135596800000 AND 253402300799999),
  saved_offset INTEGER NOT NULL CHECK (saved_offset BETWEEN -1080 AND 1080),
  help TEXT CHECK (help IN ('urgent', 'emergency')),
  total INTEGER CHECK (total BETWEEN 0 AND 10000),
  max INTEGER CHECK (max BETWEEN 0 AND 10000),
  band TEXT CHECK (octet_length(band) BETWEEN 1 AND 64),
  subscales TEXT CHECK (json_valid(subscales)),
  missing INTEGER CHECK (missing BETWEEN 0 AND 1000),
  CHECK (total <= max),
  CHECK ((total IS NULL) = (max IS NULL)),
  CHECK ((total IS NULL) = (band IS NULL)),
  CHECK ((total IS NULL) = (subscales IS NULL)),
  CHECK ((total IS NULL) = (missing IS NULL))
) STRICT;
CREATE INDEX responses_by_time ON responses (questionnaire, saved_ms, id);

-- What was answered, in order; no value where an item was left out, no row where it is open.
CREATE TABLE response_answers (
  response INTEGER NOT NULL REFERENCES responses ON DELETE CASCADE,
  place INTEGER NOT NULL CHECK (place >= 0),
  item TEXT NOT NULL CHECK (octet_length(item) BETWEEN 1 AND 64),
  value INTEGER CHECK (value BETWEEN 0 AND 255),
  PRIMARY KEY (response, place),
  UNIQUE (response, item)
) STRICT, WITHOUT ROWID;

-- Parts of a person, as they know them, and the dialogues in which they got to know them.

CREATE TABLE parts (
  seq INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
  version INTEGER NOT NULL CHECK (version >= 1),
  written_ms INTEGER NOT NULL CHECK (written_ms BETWEEN -62135596800000 AND 253402300799999),
  written_offset INTEGER NOT NULL CHECK (written_offset BETWEEN -1080 AND 1080),
  saved_ms INTEGER NOT NULL CHECK (saved_ms BETWEEN -62135596800000 AND 253402300799999),
  saved_offset INTEGER NOT NULL CHECK (saved_offset BETWEEN -1080 AND 1080),
  name TEXT NOT NULL CHECK (octet_length(name) BETWEEN 1 AND 4000),
  role TEXT CHECK (role IN ('manager', 'firefighter', 'exile', 'self'))
) STRICT;

-- What was kept of a part, each line confirmed by the person: where it is, what it is like, its job,
-- fear, age, since when, what it needs (once each), agreements and its own words (as many as there are).
CREATE TABLE part_lines (
  part INTEGER NOT NULL REFERENCES parts ON DELETE CASCADE,
  kind TEXT NOT NULL CHECK (
    kind IN ('place', 'look', 'job', 'fear', 'age', 'since', 'needs', 'agreement', 'quote')
  ),
  place INTEGER NOT NULL CHECK (place >= 0),
  text TEXT NOT NULL CHECK (octet_length(text) BETWEEN 1 AND 80000),
  PRIMARY KEY (part, kind, place)
) STRICT, WITHOUT ROWID;

-- What a part protects, and what it pulls against, by name: the other may not be met yet.
CREATE TABLE part_ties (
  part INTEGER NOT NULL REFERENCES parts ON DELETE CASCADE,
  place INTEGER NOT NULL CHECK (place >= 0),
  tie TEXT NOT NULL CHECK (tie IN ('protects', 'against')),
  other TEXT NOT NULL CHECK (octet_length(other) BETWEEN 1 AND 4000),
  PRIMARY KEY (part, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE dialogues (
  seq INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
  part INTEGER REFERENCES parts ON DELETE SET NULL,
  begun_ms INTEGER NOT NULL CHECK (begun_ms BETWEEN -62135596800000 AND 253402300799999),
  begun_offset INTEGER NOT NULL CHECK (begun_offset BETWEEN -1080 AND 1080),
  saved_ms INTEGER NOT NULL CHECK (saved_ms BETWEEN -62135596800000 AND 253402300799999),
  saved_offset INTEGER NOT NULL CHECK (saved_offset BETWEEN -1080 AND 1080),
  mode TEXT NOT NULL CHECK (mode IN ('going', 'grounding', 'paused', 'with_help', 'closed')),
  -- Where the protocol stands.
  stands TEXT NOT NULL CHECK (json_valid(stands)),
  note TEXT CHECK (octet_length(note) BETWEEN 1 AND 80000)
) STRICT;
CREATE INDEX dialogues_by_time ON dialogues (begun_ms, id);

-- A turn has its place, so that none can be kept twice.
CREATE TABLE turns (
  dialogue INTEGER NOT NULL REFERENCES dialogues ON DELETE CASCADE,
  place INTEGER NOT NULL CHECK (place >= 0),
  speaker TEXT NOT NULL CHECK (speaker IN ('guide', 'person')),
  text TEXT NOT NULL CHECK (octet_length(text) BETWEEN 1 AND 40000000),
  stage TEXT,
  state TEXT,
  source TEXT,
  -- What the screen said of a turn of the person.
  risk TEXT CHECK (json_valid(risk)),
  at_ms INTEGER NOT NULL CHECK (at_ms BETWEEN -62135596800000 AND 253402300799999),
  at_offset INTEGER NOT NULL CHECK (at_offset BETWEEN -1080 AND 1080),
  PRIMARY KEY (dialogue, place)
) STRICT;

-- Check-ins, own steps of the ladder, what was practised, and people who feel safe. Each is kept
-- whole, as it is exported; what it may hold is checked when it is read and written.

CREATE TABLE checkins (
  seq INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
  written_ms INTEGER NOT NULL CHECK (written_ms BETWEEN -62135596800000 AND 253402300799999),
  written_offset INTEGER NOT NULL CHECK (written_offset BETWEEN -1080 AND 1080),
  saved_ms INTEGER NOT NULL CHECK (saved_ms BETWEEN -62135596800000 AND 253402300799999),
  saved_offset INTEGER NOT NULL CHECK (saved_offset BETWEEN -1080 AND 1080),
  content TEXT NOT NULL CHECK (json_valid(content))
) STRICT;
CREATE INDEX checkins_by_time ON checkins (written_ms, id);

CREATE TABLE own_steps (
  seq INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
  written_ms INTEGER NOT NULL CHECK (written_ms BETWEEN -62135596800000 AND 253402300799999),
  written_offset INTEGER NOT NULL CHECK (written_offset BETWEEN -1080 AND 1080),
  saved_ms INTEGER NOT NULL CHECK (saved_ms BETWEEN -62135596800000 AND 253402300799999),
  saved_offset INTEGER NOT NULL CHECK (saved_offset BETWEEN -1080 AND 1080),
  content TEXT NOT NULL CHECK (json_valid(content))
) STRICT;

CREATE TABLE practices (
  seq INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
  written_ms INTEGER NOT NULL CHECK (written_ms BETWEEN -62135596800000 AND 253402300799999),
  written_offset INTEGER NOT NULL CHECK (written_offset BETWEEN -1080 AND 1080),
  saved_ms INTEGER NOT NULL CHECK (saved_ms BETWEEN -62135596800000 AND 253402300799999),
  saved_offset INTEGER NOT NULL CHECK (saved_offset BETWEEN -1080 AND 1080),
  content TEXT NOT NULL CHECK (json_valid(content))
) STRICT;
CREATE INDEX practices_by_time ON practices (saved_ms, id);

CREATE TABLE people (
  seq INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
  written_ms INTEGER NOT NULL CHECK (written_ms BETWEEN -62135596800000 AND 253402300799999),
  written_offset INTEGER NOT NULL CHECK (written_offset BETWEEN -1080 AND 1080),
  saved_ms INTEGER NOT NULL CHECK (saved_ms BETWEEN -62135596800000 AND 253402300799999),
  saved_offset INTEGER NOT NULL CHECK (saved_offset BETWEEN -1080 AND 1080),
  content TEXT NOT NULL CHECK (json_valid(content))
) STRICT;
