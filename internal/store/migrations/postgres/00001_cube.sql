-- +goose Up
-- A message is one delivery of figures by one sender; it is stored whole or not at all.
CREATE TABLE message (
  number    BIGINT  PRIMARY KEY,            -- from 1, without gaps, in the order of storing
  sender    TEXT    NOT NULL,
  file      TEXT    NOT NULL,               -- '' when it came from no file
  sent_at   TEXT    NOT NULL,               -- RFC 3339, UTC
  added     BIGINT  NOT NULL,               -- cells seen for the first time
  revised   BIGINT  NOT NULL,               -- cells that had an earlier version
  unchanged BIGINT  NOT NULL                -- entries left out because they were stored already
);

-- An observation is one version of one cell. Stored in the order in which it is read.
CREATE TABLE observation (
  dataflow        TEXT COLLATE "C" NOT NULL,
  series          TEXT COLLATE "C" NOT NULL,         -- codes joined by points
  place           TEXT COLLATE "C" NOT NULL,         -- sorts periods: first day, longer first, frequency
  vintage         TEXT COLLATE "C" NOT NULL,         -- day of publication, YYYY-MM-DD
  message         BIGINT  NOT NULL REFERENCES message (number),
  period          TEXT COLLATE "C" NOT NULL,         -- SDMX time period
  vintage_written TEXT    NOT NULL,         -- the vintage as the source states it; '' when it does not
  value           TEXT,                     -- decimal; NULL when the status says that there is none
  status          TEXT    NOT NULL,         -- CL_OBS_STATUS
  run             TEXT COLLATE "C" NOT NULL,         -- run that derived the figure; '' for a reported one
  attributes      TEXT    NOT NULL,         -- JSON object without RUN; '' when empty
  line            BIGINT  NOT NULL,         -- row of the file; 0 when it came from none
  PRIMARY KEY (dataflow, series, place, vintage, message)
);

-- A run is one execution of a recipe, together with the message that it wrote.
CREATE TABLE run (
  seq         BIGINT  PRIMARY KEY,          -- order of storing
  id          TEXT COLLATE "C" NOT NULL UNIQUE,
  recipe      TEXT COLLATE "C" NOT NULL,
  version     TEXT    NOT NULL,
  memo        TEXT    NOT NULL,
  started_at  TEXT    NOT NULL,
  finished_at TEXT    NOT NULL,
  read_to     BIGINT  NOT NULL,             -- newest message that it could see
  message     BIGINT  REFERENCES message (number), -- NULL when its figures were unchanged
  outputs     BIGINT  NOT NULL,
  params      TEXT    NOT NULL,             -- JSON
  diagnostics TEXT    NOT NULL              -- JSON
);
CREATE INDEX run_recipe ON run (recipe, seq);

-- Lineage is what one cell came from in one run.
CREATE TABLE lineage (
  run      TEXT COLLATE "C" NOT NULL REFERENCES run (id),
  dataflow TEXT COLLATE "C" NOT NULL,
  series   TEXT COLLATE "C" NOT NULL,
  period   TEXT COLLATE "C" NOT NULL,
  sources  TEXT NOT NULL,                   -- JSON list of references
  PRIMARY KEY (run, dataflow, series, period)
);

-- A finding is something that a load noticed and let pass: an identity that does not add up, a figure told two ways.
CREATE TABLE finding (
  id       BIGINT  PRIMARY KEY,
  message  BIGINT  REFERENCES message (number), -- the load; NULL when it stored nothing new
  rule     TEXT    NOT NULL,
  severity TEXT    NOT NULL,
  parts    TEXT    NOT NULL                 -- JSON: the facts that its sentence names
);

-- A release is a frozen, approved set of vintages.
CREATE TABLE release (
  seq           BIGINT  PRIMARY KEY,        -- order of creation
  id            TEXT COLLATE "C" NOT NULL UNIQUE,
  state         TEXT    NOT NULL CHECK (state IN ('draft', 'approved', 'published')),
  title_vi      TEXT    NOT NULL,
  title_en      TEXT    NOT NULL,
  notes_vi      TEXT    NOT NULL,
  notes_en      TEXT    NOT NULL,
  as_of_vintage TEXT    NOT NULL,           -- '' for no bound
  as_of_message BIGINT  NOT NULL,           -- 0 for no bound
  created_by    TEXT    NOT NULL,
  created_at    TEXT    NOT NULL,
  approved_by   TEXT    NOT NULL,
  approved_at   TEXT    NOT NULL,
  publish_at    TEXT    NOT NULL
);

-- An override is a status of a target set by a person, with the reason, in place of the computed one.
CREATE TABLE override (
  id     BIGINT  PRIMARY KEY,
  target TEXT    NOT NULL,
  class  TEXT    NOT NULL,
  reason TEXT    NOT NULL,
  who    TEXT    NOT NULL,
  at     TEXT    NOT NULL
);

-- The audit log: each entry carries the hash of the one before it.
CREATE TABLE audit (
  number  BIGINT  PRIMARY KEY,              -- from 1, without gaps
  who     TEXT    NOT NULL,
  at      TEXT    NOT NULL,
  what    TEXT    NOT NULL,
  subject TEXT    NOT NULL,
  details TEXT    NOT NULL,                 -- JSON
  prev    TEXT    NOT NULL,                 -- hash of the entry before; '' for the first
  hash    TEXT    NOT NULL                  -- SHA-256 in hexadecimal
);

-- What is stored is never changed and never removed.
-- +goose StatementBegin
CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'append-only';
END $$;
-- +goose StatementEnd
CREATE TRIGGER message_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON message FOR EACH STATEMENT EXECUTE FUNCTION append_only();
CREATE TRIGGER observation_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON observation FOR EACH STATEMENT EXECUTE FUNCTION append_only();
CREATE TRIGGER run_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON run FOR EACH STATEMENT EXECUTE FUNCTION append_only();
CREATE TRIGGER lineage_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON lineage FOR EACH STATEMENT EXECUTE FUNCTION append_only();
CREATE TRIGGER finding_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON finding FOR EACH STATEMENT EXECUTE FUNCTION append_only();
CREATE TRIGGER override_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON override FOR EACH STATEMENT EXECUTE FUNCTION append_only();
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION append_only();
CREATE TRIGGER release_no_delete BEFORE DELETE OR TRUNCATE ON release FOR EACH STATEMENT EXECUTE FUNCTION append_only();
-- +goose StatementBegin
CREATE FUNCTION release_published() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a published release never changes';
END $$;
-- +goose StatementEnd
CREATE TRIGGER release_published BEFORE UPDATE ON release FOR EACH ROW WHEN (OLD.state = 'published')
  EXECUTE FUNCTION release_published();
