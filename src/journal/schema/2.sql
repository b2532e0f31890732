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
