COLUMN audit.number bigint NOT NULL;
COLUMN audit.who text NOT NULL;
COLUMN audit.at text NOT NULL;
COLUMN audit.what text NOT NULL;
COLUMN audit.subject text NOT NULL;
COLUMN audit.details text NOT NULL;
COLUMN audit.prev text NOT NULL;
COLUMN audit.hash text NOT NULL;
CONSTRAINT audit.audit_pkey PRIMARY KEY (number);
CREATE UNIQUE INDEX audit_pkey ON audit USING btree (number);
CREATE TRIGGER audit_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION append_only();
COLUMN finding.id bigint NOT NULL;
COLUMN finding.message bigint;
COLUMN finding.rule text NOT NULL;
COLUMN finding.severity text NOT NULL;
COLUMN finding.parts text NOT NULL;
CONSTRAINT finding.finding_message_fkey FOREIGN KEY (message) REFERENCES message(number);
CONSTRAINT finding.finding_pkey PRIMARY KEY (id);
CREATE UNIQUE INDEX finding_pkey ON finding USING btree (id);
CREATE TRIGGER finding_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON finding FOR EACH STATEMENT EXECUTE FUNCTION append_only();
COLUMN lineage.run text COLLATE "C" NOT NULL;
COLUMN lineage.dataflow text COLLATE "C" NOT NULL;
COLUMN lineage.series text COLLATE "C" NOT NULL;
COLUMN lineage.period text COLLATE "C" NOT NULL;
COLUMN lineage.sources text NOT NULL;
CONSTRAINT lineage.lineage_pkey PRIMARY KEY (run, dataflow, series, period);
CONSTRAINT lineage.lineage_run_fkey FOREIGN KEY (run) REFERENCES run(id);
CREATE UNIQUE INDEX lineage_pkey ON lineage USING btree (run, dataflow, series, period);
CREATE TRIGGER lineage_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON lineage FOR EACH STATEMENT EXECUTE FUNCTION append_only();
COLUMN message.number bigint NOT NULL;
COLUMN message.sender text NOT NULL;
COLUMN message.file text NOT NULL;
COLUMN message.sent_at text NOT NULL;
COLUMN message.added bigint NOT NULL;
COLUMN message.revised bigint NOT NULL;
COLUMN message.unchanged bigint NOT NULL;
CONSTRAINT message.message_pkey PRIMARY KEY (number);
CREATE UNIQUE INDEX message_pkey ON message USING btree (number);
CREATE TRIGGER message_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON message FOR EACH STATEMENT EXECUTE FUNCTION append_only();
COLUMN observation.dataflow text COLLATE "C" NOT NULL;
COLUMN observation.series text COLLATE "C" NOT NULL;
COLUMN observation.place text COLLATE "C" NOT NULL;
COLUMN observation.vintage text COLLATE "C" NOT NULL;
COLUMN observation.message bigint NOT NULL;
COLUMN observation.period text COLLATE "C" NOT NULL;
COLUMN observation.vintage_written text NOT NULL;
COLUMN observation.value text;
COLUMN observation.status text NOT NULL;
COLUMN observation.run text COLLATE "C" NOT NULL;
COLUMN observation.attributes text NOT NULL;
COLUMN observation.line bigint NOT NULL;
CONSTRAINT observation.observation_message_fkey FOREIGN KEY (message) REFERENCES message(number);
CONSTRAINT observation.observation_pkey PRIMARY KEY (dataflow, series, place, vintage, message);
CREATE UNIQUE INDEX observation_pkey ON observation USING btree (dataflow, series, place, vintage, message);
CREATE TRIGGER observation_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON observation FOR EACH STATEMENT EXECUTE FUNCTION append_only();
COLUMN override.id bigint NOT NULL;
COLUMN override.target text NOT NULL;
COLUMN override.class text NOT NULL;
COLUMN override.reason text NOT NULL;
COLUMN override.who text NOT NULL;
COLUMN override.at text NOT NULL;
CONSTRAINT override.override_pkey PRIMARY KEY (id);
CREATE UNIQUE INDEX override_pkey ON override USING btree (id);
CREATE TRIGGER override_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON override FOR EACH STATEMENT EXECUTE FUNCTION append_only();
COLUMN release.seq bigint NOT NULL;
COLUMN release.id text COLLATE "C" NOT NULL;
COLUMN release.state text NOT NULL;
COLUMN release.title_vi text NOT NULL;
COLUMN release.title_en text NOT NULL;
COLUMN release.notes_vi text NOT NULL;
COLUMN release.notes_en text NOT NULL;
COLUMN release.as_of_vintage text NOT NULL;
COLUMN release.as_of_message bigint NOT NULL;
COLUMN release.created_by text NOT NULL;
COLUMN release.created_at text NOT NULL;
COLUMN release.approved_by text NOT NULL;
COLUMN release.approved_at text NOT NULL;
COLUMN release.publish_at text NOT NULL;
CONSTRAINT release.release_id_key UNIQUE (id);
CONSTRAINT release.release_pkey PRIMARY KEY (seq);
CONSTRAINT release.release_state_check CHECK ((state = ANY (ARRAY['draft'::text, 'approved'::text, 'published'::text])));
CREATE UNIQUE INDEX release_id_key ON release USING btree (id);
CREATE UNIQUE INDEX release_pkey ON release USING btree (seq);
CREATE TRIGGER release_no_delete BEFORE DELETE OR TRUNCATE ON release FOR EACH STATEMENT EXECUTE FUNCTION append_only();
CREATE TRIGGER release_published BEFORE UPDATE ON release FOR EACH ROW WHEN ((old.state = 'published'::text)) EXECUTE FUNCTION release_published();
COLUMN run.seq bigint NOT NULL;
COLUMN run.id text COLLATE "C" NOT NULL;
COLUMN run.recipe text COLLATE "C" NOT NULL;
COLUMN run.version text NOT NULL;
COLUMN run.memo text NOT NULL;
COLUMN run.started_at text NOT NULL;
COLUMN run.finished_at text NOT NULL;
COLUMN run.read_to bigint NOT NULL;
COLUMN run.message bigint;
COLUMN run.outputs bigint NOT NULL;
COLUMN run.params text NOT NULL;
COLUMN run.diagnostics text NOT NULL;
CONSTRAINT run.run_id_key UNIQUE (id);
CONSTRAINT run.run_message_fkey FOREIGN KEY (message) REFERENCES message(number);
CONSTRAINT run.run_pkey PRIMARY KEY (seq);
CREATE UNIQUE INDEX run_id_key ON run USING btree (id);
CREATE UNIQUE INDEX run_pkey ON run USING btree (seq);
CREATE INDEX run_recipe ON run USING btree (recipe, seq);
CREATE TRIGGER run_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON run FOR EACH STATEMENT EXECUTE FUNCTION append_only();
CREATE OR REPLACE FUNCTION append_only()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  RAISE EXCEPTION 'append-only';
END $function$
;
CREATE OR REPLACE FUNCTION release_published()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  RAISE EXCEPTION 'a published release never changes';
END $function$
;
