-- +goose Up
-- A finding is kept once: the same figures breaking the same rule have the same identity. Findings kept before have none.
ALTER TABLE finding ADD COLUMN identity TEXT NOT NULL DEFAULT '';
ALTER TABLE finding ADD COLUMN line     INTEGER NOT NULL DEFAULT 0; -- row of the file; 0 when the figure came from none
CREATE UNIQUE INDEX finding_identity ON finding (identity) WHERE identity <> '';
CREATE INDEX finding_message ON finding (message);

-- An answer is the reason that a person gives for letting a finding pass; the newest one counts.
CREATE TABLE answer (
  id      INTEGER PRIMARY KEY,
  finding INTEGER NOT NULL REFERENCES finding (id),
  reason  TEXT    NOT NULL,
  who     TEXT    NOT NULL,
  at      TEXT    NOT NULL,                 -- RFC 3339, UTC
  seal    TEXT    NOT NULL
) STRICT;
CREATE INDEX answer_finding ON answer (finding);

-- +goose StatementBegin
CREATE TRIGGER answer_no_update BEFORE UPDATE ON answer BEGIN SELECT RAISE(ABORT, 'append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER answer_no_delete BEFORE DELETE ON answer BEGIN SELECT RAISE(ABORT, 'append-only'); END;
-- +goose StatementEnd
