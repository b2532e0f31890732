-- Reframes that were shown, so that none comes twice in a week, and what the person said of them.
-- Each is kept whole, as it is exported; what it may hold is checked when it is read and written.
-- What is shown holds no word of the person: the text is known by its checksum.
CREATE TABLE shown_reframes (
  seq INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
  written_ms INTEGER NOT NULL CHECK (written_ms BETWEEN -62135596800000 AND 253402300799999),
  written_offset INTEGER NOT NULL CHECK (written_offset BETWEEN -1080 AND 1080),
  saved_ms INTEGER NOT NULL CHECK (saved_ms BETWEEN -62135596800000 AND 253402300799999),
  saved_offset INTEGER NOT NULL CHECK (saved_offset BETWEEN -1080 AND 1080),
  content TEXT NOT NULL CHECK (json_valid(content)),
  -- The reply in which it was shown.
  reframing TEXT GENERATED ALWAYS AS (content ->> '$.reframing') VIRTUAL
) STRICT;
CREATE INDEX shown_reframes_by_time ON shown_reframes (written_ms);
CREATE INDEX shown_reframes_by_reframing ON shown_reframes (reframing);

CREATE TABLE reframe_feedback (
  seq INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
  written_ms INTEGER NOT NULL CHECK (written_ms BETWEEN -62135596800000 AND 253402300799999),
  written_offset INTEGER NOT NULL CHECK (written_offset BETWEEN -1080 AND 1080),
  saved_ms INTEGER NOT NULL CHECK (saved_ms BETWEEN -62135596800000 AND 253402300799999),
  saved_offset INTEGER NOT NULL CHECK (saved_offset BETWEEN -1080 AND 1080),
  content TEXT NOT NULL CHECK (json_valid(content))
) STRICT;
CREATE INDEX reframe_feedback_by_time ON reframe_feedback (written_ms, id);

-- What was edited waits to be screened after an import, too.
CREATE TABLE unread_now (
  id BLOB PRIMARY KEY CHECK (length(id) = 16),
  kept_in TEXT NOT NULL CHECK (
    kept_in IN ('checkins', 'own_steps', 'practices', 'people', 'reflections', 'parts', 'reframe_feedback')
  )
) STRICT, WITHOUT ROWID;
INSERT INTO unread_now (id, kept_in) SELECT id, kept_in FROM unread;
DROP TABLE unread;
ALTER TABLE unread_now RENAME TO unread;
