-- +goose Up
-- Every row carries the running checksum of its message, run or load: the first 16 hexadecimal digits of the SHA-256 over all
-- rows up to it. It names the first altered row; the whole hash, in the audit log, decides. '' in rows of before this column,
-- which the entry "seal.baseline" seals together.
ALTER TABLE message     ADD COLUMN seal TEXT NOT NULL DEFAULT '';
ALTER TABLE observation ADD COLUMN seal TEXT NOT NULL DEFAULT '';
ALTER TABLE run         ADD COLUMN seal TEXT NOT NULL DEFAULT '';
ALTER TABLE lineage     ADD COLUMN seal TEXT NOT NULL DEFAULT '';
ALTER TABLE finding     ADD COLUMN seal TEXT NOT NULL DEFAULT '';
ALTER TABLE override    ADD COLUMN seal TEXT NOT NULL DEFAULT '';
ALTER TABLE scenario    ADD COLUMN seal TEXT NOT NULL DEFAULT '';

-- The last act of a kind is looked up on every write.
CREATE INDEX audit_what ON audit (what, number);
