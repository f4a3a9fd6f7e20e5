-- +goose Up
-- How people prove who they are. None of it is a record: it changes, and leaves no history but what the audit log says.
CREATE TABLE account (
  person   TEXT    NOT NULL PRIMARY KEY,
  password TEXT    NOT NULL,                -- argon2id with its parameters and salt; '' for none
  failures INTEGER NOT NULL,                -- wrong tries since the last right one
  retry    TEXT    NOT NULL,                -- RFC 3339, UTC: nothing is tried before; '' for now
  secret   TEXT    NOT NULL,                -- of one-time codes; '' for none
  proven   INTEGER NOT NULL CHECK (proven IN (0, 1)),
  step     INTEGER NOT NULL                 -- time step of the last code taken
) STRICT, WITHOUT ROWID;

CREATE TABLE link (
  hash   TEXT NOT NULL PRIMARY KEY,         -- SHA-256 of its secret
  kind   TEXT NOT NULL CHECK (kind IN ('first', 'invitation', 'recovery')),
  person TEXT NOT NULL,
  ends   TEXT NOT NULL,                     -- RFC 3339, UTC
  used   TEXT NOT NULL                      -- '' while it is good
) STRICT, WITHOUT ROWID;

CREATE TABLE session (
  hash    TEXT NOT NULL PRIMARY KEY,        -- of the token that the browser has
  data    BLOB NOT NULL,
  expires TEXT NOT NULL                     -- RFC 3339, UTC
) STRICT, WITHOUT ROWID;
CREATE INDEX session_expires ON session (expires);
