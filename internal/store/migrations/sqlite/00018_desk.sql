-- +goose Up
-- Files that acts attach to records. What a file holds is kept once, by its hash, in parts: a part is read at a time. Parts are written in base64, so
-- that they are copied, compared and put back as every other row.
CREATE TABLE record_file (
  sha256 TEXT NOT NULL PRIMARY KEY,
  size   INTEGER NOT NULL CHECK (size > 0)
) STRICT, WITHOUT ROWID;

CREATE TABLE record_file_part (
  sha256  TEXT NOT NULL REFERENCES record_file (sha256),
  part    INTEGER NOT NULL,                -- from 0
  content TEXT NOT NULL,
  PRIMARY KEY (sha256, part)
) STRICT, WITHOUT ROWID;

-- Which acts have a file. Of one that was personal data the row goes when it is erased, and with the last row the file.
CREATE TABLE record_file_use (
  act      INTEGER NOT NULL PRIMARY KEY REFERENCES record_act (number),
  sha256   TEXT NOT NULL REFERENCES record_file (sha256),
  type     TEXT NOT NULL,
  record   TEXT NOT NULL,
  personal INTEGER NOT NULL CHECK (personal IN (0, 1))
) STRICT, WITHOUT ROWID;
CREATE INDEX record_file_use_file ON record_file_use (sha256);
CREATE INDEX record_file_use_record ON record_file_use (type, record);

-- Lists as somebody wants to see them again.
CREATE TABLE desk_view (
  id           TEXT NOT NULL PRIMARY KEY,
  person       TEXT NOT NULL,           -- whose it is
  organisation TEXT NOT NULL,           -- whose people see it too; '' for none
  type         TEXT NOT NULL,           -- of records
  name         TEXT NOT NULL,
  query        TEXT NOT NULL                -- of the address of the list
) STRICT, WITHOUT ROWID;
CREATE INDEX desk_view_type ON desk_view (type, person);

-- By what declaration the records of a type were last made ready for lists.
CREATE TABLE record_index (
  type        TEXT NOT NULL PRIMARY KEY,
  declaration TEXT NOT NULL                 -- a hash of what of it matters
) STRICT, WITHOUT ROWID;
