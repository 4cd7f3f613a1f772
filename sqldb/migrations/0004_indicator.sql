-- +goose Up

-- indicators: what the projection keeps of each case that is counted by facts: the version of
-- the definition, and of the case the names that its facts read, with what it counts for now.
ALTER TABLE indicator_subject ADD COLUMN definition TEXT NOT NULL DEFAULT ''; -- digest
ALTER TABLE indicator_subject ADD COLUMN kept TEXT NOT NULL DEFAULT '';       -- JSON; '' when none of its facts is counted

-- Cases that facts count as children of the case they name.
CREATE TABLE indicator_child (
  child     TEXT   NOT NULL,
  field     TEXT   NOT NULL,
  parent    TEXT   NOT NULL,
  procedure TEXT   NOT NULL, -- of the child
  open      BIGINT NOT NULL,
  PRIMARY KEY (child, field)
) /*WITHOUT ROWID*/;
CREATE INDEX indicator_child_parent ON indicator_child (parent, procedure, child);

-- With which set of indicators the rows were counted; name is always 'set'. Another set counts anew.
CREATE TABLE indicator_set (
  name   TEXT NOT NULL PRIMARY KEY,
  digest TEXT NOT NULL
) /*WITHOUT ROWID*/;

-- What was counted before is counted anew from the first record.
DELETE FROM indicator_case;
DELETE FROM indicator_subject;
DELETE FROM projection WHERE name = 'indicator';
