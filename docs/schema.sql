-- The schema after all migrations, as SQLite holds it. Made by a test of package sqldb:
-- ZHUNSHENG_UPDATE=1 go test ./sqldb -run Schema

CREATE TABLE account (
  login    TEXT   NOT NULL PRIMARY KEY,
  person   TEXT   NOT NULL,
  password TEXT   NOT NULL, -- argon2id, PHC string
  failures BIGINT NOT NULL,
  locked_until BIGINT NOT NULL,
  mac      BYTEA  NOT NULL
) WITHOUT ROWID;

CREATE TABLE case_file (
  case_id TEXT   NOT NULL,
  version BIGINT NOT NULL, -- case version of the attaching event
  paper   TEXT   NOT NULL,
  seq     BIGINT NOT NULL,
  digest  TEXT   NOT NULL,
  name    TEXT   NOT NULL,
  size    BIGINT NOT NULL,
  media   TEXT   NOT NULL,
  PRIMARY KEY (case_id, version, paper, seq)
) WITHOUT ROWID;
CREATE INDEX case_file_digest ON case_file (digest);

CREATE TABLE case_link (
  child     TEXT NOT NULL,
  field     TEXT NOT NULL,
  parent    TEXT NOT NULL,
  procedure TEXT NOT NULL, -- of the child
  PRIMARY KEY (child, field)
) WITHOUT ROWID;
CREATE INDEX case_link_parent ON case_link (parent, procedure, child);

CREATE TABLE case_party (
  person  TEXT NOT NULL,
  case_id TEXT NOT NULL,
  PRIMARY KEY (person, case_id)
) WITHOUT ROWID;

CREATE TABLE case_row (
  id         TEXT   NOT NULL PRIMARY KEY,
  procedure  TEXT   NOT NULL,
  definition TEXT   NOT NULL, -- digest of the definition the case runs under
  title      TEXT   NOT NULL,
  unit       TEXT   NOT NULL,
  unit_path  TEXT   NOT NULL, -- /root/…/unit/ for subtree ranges
  opened     TEXT   NOT NULL, -- day
  status     TEXT   NOT NULL, -- open, closed, withdrawn
  station    TEXT   NOT NULL, -- name of the step that comes next, for lists
  awaits     TEXT   NOT NULL, -- post that the next step waits for, '' when none
  next_due   TEXT   NOT NULL, -- nearest due day of a running clock, 9999-12-31 for none
  number     TEXT   NOT NULL, -- the document number once taken, else ''
  late       BIGINT NOT NULL, -- clocks missed so far
  breaches   BIGINT NOT NULL,
  recording  BIGINT NOT NULL, -- 1 when any fact of the case was recorded afterwards
  level      BIGINT NOT NULL, -- disclosure level
  version    BIGINT NOT NULL,
  updated    BIGINT NOT NULL  -- recorded instant of the last event
);
CREATE INDEX case_row_due ON case_row (status, next_due, id);
CREATE INDEX case_row_unit ON case_row (unit_path, status, next_due, id);

CREATE TABLE clock (
  case_id     TEXT   NOT NULL,
  clock       TEXT   NOT NULL,
  round       BIGINT NOT NULL,
  rule        TEXT   NOT NULL,
  from_day    TEXT   NOT NULL,
  nominal     TEXT   NOT NULL,
  due         TEXT   NOT NULL,
  provisional BIGINT NOT NULL,
  status      TEXT   NOT NULL,
  met_on      TEXT,
  PRIMARY KEY (case_id, clock, round)
) WITHOUT ROWID;
CREATE INDEX clock_running ON clock (due, case_id) WHERE status = 'running';

CREATE TABLE event (
  id       TEXT   NOT NULL PRIMARY KEY,
  stream   TEXT   NOT NULL, -- case/<id>, register/<name>, access/<id>, ledger/<what>
  version  BIGINT NOT NULL, -- position in the stream, from 1, without gaps
  recorded BIGINT NOT NULL, -- UTC microseconds
  salt     BYTEA  NOT NULL,
  body     BYTEA  NOT NULL,
  UNIQUE (stream, version)
);

CREATE TABLE evidence_file (
  digest   TEXT   NOT NULL,
  size     BIGINT NOT NULL,
  media    TEXT   NOT NULL,
  received BIGINT NOT NULL,
  person   TEXT   NOT NULL,
  mac      BYTEA  NOT NULL,
  PRIMARY KEY (digest, person)
) WITHOUT ROWID;

CREATE TABLE indicator_case (
  indicator   TEXT   NOT NULL,
  case_id     TEXT   NOT NULL,
  round       BIGINT NOT NULL,
  unit        TEXT   NOT NULL,
  unit_path   TEXT   NOT NULL,
  cohort      TEXT   NOT NULL, -- day on which the limit ends
  numerator   BIGINT NOT NULL,
  denominator BIGINT NOT NULL,
  suspended   BIGINT NOT NULL,
  why         TEXT   NOT NULL, -- the clock's status, for the click-through
  PRIMARY KEY (indicator, case_id, round)
) WITHOUT ROWID;
CREATE INDEX indicator_case_cohort ON indicator_case (indicator, cohort, unit_path);

