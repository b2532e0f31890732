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
