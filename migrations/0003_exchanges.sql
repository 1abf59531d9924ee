-- Errors and slow requests of the log. `seq` is the order of logging, `kind` what makes two of them alike, `backends` every backend that
-- was tried, each between spaces; `document` is the whole record as JSON. The other columns are what is searched for.
CREATE TABLE exchanges (
  seq INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  id TEXT NOT NULL,
  kind TEXT NOT NULL,
  logged_because TEXT NOT NULL,
  status INTEGER NOT NULL,
  outcome TEXT NOT NULL,
  not_retried TEXT,
  listener TEXT NOT NULL,
  route TEXT,
  pool TEXT,
  backends TEXT NOT NULL,
  method TEXT NOT NULL,
  host TEXT NOT NULL,
  path TEXT NOT NULL,
  client TEXT NOT NULL,
  total_ms REAL NOT NULL,
  document TEXT NOT NULL
) STRICT;
CREATE INDEX exchanges_by_id ON exchanges (id);
CREATE INDEX exchanges_by_time ON exchanges (at);

-- How many errors and slow requests of an hour are in no row: too many alike, or given up. `hour` is its start.
CREATE TABLE exchanges_left_out (
  hour INTEGER PRIMARY KEY,
  number INTEGER NOT NULL
) STRICT;

-- From this moment on, whatever is not in the two tables has not happened.
INSERT INTO meta (key, value) VALUES ('exchanges-since', CAST(unixepoch() * 1000 AS TEXT));
