-- Reflections: what was ticked and written in them, kept whole, as it is exported; what it may hold
-- is checked when it is read and written.
CREATE TABLE reflections (
  seq INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
  written_ms INTEGER NOT NULL CHECK (written_ms BETWEEN -62135596800000 AND 253402300799999),
  written_offset INTEGER NOT NULL CHECK (written_offset BETWEEN -1080 AND 1080),
  saved_ms INTEGER NOT NULL CHECK (saved_ms BETWEEN -62135596800000 AND 253402300799999),
  saved_offset INTEGER NOT NULL CHECK (saved_offset BETWEEN -1080 AND 1080),
  content TEXT NOT NULL CHECK (json_valid(content))
) STRICT;
CREATE INDEX reflections_by_time ON reflections (written_ms, id);

-- What was taken in from a file and has no screenings of its own, until its words were read: nothing
-- is forgotten if the program is stopped before that.
CREATE TABLE unread (
  id BLOB PRIMARY KEY CHECK (length(id) = 16),
  kept_in TEXT NOT NULL CHECK (
    kept_in IN ('checkins', 'own_steps', 'practices', 'people', 'reflections', 'parts')
  )
) STRICT, WITHOUT ROWID;
