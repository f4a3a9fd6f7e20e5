-- +goose Up
-- A receipt is what a sender was told of a message that it gave a key, so that it may send it again when it does not know what became of it.
CREATE TABLE receipt (
  sender    TEXT    NOT NULL,
  name      TEXT    NOT NULL,               -- the key that the sender gave
  digest    TEXT    NOT NULL,               -- of the content
  message   INTEGER NOT NULL,               -- 0 when it changed nothing
  added     INTEGER NOT NULL,
  revised   INTEGER NOT NULL,
  unchanged INTEGER NOT NULL,
  findings  INTEGER NOT NULL,
  at        TEXT    NOT NULL,
  PRIMARY KEY (sender, name)
) STRICT, WITHOUT ROWID;

-- A submission is a message that was accepted and waits to be stored. It is not a figure: it changes, and a backup leaves it out.
CREATE TABLE submission (
  number  INTEGER PRIMARY KEY,              -- in the order of accepting
  id      TEXT    NOT NULL UNIQUE,          -- cannot be guessed
  sender  TEXT    NOT NULL,
  name    TEXT    NOT NULL,                 -- the key that the sender gave
  digest  TEXT    NOT NULL,                 -- of the content
  flows   TEXT    NOT NULL,                 -- dataflows that the sender may write, with blanks between
  file    TEXT    NOT NULL,
  size    INTEGER NOT NULL,                 -- bytes of the body as it was sent
  body    BLOB    NOT NULL,                 -- as it was sent; empty once it is settled
  at      TEXT    NOT NULL,                 -- RFC 3339, UTC
  state   TEXT    NOT NULL CHECK (state IN ('accepted', 'committed', 'refused')),
  settled TEXT    NOT NULL,                 -- when it was stored or refused; '' before
  outcome TEXT    NOT NULL,                 -- JSON: the receipt, or the faults; '' before
  UNIQUE (sender, name)
) STRICT;
CREATE INDEX submission_open ON submission (number) WHERE state = 'accepted';

-- A token lets a program submit in the name of a sender. Only its hash is kept.
CREATE TABLE token (
  id         TEXT NOT NULL PRIMARY KEY,
  hash       TEXT NOT NULL UNIQUE,          -- SHA-256 in hexadecimal
  sender     TEXT NOT NULL,
  flows      TEXT NOT NULL,                 -- dataflows that it may write, with blanks between
  made_by    TEXT NOT NULL,
  made_at    TEXT NOT NULL,
  revoked_by TEXT NOT NULL,                 -- '' while it is good
  revoked_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
