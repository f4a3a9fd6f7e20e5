-- +goose Up
-- The catalogue is what its editions made of it: each changes some files, with a person and a reason. Its content at any time follows from the
-- editions up to then; nothing is overwritten.
CREATE TABLE catalog_edition (
  number   INTEGER PRIMARY KEY,      -- from 1, in the order of recording
  who      TEXT    NOT NULL,
  at       TEXT    NOT NULL,         -- RFC 3339, UTC
  reason   TEXT    NOT NULL,
  pack     TEXT    NOT NULL,         -- identifier of the country pack that it came from
  version  TEXT    NOT NULL,         -- of that pack
  seal     TEXT    NOT NULL DEFAULT ''
) STRICT;
CREATE TABLE catalog_file (
  edition  INTEGER NOT NULL REFERENCES catalog_edition (number),
  path     TEXT    NOT NULL,         -- within the pack
  gone     INTEGER NOT NULL,         -- 1 when the edition took the file away
  content  TEXT    NOT NULL,
  seal     TEXT    NOT NULL DEFAULT '',
  PRIMARY KEY (edition, path)
) STRICT, WITHOUT ROWID;
CREATE TABLE catalog_artefact (
  edition  INTEGER NOT NULL REFERENCES catalog_edition (number),
  class    TEXT    NOT NULL,         -- of SDMX: dataflow, codelist, conceptscheme, classification
  agency   TEXT    NOT NULL,
  id       TEXT    NOT NULL,
  version  TEXT    NOT NULL,         -- that it has from this edition on
  digest   TEXT    NOT NULL,         -- SHA-256 of what it says; '' when the edition took it away
  seal     TEXT    NOT NULL DEFAULT '',
  PRIMARY KEY (edition, class, id)
) STRICT, WITHOUT ROWID;

-- +goose StatementBegin
CREATE TRIGGER catalog_edition_no_update BEFORE UPDATE ON catalog_edition BEGIN SELECT RAISE(ABORT, 'append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER catalog_edition_no_delete BEFORE DELETE ON catalog_edition BEGIN SELECT RAISE(ABORT, 'append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER catalog_file_no_update BEFORE UPDATE ON catalog_file BEGIN SELECT RAISE(ABORT, 'append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER catalog_file_no_delete BEFORE DELETE ON catalog_file BEGIN SELECT RAISE(ABORT, 'append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER catalog_artefact_no_update BEFORE UPDATE ON catalog_artefact BEGIN SELECT RAISE(ABORT, 'append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER catalog_artefact_no_delete BEFORE DELETE ON catalog_artefact BEGIN SELECT RAISE(ABORT, 'append-only'); END;
-- +goose StatementEnd
