-- +goose Up
-- The register: records change only by acts, and acts are made in batches, each a transaction. Acts are never changed; how records stand is worked
-- out from them and kept beside, so that it is found at once.
CREATE TABLE record_batch (
  number       BIGINT PRIMARY KEY,         -- in the order of learning
  name         TEXT COLLATE "C" NOT NULL,            -- the key that the sender gave; '' for none
  digest       TEXT    NOT NULL,            -- of what the sender asked for under that key
  person       TEXT COLLATE "C" NOT NULL,
  organisation TEXT    NOT NULL,            -- for which the person acted; '' for none
  at           TEXT    NOT NULL,            -- RFC 3339, UTC
  reason       TEXT    NOT NULL,
  seal         TEXT    NOT NULL
);
CREATE UNIQUE INDEX record_batch_name ON record_batch (person, name) WHERE name <> '';

CREATE TABLE record_act (
  number       BIGINT PRIMARY KEY,
  batch        BIGINT  NOT NULL REFERENCES record_batch (number),
  kind         TEXT    NOT NULL,
  type         TEXT COLLATE "C" NOT NULL,
  type_version TEXT    NOT NULL,
  record       TEXT COLLATE "C" NOT NULL,
  valid_from   TEXT COLLATE "C" NOT NULL,            -- day
  base         BIGINT  NOT NULL,            -- the act that its author had seen last
  note         TEXT    NOT NULL,
  changes      TEXT    NOT NULL,            -- JSON; of personal data a hash
  seal         TEXT    NOT NULL
);
CREATE INDEX record_act_batch ON record_act (batch, number);
CREATE INDEX record_act_type ON record_act (type, number);
CREATE INDEX record_act_record ON record_act (type, record, number);

-- Personal data of acts, apart from them, so that it can be erased: the act keeps a hash, salted so that nobody guesses from it.
CREATE TABLE record_personal (
  act      BIGINT  NOT NULL REFERENCES record_act (number),
  field    TEXT COLLATE "C" NOT NULL,
  salt     TEXT    NOT NULL,
  earlier  TEXT    NOT NULL,
  later    TEXT    NOT NULL,
  PRIMARY KEY (act, field)
);

CREATE TABLE record_version (
  type        TEXT COLLATE "C" NOT NULL,
  record      TEXT COLLATE "C" NOT NULL,
  act_from    BIGINT  NOT NULL,             -- known so from this act on
  valid_from  TEXT COLLATE "C" NOT NULL,
  valid_until TEXT COLLATE "C" NOT NULL,             -- the first day on which it is no more so; 9999-12-31 for no end
  act_until   BIGINT  NOT NULL,             -- the act from which on it is known otherwise; 9223372036854775807 for none
  act         BIGINT  NOT NULL,             -- that made it so
  content     TEXT    NOT NULL,             -- JSON
  PRIMARY KEY (type, record, act_from, valid_from)
);

CREATE TABLE record_value (
  type        TEXT COLLATE "C" NOT NULL,
  field       TEXT COLLATE "C" NOT NULL,
  sort        TEXT COLLATE "C" NOT NULL,             -- in the order of the values
  record      TEXT COLLATE "C" NOT NULL,
  value       TEXT COLLATE "C" NOT NULL,
  act_from    BIGINT  NOT NULL,
  valid_from  TEXT COLLATE "C" NOT NULL,
  valid_until TEXT COLLATE "C" NOT NULL,
  act_until   BIGINT  NOT NULL,
  PRIMARY KEY (type, field, record, sort, value, act_from, valid_from)
);
CREATE INDEX record_value_now ON record_value (type, field, sort, record, value, valid_from, valid_until) WHERE act_until = 9223372036854775807;
CREATE INDEX record_value_exact ON record_value (type, field, value, record, valid_from, valid_until) WHERE act_until = 9223372036854775807;

CREATE INDEX audit_at ON audit (at);        -- no act is recorded before an earlier one: the newest is asked for with each

CREATE TRIGGER record_batch_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON record_batch FOR EACH STATEMENT EXECUTE FUNCTION append_only();
CREATE TRIGGER record_act_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON record_act FOR EACH STATEMENT EXECUTE FUNCTION append_only();
