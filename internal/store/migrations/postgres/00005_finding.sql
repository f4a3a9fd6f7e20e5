-- +goose Up
-- A finding is kept once: the same figures breaking the same rule have the same identity. Findings kept before have none.
ALTER TABLE finding ADD COLUMN identity TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE finding ADD COLUMN line     BIGINT NOT NULL DEFAULT 0; -- row of the file; 0 when the figure came from none
CREATE UNIQUE INDEX finding_identity ON finding (identity) WHERE identity <> '';
CREATE INDEX finding_message ON finding (message);

-- An answer is the reason that a person gives for letting a finding pass; the newest one counts.
CREATE TABLE answer (
  id      BIGINT  PRIMARY KEY,
  finding BIGINT  NOT NULL REFERENCES finding (id),
  reason  TEXT    NOT NULL,
  who     TEXT    NOT NULL,
  at      TEXT    NOT NULL,                 -- RFC 3339, UTC
  seal    TEXT    NOT NULL
);
CREATE INDEX answer_finding ON answer (finding);
CREATE TRIGGER answer_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON answer FOR EACH STATEMENT EXECUTE FUNCTION append_only();
