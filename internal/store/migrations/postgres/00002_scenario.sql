-- +goose Up
-- A scenario is a set of assumptions that somebody named and kept; its identifier is the secret of its address.
CREATE TABLE scenario (
  seq         BIGINT  PRIMARY KEY,          -- order of storing
  id          TEXT COLLATE "C" NOT NULL UNIQUE,
  name        TEXT    NOT NULL,
  who         TEXT    NOT NULL,             -- as stated, not checked
  at          TEXT    NOT NULL,             -- RFC 3339, UTC
  release     TEXT    NOT NULL,             -- public when it was saved; '' when none was
  assumptions TEXT    NOT NULL              -- JSON
);
CREATE TRIGGER scenario_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON scenario FOR EACH STATEMENT EXECUTE FUNCTION append_only();
