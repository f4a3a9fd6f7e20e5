-- +goose Up
-- The catalogue is what its editions made of it: each changes some files, with a person and a reason. Its content at any time follows from the
-- editions up to then; nothing is overwritten.
CREATE TABLE catalog_edition (
  number   BIGINT  PRIMARY KEY,      -- from 1, in the order of recording
  who      TEXT    NOT NULL,
  at       TEXT    NOT NULL,         -- RFC 3339, UTC
  reason   TEXT    NOT NULL,
  pack     TEXT    NOT NULL,         -- identifier of the country pack that it came from
  version  TEXT    NOT NULL,         -- of that pack
  seal     TEXT    NOT NULL DEFAULT ''
);
CREATE TABLE catalog_file (
  edition  BIGINT  NOT NULL REFERENCES catalog_edition (number),
  path     TEXT COLLATE "C" NOT NULL, -- within the pack
  gone     BIGINT  NOT NULL,         -- 1 when the edition took the file away
  content  TEXT    NOT NULL,
  seal     TEXT    NOT NULL DEFAULT '',
  PRIMARY KEY (edition, path)
);
CREATE TABLE catalog_artefact (
  edition  BIGINT  NOT NULL REFERENCES catalog_edition (number),
  class    TEXT COLLATE "C" NOT NULL, -- of SDMX: dataflow, codelist, conceptscheme, classification
  agency   TEXT    NOT NULL,
  id       TEXT COLLATE "C" NOT NULL,
  version  TEXT    NOT NULL,         -- that it has from this edition on
  digest   TEXT    NOT NULL,         -- SHA-256 of what it says; '' when the edition took it away
  seal     TEXT    NOT NULL DEFAULT '',
  PRIMARY KEY (edition, class, id)
);
CREATE TRIGGER catalog_edition_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON catalog_edition FOR EACH STATEMENT EXECUTE FUNCTION append_only();
CREATE TRIGGER catalog_file_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON catalog_file FOR EACH STATEMENT EXECUTE FUNCTION append_only();
CREATE TRIGGER catalog_artefact_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON catalog_artefact FOR EACH STATEMENT EXECUTE FUNCTION append_only();
