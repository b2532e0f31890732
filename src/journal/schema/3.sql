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
