-- +goose Up
-- A scenario is a set of assumptions that somebody named and kept; its identifier is the secret of its address.
CREATE TABLE scenario (
  seq         INTEGER PRIMARY KEY,          -- order of storing
  id          TEXT    NOT NULL UNIQUE,
  name        TEXT    NOT NULL,
  who         TEXT    NOT NULL,             -- as stated, not checked
  at          TEXT    NOT NULL,             -- RFC 3339, UTC
  release     TEXT    NOT NULL,             -- public when it was saved; '' when none was
  assumptions TEXT    NOT NULL              -- JSON
) STRICT;

-- +goose StatementBegin
CREATE TRIGGER scenario_no_update BEFORE UPDATE ON scenario BEGIN SELECT RAISE(ABORT, 'append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER scenario_no_delete BEFORE DELETE ON scenario BEGIN SELECT RAISE(ABORT, 'append-only'); END;
-- +goose StatementEnd
