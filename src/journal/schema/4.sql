-- What wearables measured: one value for each measure, day and export it came from. Exports of
-- different makers are kept apart, as their figures need not agree.
CREATE TABLE body_days (
  measure TEXT NOT NULL CHECK (octet_length(measure) BETWEEN 1 AND 64),
  day TEXT NOT NULL CHECK (day GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]'),
  origin TEXT NOT NULL CHECK (octet_length(origin) BETWEEN 1 AND 64),
  value REAL NOT NULL,
  samples INTEGER NOT NULL CHECK (samples >= 0),
  source TEXT NOT NULL CHECK (octet_length(source) <= 400),
  PRIMARY KEY (measure, day, origin)
) STRICT, WITHOUT ROWID;

-- Cortisol that was typed in, kept whole, as it is exported.
CREATE TABLE cortisol (
  seq INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
  written_ms INTEGER NOT NULL CHECK (written_ms BETWEEN -62135596800000 AND 253402300799999),
  written_offset INTEGER NOT NULL CHECK (written_offset BETWEEN -1080 AND 1080),
  saved_ms INTEGER NOT NULL CHECK (saved_ms BETWEEN -62135596800000 AND 253402300799999),
  saved_offset INTEGER NOT NULL CHECK (saved_offset BETWEEN -1080 AND 1080),
  content TEXT NOT NULL CHECK (json_valid(content))
) STRICT;
CREATE INDEX cortisol_by_time ON cortisol (written_ms, id);

-- What the person chose for good, such as the weekly look back. What is not here is off.
CREATE TABLE choices (
  name TEXT PRIMARY KEY CHECK (octet_length(name) BETWEEN 1 AND 64),
  saved_ms INTEGER NOT NULL CHECK (saved_ms BETWEEN -62135596800000 AND 253402300799999),
  saved_offset INTEGER NOT NULL CHECK (saved_offset BETWEEN -1080 AND 1080)
) STRICT, WITHOUT ROWID;
