CREATE TABLE account (
  person   TEXT    NOT NULL PRIMARY KEY,
  password TEXT    NOT NULL,                -- argon2id with its parameters and salt; '' for none
  failures INTEGER NOT NULL,                -- wrong tries since the last right one
  retry    TEXT    NOT NULL,                -- RFC 3339, UTC: nothing is tried before; '' for now
  secret   TEXT    NOT NULL,                -- of one-time codes; '' for none
  proven   INTEGER NOT NULL CHECK (proven IN (0, 1)),
  step     INTEGER NOT NULL                 -- time step of the last code taken
, locked TEXT NOT NULL DEFAULT '') STRICT, WITHOUT ROWID;
CREATE TABLE answer (
  id      INTEGER PRIMARY KEY,
  finding INTEGER NOT NULL REFERENCES finding (id),
  reason  TEXT    NOT NULL,
  who     TEXT    NOT NULL,
  at      TEXT    NOT NULL,                 -- RFC 3339, UTC
  seal    TEXT    NOT NULL
) STRICT;
CREATE INDEX answer_finding ON answer (finding);
CREATE TRIGGER answer_no_delete BEFORE DELETE ON answer BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER answer_no_update BEFORE UPDATE ON answer BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TABLE audit (
  number  INTEGER PRIMARY KEY,              -- from 1, without gaps
  who     TEXT    NOT NULL,
  at      TEXT    NOT NULL,
  what    TEXT    NOT NULL,
  subject TEXT    NOT NULL,
  details TEXT    NOT NULL,                 -- JSON
  prev    TEXT    NOT NULL,                 -- hash of the entry before; '' for the first
  hash    TEXT    NOT NULL                  -- SHA-256 in hexadecimal
) STRICT;
CREATE INDEX audit_at ON audit (at);
CREATE INDEX audit_what ON audit (what, number);
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TABLE browser (
  hash     TEXT NOT NULL PRIMARY KEY,       -- of what the browser has
  person   TEXT NOT NULL,
  failures INTEGER NOT NULL,
  retry    TEXT NOT NULL,
  ends     TEXT NOT NULL
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
CREATE TRIGGER catalog_artefact_no_delete BEFORE DELETE ON catalog_artefact BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER catalog_artefact_no_update BEFORE UPDATE ON catalog_artefact BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TABLE catalog_edition (
  number   INTEGER PRIMARY KEY,      -- from 1, in the order of recording
  who      TEXT    NOT NULL,
  at       TEXT    NOT NULL,         -- RFC 3339, UTC
  reason   TEXT    NOT NULL,
  pack     TEXT    NOT NULL,         -- identifier of the country pack that it came from
  version  TEXT    NOT NULL,         -- of that pack
  seal     TEXT    NOT NULL DEFAULT ''
) STRICT;
CREATE TRIGGER catalog_edition_no_delete BEFORE DELETE ON catalog_edition BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER catalog_edition_no_update BEFORE UPDATE ON catalog_edition BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TABLE catalog_file (
  edition  INTEGER NOT NULL REFERENCES catalog_edition (number),
  path     TEXT    NOT NULL,         -- within the pack
  gone     INTEGER NOT NULL,         -- 1 when the edition took the file away
  content  TEXT    NOT NULL,
  seal     TEXT    NOT NULL DEFAULT '',
  PRIMARY KEY (edition, path)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER catalog_file_no_delete BEFORE DELETE ON catalog_file BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER catalog_file_no_update BEFORE UPDATE ON catalog_file BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TABLE challenge (
  hash TEXT NOT NULL PRIMARY KEY,           -- of the secret by which it is known
  kind TEXT NOT NULL,
  data TEXT NOT NULL,
  ends TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX challenge_ends ON challenge (ends);
CREATE TABLE channel_token (
  channel TEXT NOT NULL PRIMARY KEY,
  value   TEXT NOT NULL                     -- what the channel gave last, such as the token for the next use
) STRICT, WITHOUT ROWID;
CREATE TABLE desk_view (
  id           TEXT NOT NULL PRIMARY KEY,
  person       TEXT NOT NULL,           -- whose it is
  organisation TEXT NOT NULL,           -- whose people see it too; '' for none
  type         TEXT NOT NULL,           -- of records
  name         TEXT NOT NULL,
  query        TEXT NOT NULL                -- of the address of the list
) STRICT, WITHOUT ROWID;
CREATE INDEX desk_view_type ON desk_view (type, person);
CREATE TABLE finding (
  id       INTEGER PRIMARY KEY,
  message  INTEGER REFERENCES message (number), -- the load; NULL when it stored nothing new
  rule     TEXT    NOT NULL,
  severity TEXT    NOT NULL,
  parts    TEXT    NOT NULL                 -- JSON: the facts that its sentence names
, seal TEXT NOT NULL DEFAULT '', identity TEXT NOT NULL DEFAULT '', line     INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE UNIQUE INDEX finding_identity ON finding (identity) WHERE identity <> '';
CREATE INDEX finding_message ON finding (message);
CREATE TRIGGER finding_no_delete BEFORE DELETE ON finding BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER finding_no_update BEFORE UPDATE ON finding BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TABLE identity (
  issuer  TEXT NOT NULL,
  subject TEXT NOT NULL,
  person  TEXT NOT NULL,
  made    TEXT NOT NULL,
  PRIMARY KEY (issuer, subject)
) STRICT, WITHOUT ROWID;
CREATE INDEX identity_person ON identity (person);
CREATE TABLE letter (
  id      TEXT    NOT NULL PRIMARY KEY,     -- the same for the same thing told to the same person by the same channel
  channel TEXT    NOT NULL,
  about   TEXT    NOT NULL,
  person  TEXT    NOT NULL,                 -- '' for a reader
  address TEXT    NOT NULL,                 -- '' where it is looked up when the letter goes out
  subject TEXT    NOT NULL,
  facts   TEXT    NOT NULL,                 -- JSON
  lang    TEXT    NOT NULL,
  bundle  TEXT    NOT NULL,                 -- what has the same goes out as one message
  message TEXT    NOT NULL,                 -- identifier of the message in which it went out first
  made    TEXT    NOT NULL,                 -- RFC 3339, UTC, as are those below
  due     TEXT    NOT NULL,
  until   TEXT    NOT NULL,
  held    TEXT    NOT NULL,                 -- somebody hands it over until then; '' for nobody
  tries   INTEGER NOT NULL,
  state   TEXT    NOT NULL CHECK (state IN ('waiting', 'sent', 'dropped', 'dead')),
  ended   TEXT    NOT NULL,
  fault   TEXT    NOT NULL                  -- JSON, of the last try
) STRICT, WITHOUT ROWID;
CREATE INDEX letter_address ON letter (address, about) WHERE address <> '';
CREATE INDEX letter_bundle ON letter (bundle) WHERE state = 'waiting';
CREATE INDEX letter_due ON letter (channel, due, id) WHERE state = 'waiting';
CREATE INDEX letter_ended ON letter (state, ended) WHERE state <> 'waiting';
CREATE TABLE lineage (
  run      TEXT NOT NULL REFERENCES run (id),
  dataflow TEXT NOT NULL,
  series   TEXT NOT NULL,
  period   TEXT NOT NULL,
  sources  TEXT NOT NULL, seal TEXT NOT NULL DEFAULT '', formula TEXT NOT NULL DEFAULT '',                   -- JSON list of references
  PRIMARY KEY (run, dataflow, series, period)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER lineage_no_delete BEFORE DELETE ON lineage BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER lineage_no_update BEFORE UPDATE ON lineage BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TABLE link (
  hash   TEXT NOT NULL PRIMARY KEY,         -- SHA-256 of its secret
  kind   TEXT NOT NULL CHECK (kind IN ('first', 'invitation', 'recovery')),
  person TEXT NOT NULL,
  ends   TEXT NOT NULL,                     -- RFC 3339, UTC
  used   TEXT NOT NULL                      -- '' while it is good
) STRICT, WITHOUT ROWID;
CREATE TABLE message (
  number    INTEGER PRIMARY KEY,            -- from 1, without gaps, in the order of storing
  sender    TEXT    NOT NULL,
  file      TEXT    NOT NULL,               -- '' when it came from no file
  sent_at   TEXT    NOT NULL,               -- RFC 3339, UTC
  added     INTEGER NOT NULL,               -- cells seen for the first time
  revised   INTEGER NOT NULL,               -- cells that had an earlier version
  unchanged INTEGER NOT NULL                -- entries left out because they were stored already
, seal TEXT NOT NULL DEFAULT '') STRICT;
CREATE TRIGGER message_no_delete BEFORE DELETE ON message BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER message_no_update BEFORE UPDATE ON message BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TABLE notice (
  person TEXT    NOT NULL,
  act    INTEGER NOT NULL REFERENCES record_act (number),
  kind   TEXT    NOT NULL,
  type   TEXT    NOT NULL,
  record TEXT    NOT NULL,
  at     TEXT    NOT NULL,                  -- RFC 3339, UTC
  seen   TEXT    NOT NULL,                  -- '' while it is not read
  PRIMARY KEY (person, act)
) STRICT, WITHOUT ROWID;
CREATE INDEX notice_unread ON notice (person, act) WHERE seen = '';
CREATE TABLE notice_cursor (
  name TEXT    NOT NULL PRIMARY KEY,
  act  INTEGER NOT NULL                     -- the newest act of which the notices are made
) STRICT, WITHOUT ROWID;
CREATE TABLE notice_feed (
  person TEXT NOT NULL PRIMARY KEY,
  hash   TEXT NOT NULL UNIQUE               -- of the secret in its address
) STRICT, WITHOUT ROWID;
CREATE TABLE notice_preference (
  person  TEXT NOT NULL PRIMARY KEY,
  content TEXT NOT NULL                     -- JSON
) STRICT, WITHOUT ROWID;
CREATE TABLE observation (
  dataflow        TEXT    NOT NULL,
  series          TEXT    NOT NULL,         -- codes joined by points
  place           TEXT    NOT NULL,         -- sorts periods: first day, longer first, frequency
  vintage         TEXT    NOT NULL,         -- day of publication, YYYY-MM-DD
  message         INTEGER NOT NULL REFERENCES message (number),
  period          TEXT    NOT NULL,         -- SDMX time period
  vintage_written TEXT    NOT NULL,         -- the vintage as the source states it; '' when it does not
  value           TEXT,                     -- decimal; NULL when the status says that there is none
  status          TEXT    NOT NULL,         -- CL_OBS_STATUS
  run             TEXT    NOT NULL,         -- run that derived the figure; '' for a reported one
  attributes      TEXT    NOT NULL,         -- JSON object without RUN; '' when empty
  line            INTEGER NOT NULL, seal TEXT NOT NULL DEFAULT '',         -- row of the file; 0 when it came from none
  PRIMARY KEY (dataflow, series, place, vintage, message)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER observation_no_delete BEFORE DELETE ON observation BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER observation_no_update BEFORE UPDATE ON observation BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TABLE override (
  id     INTEGER PRIMARY KEY,
  target TEXT    NOT NULL,
  class  TEXT    NOT NULL,
  reason TEXT    NOT NULL,
  who    TEXT    NOT NULL,
  at     TEXT    NOT NULL
, seal TEXT NOT NULL DEFAULT '') STRICT;
CREATE TRIGGER override_no_delete BEFORE DELETE ON override BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER override_no_update BEFORE UPDATE ON override BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TABLE passkey (
  id         TEXT NOT NULL PRIMARY KEY,     -- of the credential, base64url
  person     TEXT NOT NULL,
  name       TEXT NOT NULL,
  credential TEXT NOT NULL,                 -- JSON: its public key, its counter
  made       TEXT NOT NULL,
  used       TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX passkey_person ON passkey (person);
CREATE TABLE person_token (
  id            TEXT NOT NULL PRIMARY KEY,
  hash          TEXT NOT NULL UNIQUE,       -- SHA-256 in hexadecimal
  person        TEXT NOT NULL,
  name          TEXT NOT NULL,              -- by which the person knows it
  types         TEXT NOT NULL,              -- of records, with blanks between; '' for all
  acts          INTEGER NOT NULL CHECK (acts IN (0, 1)), -- it may change something
  organisations TEXT NOT NULL,              -- at which roles count, with blanks between; '' for all
  made          TEXT NOT NULL,              -- RFC 3339, UTC, as are the others
  ends          TEXT NOT NULL,
  used          TEXT NOT NULL,              -- about when it was used last; '' for never
  ended         TEXT NOT NULL,              -- '' while it is good
  ended_by      TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX person_token_person ON person_token (person);
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
CREATE TABLE record_act (
  number       INTEGER PRIMARY KEY,
  batch        INTEGER NOT NULL REFERENCES record_batch (number),
  kind         TEXT    NOT NULL,
  type         TEXT    NOT NULL,
  type_version TEXT    NOT NULL,
  record       TEXT    NOT NULL,
  valid_from   TEXT    NOT NULL,            -- day
  base         INTEGER NOT NULL,            -- the act that its author had seen last
  note         TEXT    NOT NULL,
  changes      TEXT    NOT NULL,            -- JSON; of personal data a hash
  seal         TEXT    NOT NULL
) STRICT;
CREATE INDEX record_act_batch ON record_act (batch, number);
CREATE INDEX record_act_record ON record_act (type, record, number);
CREATE INDEX record_act_type ON record_act (type, number);
CREATE TRIGGER record_act_no_delete BEFORE DELETE ON record_act BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER record_act_no_update BEFORE UPDATE ON record_act BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TABLE record_batch (
  number       INTEGER PRIMARY KEY,         -- in the order of learning
  name         TEXT    NOT NULL,            -- the key that the sender gave; '' for none
  digest       TEXT    NOT NULL,            -- of what the sender asked for under that key
  person       TEXT    NOT NULL,
  organisation TEXT    NOT NULL,            -- for which the person acted; '' for none
  at           TEXT    NOT NULL,            -- RFC 3339, UTC
  reason       TEXT    NOT NULL,
  seal         TEXT    NOT NULL
) STRICT;
CREATE UNIQUE INDEX record_batch_name ON record_batch (person, name) WHERE name <> '';
CREATE TRIGGER record_batch_no_delete BEFORE DELETE ON record_batch BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER record_batch_no_update BEFORE UPDATE ON record_batch BEGIN SELECT RAISE(ABORT, 'append-only'); END;
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
CREATE TABLE record_file_use (
  act      INTEGER NOT NULL PRIMARY KEY REFERENCES record_act (number),
  sha256   TEXT NOT NULL REFERENCES record_file (sha256),
  type     TEXT NOT NULL,
  record   TEXT NOT NULL,
  personal INTEGER NOT NULL CHECK (personal IN (0, 1))
) STRICT, WITHOUT ROWID;
CREATE INDEX record_file_use_file ON record_file_use (sha256);
CREATE INDEX record_file_use_record ON record_file_use (type, record);
CREATE TABLE record_index (
  type        TEXT NOT NULL PRIMARY KEY,
  declaration TEXT NOT NULL                 -- a hash of what of it matters
) STRICT, WITHOUT ROWID;
CREATE TABLE record_personal (
  act      INTEGER NOT NULL REFERENCES record_act (number),
  field    TEXT    NOT NULL,
  salt     TEXT    NOT NULL,
  earlier  TEXT    NOT NULL,
  later    TEXT    NOT NULL,
  PRIMARY KEY (act, field)
) STRICT, WITHOUT ROWID;
CREATE TABLE record_value (
  type        TEXT    NOT NULL,
  field       TEXT    NOT NULL,
  sort        TEXT    NOT NULL,             -- in the order of the values
  record      TEXT    NOT NULL,
  value       TEXT    NOT NULL,
  act_from    INTEGER NOT NULL,
  valid_from  TEXT    NOT NULL,
  valid_until TEXT    NOT NULL,
  act_until   INTEGER NOT NULL,
  PRIMARY KEY (type, field, record, sort, value, act_from, valid_from)
) STRICT, WITHOUT ROWID;
CREATE INDEX record_value_exact ON record_value (type, field, value, record, valid_from, valid_until) WHERE act_until = 9223372036854775807;
CREATE INDEX record_value_now ON record_value (type, field, sort, record, value, valid_from, valid_until) WHERE act_until = 9223372036854775807;
CREATE TABLE record_version (
  type        TEXT    NOT NULL,
  record      TEXT    NOT NULL,
  act_from    INTEGER NOT NULL,             -- known so from this act on
  valid_from  TEXT    NOT NULL,
  valid_until TEXT    NOT NULL,             -- the first day on which it is no more so; 9999-12-31 for no end
  act_until   INTEGER NOT NULL,             -- the act from which on it is known otherwise; 9223372036854775807 for none
  act         INTEGER NOT NULL,             -- that made it so
  content     TEXT    NOT NULL,             -- JSON
  PRIMARY KEY (type, record, act_from, valid_from)
) STRICT, WITHOUT ROWID;
CREATE TABLE release_act (
  number    INTEGER PRIMARY KEY,            -- from 1, in the order of recording
  release   TEXT    NOT NULL,       -- identifier of the release, "2026-Q4"
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
) STRICT;
CREATE INDEX release_act_release ON release_act (release, number);
CREATE TRIGGER release_act_no_delete BEFORE DELETE ON release_act BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER release_act_no_update BEFORE UPDATE ON release_act BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TABLE run (
  seq         INTEGER PRIMARY KEY,          -- order of storing
  id          TEXT    NOT NULL UNIQUE,
  recipe      TEXT    NOT NULL,
  version     TEXT    NOT NULL,
  memo        TEXT    NOT NULL,
  started_at  TEXT    NOT NULL,
  finished_at TEXT    NOT NULL,
  read_to     INTEGER NOT NULL,             -- newest message that it could see
  message     INTEGER REFERENCES message (number), -- NULL when its figures were unchanged
  outputs     INTEGER NOT NULL,
  params      TEXT    NOT NULL,             -- JSON
  diagnostics TEXT    NOT NULL              -- JSON
, read_only TEXT NOT NULL DEFAULT '', seal TEXT NOT NULL DEFAULT '', marks TEXT NOT NULL DEFAULT '') STRICT;
CREATE INDEX run_recipe ON run (recipe, seq);
CREATE TRIGGER run_no_delete BEFORE DELETE ON run BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER run_no_update BEFORE UPDATE ON run BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TABLE scenario (
  seq         INTEGER PRIMARY KEY,          -- order of storing
  id          TEXT    NOT NULL UNIQUE,
  name        TEXT    NOT NULL,
  who         TEXT    NOT NULL,             -- as stated, not checked
  at          TEXT    NOT NULL,             -- RFC 3339, UTC
  release     TEXT    NOT NULL,             -- public when it was saved; '' when none was
  assumptions TEXT    NOT NULL              -- JSON
, seal TEXT NOT NULL DEFAULT '') STRICT;
CREATE TRIGGER scenario_no_delete BEFORE DELETE ON scenario BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER scenario_no_update BEFORE UPDATE ON scenario BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TABLE session (
  hash    TEXT NOT NULL PRIMARY KEY,        -- of the token that the browser has
  data    BLOB NOT NULL,
  expires TEXT NOT NULL                     -- RFC 3339, UTC
) STRICT, WITHOUT ROWID;
CREATE INDEX session_expires ON session (expires);
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
CREATE TABLE subscription (
  id      TEXT NOT NULL PRIMARY KEY,
  address TEXT NOT NULL,
  topic   TEXT NOT NULL,                    -- path of the page that is followed
  lang    TEXT NOT NULL,
  confirm TEXT NOT NULL,                    -- hash of the link that takes it into use; '' once it was followed
  stop    TEXT NOT NULL UNIQUE,             -- secret by which it is ended
  made    TEXT NOT NULL,
  began   TEXT NOT NULL,                    -- '' before its reader has said yes
  told    TEXT NOT NULL,                    -- minute of the newest release that they were told of
  UNIQUE (address, topic)
) STRICT, WITHOUT ROWID;
CREATE INDEX subscription_confirm ON subscription (confirm) WHERE confirm <> '';
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
