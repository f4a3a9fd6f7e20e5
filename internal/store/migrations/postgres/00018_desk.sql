-- +goose Up
-- Files that acts attach to records. What a file holds is kept once, by its hash, in parts: a part is read at a time. Parts are written in base64, so
-- that they are copied, compared and put back as every other row.
CREATE TABLE record_file (
  sha256 TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  size   BIGINT NOT NULL CHECK (size > 0)
);

CREATE TABLE record_file_part (
  sha256  TEXT COLLATE "C" NOT NULL REFERENCES record_file (sha256),
  part    BIGINT NOT NULL,                -- from 0
  content TEXT NOT NULL,
  PRIMARY KEY (sha256, part)
);

-- Which acts have a file. Of one that was personal data the row goes when it is erased, and with the last row the file.
CREATE TABLE record_file_use (
  act      BIGINT NOT NULL PRIMARY KEY REFERENCES record_act (number),
  sha256   TEXT COLLATE "C" NOT NULL REFERENCES record_file (sha256),
  type     TEXT COLLATE "C" NOT NULL,
  record   TEXT COLLATE "C" NOT NULL,
  personal INTEGER NOT NULL CHECK (personal IN (0, 1))
);
CREATE INDEX record_file_use_file ON record_file_use (sha256);
CREATE INDEX record_file_use_record ON record_file_use (type, record);

-- Lists as somebody wants to see them again.
CREATE TABLE desk_view (
  id           TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  person       TEXT COLLATE "C" NOT NULL,           -- whose it is
  organisation TEXT COLLATE "C" NOT NULL,           -- whose people see it too; '' for none
  type         TEXT COLLATE "C" NOT NULL,           -- of records
  name         TEXT NOT NULL,
  query        TEXT NOT NULL                -- of the address of the list
);
CREATE INDEX desk_view_type ON desk_view (type, person);

-- By what declaration the records of a type were last made ready for lists.
CREATE TABLE record_index (
  type        TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  declaration TEXT NOT NULL                 -- a hash of what of it matters
);
