-- The first schema. Times are epoch milliseconds; durations carry their unit in the name.

-- Small values that belong to the whole installation: applied config file hash, sticky secret, set-up token hash.
CREATE TABLE meta (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Saved versions of the configuration; the largest number is the one in force.
CREATE TABLE revisions (
  number INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  author TEXT NOT NULL,
  summary TEXT NOT NULL,
  document TEXT NOT NULL
) STRICT;

CREATE TABLE users (
  name TEXT PRIMARY KEY COLLATE NOCASE,
  role TEXT NOT NULL CHECK (role IN ('viewer', 'operator', 'admin')),
  password_hash TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  last_sign_in_at INTEGER
) STRICT, WITHOUT ROWID;

-- Only the SHA-256 of a session's token is kept: a stolen database signs nobody in.
CREATE TABLE sessions (
  token_hash BLOB PRIMARY KEY,
  user_name TEXT NOT NULL COLLATE NOCASE REFERENCES users (name) ON DELETE CASCADE ON UPDATE CASCADE,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  last_seen_at INTEGER NOT NULL,
  address TEXT NOT NULL,
  user_agent TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_by_user ON sessions (user_name);

CREATE TABLE tokens (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('viewer', 'operator', 'admin')),
  secret_hash BLOB NOT NULL UNIQUE,
  created_at INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  expires_at INTEGER,
  last_used_at INTEGER
) STRICT, WITHOUT ROWID;

-- Who changed what; `detail` is a small flat JSON object.
CREATE TABLE audit (
  id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  subject TEXT NOT NULL,
  revision INTEGER,
  detail TEXT
) STRICT;

-- What happened, with evidence. The event log numbers them, so that ids stay in order while storage fails.
CREATE TABLE events (
  id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  severity TEXT NOT NULL,
  message TEXT NOT NULL,
  pool TEXT,
  backend TEXT,
  revision INTEGER,
  actor TEXT,
  detail TEXT
) STRICT;
CREATE INDEX events_by_kind ON events (kind, id);
CREATE INDEX events_by_pool ON events (pool, backend, id);

-- Single probe results, in the order they came.
CREATE TABLE probes (
  id INTEGER PRIMARY KEY,
  pool TEXT NOT NULL,
  backend TEXT NOT NULL,
  at INTEGER NOT NULL,
  passed INTEGER NOT NULL,
  took_ms REAL NOT NULL,
  status INTEGER,
  detail TEXT NOT NULL,
  body_start TEXT
) STRICT;
CREATE INDEX probes_by_backend ON probes (pool, backend, id);

-- Whose numbers a series row holds: '' as backend is the whole pool, '' as pool too is the whole balancer.
CREATE TABLE series_names (
  id INTEGER PRIMARY KEY,
  pool TEXT NOT NULL,
  backend TEXT NOT NULL,
  UNIQUE (pool, backend)
) STRICT;

-- Sums per step; `t` is the step's start, `in_flight` the most seen in it, `latency` a sparse histogram of time to first
-- byte. Idle steps have a row only for the whole balancer: it says that the process was running.
CREATE TABLE series_10s (
  name INTEGER NOT NULL, t INTEGER NOT NULL,
  requests INTEGER NOT NULL, s1xx INTEGER NOT NULL, s2xx INTEGER NOT NULL, s3xx INTEGER NOT NULL, s4xx INTEGER NOT NULL,
  s5xx INTEGER NOT NULL, ours INTEGER NOT NULL, aborted INTEGER NOT NULL, retries INTEGER NOT NULL,
  bytes_in INTEGER NOT NULL, bytes_out INTEGER NOT NULL, in_flight INTEGER NOT NULL, latency BLOB,
  PRIMARY KEY (name, t)
) STRICT, WITHOUT ROWID;

CREATE TABLE series_1m (
  name INTEGER NOT NULL, t INTEGER NOT NULL,
  requests INTEGER NOT NULL, s1xx INTEGER NOT NULL, s2xx INTEGER NOT NULL, s3xx INTEGER NOT NULL, s4xx INTEGER NOT NULL,
  s5xx INTEGER NOT NULL, ours INTEGER NOT NULL, aborted INTEGER NOT NULL, retries INTEGER NOT NULL,
  bytes_in INTEGER NOT NULL, bytes_out INTEGER NOT NULL, in_flight INTEGER NOT NULL, latency BLOB,
  PRIMARY KEY (name, t)
) STRICT, WITHOUT ROWID;

CREATE TABLE series_1h (
  name INTEGER NOT NULL, t INTEGER NOT NULL,
  requests INTEGER NOT NULL, s1xx INTEGER NOT NULL, s2xx INTEGER NOT NULL, s3xx INTEGER NOT NULL, s4xx INTEGER NOT NULL,
  s5xx INTEGER NOT NULL, ours INTEGER NOT NULL, aborted INTEGER NOT NULL, retries INTEGER NOT NULL,
  bytes_in INTEGER NOT NULL, bytes_out INTEGER NOT NULL, in_flight INTEGER NOT NULL, latency BLOB,
  PRIMARY KEY (name, t)
) STRICT, WITHOUT ROWID;
