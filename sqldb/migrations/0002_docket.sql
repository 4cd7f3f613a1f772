-- +goose Up

-- docket: which case names which other one in a field of its form (关联案件). One row a field
-- of the child; the children of one parent are read by the index.
CREATE TABLE case_link (
  child     TEXT NOT NULL,
  field     TEXT NOT NULL,
  parent    TEXT NOT NULL,
  procedure TEXT NOT NULL, -- of the child
  PRIMARY KEY (child, field)
) /*WITHOUT ROWID*/;
CREATE INDEX case_link_parent ON case_link (parent, procedure, child);
