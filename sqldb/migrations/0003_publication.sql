-- +goose Up

-- What the publication projection knows of a case that came in from the public: under which
-- number it is looked up, which case it is about, and how far it is.
ALTER TABLE publication_subject ADD COLUMN procedure TEXT NOT NULL DEFAULT '';
ALTER TABLE publication_subject ADD COLUMN papers TEXT NOT NULL DEFAULT '{}'; -- JSON object of the papers the publication shows
ALTER TABLE publication_subject ADD COLUMN matter TEXT NOT NULL DEFAULT '';   -- the case that it is about
ALTER TABLE publication_subject ADD COLUMN receipt TEXT NOT NULL DEFAULT '';  -- number, as it is looked up
ALTER TABLE publication_subject ADD COLUMN stage TEXT NOT NULL DEFAULT '';    -- received working closed withdrawn; '' not from the public
ALTER TABLE publication_subject ADD COLUMN received BIGINT NOT NULL DEFAULT 0; -- UTC microseconds
ALTER TABLE publication_subject ADD COLUMN idx BIGINT NOT NULL DEFAULT 0;      -- record number of the opening
CREATE INDEX publication_subject_receipt ON publication_subject (receipt) WHERE receipt <> '';
CREATE INDEX publication_subject_matter ON publication_subject (matter) WHERE matter <> '';

ALTER TABLE published ADD COLUMN procedure TEXT NOT NULL DEFAULT '';
ALTER TABLE published ADD COLUMN matter TEXT NOT NULL DEFAULT '';  -- the case that this one answers
ALTER TABLE published ADD COLUMN until TEXT;                       -- last day for comments
ALTER TABLE published ADD COLUMN open_to TEXT;                     -- the same, or the day before it was taken off
ALTER TABLE published ADD COLUMN parts TEXT NOT NULL DEFAULT '[]';   -- JSON: what was published, by duty
ALTER TABLE published ADD COLUMN changes TEXT NOT NULL DEFAULT '[]'; -- JSON: repealed, amended, expired, withdrawn, suspended, from which day
CREATE INDEX published_open ON published (register, open_to, case_id) WHERE open_to IS NOT NULL;
CREATE INDEX published_case ON published (case_id);
CREATE INDEX published_matter ON published (matter, register, published, case_id) WHERE matter <> '';
