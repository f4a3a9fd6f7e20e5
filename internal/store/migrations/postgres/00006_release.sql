-- +goose Up
-- A release is what was done to it: planned, opened, filled, checked, approved for its minute, postponed, withdrawn. Its state follows from
-- its acts and the clock, so that nothing has to be written for it to be out, and nothing that was done is lost.
CREATE TABLE release_act (
  number    BIGINT  PRIMARY KEY,            -- from 1, in the order of recording
  release   TEXT COLLATE "C" NOT NULL,       -- identifier of the release, "2026-Q4"
  kind      TEXT    NOT NULL CHECK (kind IN ('plan', 'open', 'add', 'drop', 'text', 'embargo', 'check', 'approve', 'postpone', 'withdraw', 'reopen', 'live')),
  who       TEXT    NOT NULL,
  at        TEXT    NOT NULL,               -- RFC 3339, UTC
  messages  TEXT    NOT NULL,               -- opened with, added or dropped: "1-48,50"; '' for none
  minute    TEXT    NOT NULL,               -- planned, approved for, postponed to, or of the embargo; '' for none
  title_vi  TEXT    NOT NULL,
  title_en  TEXT    NOT NULL,
  notes_vi  TEXT    NOT NULL,               -- what the public reads about it
  notes_en  TEXT    NOT NULL,
  reason    TEXT    NOT NULL,
  digest    TEXT    NOT NULL,               -- of what was checked or approved
  facts     TEXT    NOT NULL,               -- JSON: dataflows, embargoes, what a check found; '' for nothing
  seal      TEXT    NOT NULL DEFAULT ''     -- as of every other row
);
CREATE INDEX release_act_release ON release_act (release, number);

-- What was released before is kept as the acts that would have made it.
INSERT INTO release_act
SELECT ROW_NUMBER() OVER (ORDER BY at, seq, step), id, kind, who, at, messages, minute, title_vi, title_en, notes_vi, notes_en, '', '', '', ''
FROM (
  SELECT created_at AS at, seq, 1 AS step, id, 'open' AS kind, created_by AS who, '-' AS messages, '' AS minute, title_vi, title_en, notes_vi, notes_en FROM release
  UNION ALL
  SELECT approved_at, seq, 2, id, 'approve', approved_by,
    CASE WHEN as_of_only <> '' THEN as_of_only WHEN as_of_message > 0 THEN '1-' || CAST(as_of_message AS TEXT) ELSE '-' END, publish_at, '', '', '', ''
  FROM release WHERE state IN ('approved', 'published')
  UNION ALL
  SELECT publish_at, seq, 3, id, 'live', approved_by, '', '', '', '', '', '' FROM release WHERE state = 'published'
) AS past;
DROP TABLE release;
DROP FUNCTION release_published();
CREATE TRIGGER release_act_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON release_act FOR EACH STATEMENT EXECUTE FUNCTION append_only();