CREATE TABLE indicator_child (
  child     TEXT   NOT NULL,
  field     TEXT   NOT NULL,
  parent    TEXT   NOT NULL,
  procedure TEXT   NOT NULL, -- of the child
  open      BIGINT NOT NULL,
  PRIMARY KEY (child, field)
) WITHOUT ROWID;
CREATE INDEX indicator_child_parent ON indicator_child (parent, procedure, child);

CREATE TABLE indicator_set (
  name   TEXT NOT NULL PRIMARY KEY,
  digest TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE indicator_subject (
  case_id   TEXT NOT NULL PRIMARY KEY,
  procedure TEXT NOT NULL,
  unit      TEXT NOT NULL,
  unit_path TEXT NOT NULL
, definition TEXT NOT NULL DEFAULT '', kept TEXT NOT NULL DEFAULT '') WITHOUT ROWID;

CREATE TABLE leaf (
  idx      BIGINT NOT NULL PRIMARY KEY,
  event_id TEXT   NOT NULL UNIQUE,
  entry    BYTEA  NOT NULL -- the salted commitment that is the log entry
) WITHOUT ROWID;

CREATE TABLE ledger_head (
  name TEXT   NOT NULL PRIMARY KEY,
  size BIGINT NOT NULL,
  root BYTEA  NOT NULL,
  note BYTEA  NOT NULL
);

CREATE TABLE number_series (
  series TEXT   NOT NULL PRIMARY KEY,
  last   BIGINT NOT NULL
) WITHOUT ROWID;

CREATE TABLE private_value (
  event_id TEXT  NOT NULL,
  field    TEXT  NOT NULL,
  salt     BYTEA NOT NULL,
  value    BYTEA NOT NULL,
  PRIMARY KEY (event_id, field)
) WITHOUT ROWID;

CREATE TABLE projection (
  name TEXT   NOT NULL PRIMARY KEY,
  at   BIGINT NOT NULL
) WITHOUT ROWID;

CREATE TABLE publication_subject (
  case_id    TEXT NOT NULL PRIMARY KEY,
  definition TEXT NOT NULL,
  unit       TEXT NOT NULL,
  title      TEXT NOT NULL,
  numbers    TEXT NOT NULL, -- JSON object of name to text
  fields     TEXT NOT NULL  -- JSON object of the fields the publication shows
, procedure TEXT NOT NULL DEFAULT '', papers TEXT NOT NULL DEFAULT '{}', matter TEXT NOT NULL DEFAULT '', receipt TEXT NOT NULL DEFAULT '', stage TEXT NOT NULL DEFAULT '', received BIGINT NOT NULL DEFAULT 0, idx BIGINT NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE INDEX publication_subject_matter ON publication_subject (matter) WHERE matter <> '';
CREATE INDEX publication_subject_receipt ON publication_subject (receipt) WHERE receipt <> '';

CREATE TABLE published (
  register  TEXT   NOT NULL, -- which public register
  case_id   TEXT   NOT NULL,
  number    TEXT   NOT NULL,
  title     TEXT   NOT NULL,
  unit      TEXT   NOT NULL,
  published TEXT   NOT NULL, -- day
  effective TEXT   NOT NULL, -- day
  expires   TEXT,            -- last day in force
  status    TEXT   NOT NULL, -- 有效 is "in_force"; "withdrawn"
  digest    TEXT   NOT NULL, -- of the published text
  name      TEXT   NOT NULL, -- file name of the published text
  media     TEXT   NOT NULL,
  filed     TEXT,            -- day of filing
  idx       BIGINT NOT NULL, procedure TEXT NOT NULL DEFAULT '', matter TEXT NOT NULL DEFAULT '', until TEXT, open_to TEXT, parts TEXT NOT NULL DEFAULT '[]', changes TEXT NOT NULL DEFAULT '[]', -- record number of the publishing event
  PRIMARY KEY (register, case_id)
) WITHOUT ROWID;
CREATE INDEX published_case ON published (case_id);
CREATE INDEX published_day ON published (register, published, case_id);
CREATE INDEX published_matter ON published (matter, register, published, case_id) WHERE matter <> '';
CREATE INDEX published_open ON published (register, open_to, case_id) WHERE open_to IS NOT NULL;

CREATE TABLE register_entry (
  register   TEXT   NOT NULL,
  key        TEXT   NOT NULL,
  valid_from TEXT   NOT NULL, -- day
  valid_to   TEXT,            -- first day on which it is no longer valid
  data       TEXT   NOT NULL, -- JSON object of field to text, as in the event
  event_id   TEXT   NOT NULL,
  PRIMARY KEY (register, key, valid_from)
) WITHOUT ROWID;

CREATE TABLE request_key (
  person  TEXT   NOT NULL,
  key     TEXT   NOT NULL,
  stream  TEXT   NOT NULL,
  version BIGINT NOT NULL,
  digest  BYTEA  NOT NULL, -- of the request, so that a reused key with other content is told
  PRIMARY KEY (person, key)
) WITHOUT ROWID;

CREATE TABLE session (
  token   BYTEA  NOT NULL PRIMARY KEY, -- SHA-256 of the cookie
  person  TEXT   NOT NULL,
  post    TEXT   NOT NULL,
  unit    TEXT   NOT NULL,
  created BIGINT NOT NULL,
  expires BIGINT NOT NULL,
  mac     BYTEA  NOT NULL
) WITHOUT ROWID;
