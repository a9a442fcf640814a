-- The tables of the central system (PostgreSQL 15 or newer), as its migrations leave them.

CREATE TABLE enrol_address (
	address_hash TEXT NOT NULL,
	failures INTEGER NOT NULL,
	window_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT enrol_address_pkey PRIMARY KEY (address_hash)
);

COMMENT ON COLUMN enrol_address.address_hash IS 'SHA-256 of the network address, never itself.';

COMMENT ON COLUMN enrol_address.failures IS 'Wrong codes since `window_at`.';

CREATE TABLE organisation (
	org_id TEXT NOT NULL,
	name TEXT NOT NULL,
	seq BIGINT NOT NULL,
	people_seq BIGINT NOT NULL,
	server_key TEXT NOT NULL,
	public_url TEXT,
	enrol_failures INTEGER NOT NULL,
	enrol_window_at TIMESTAMP WITH TIME ZONE,
	incarnation TEXT DEFAULT '' NOT NULL,
	rules_version INTEGER DEFAULT '0' NOT NULL,
	left_at JSONB DEFAULT '{}' NOT NULL,
	retention_days INTEGER,
	created_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT organisation_pkey PRIMARY KEY (org_id),
	CONSTRAINT organisation_name_key UNIQUE (name)
);

COMMENT ON COLUMN organisation.seq IS 'Highest sequence number given; its row''s lock orders every change.';

COMMENT ON COLUMN organisation.people_seq IS 'When the list of staff last changed.';

COMMENT ON COLUMN organisation.server_key IS 'Response key: P-256, PKCS 8 DER, base64.';

COMMENT ON COLUMN organisation.public_url IS 'Where devices reach it, as `serve` was last told.';

COMMENT ON COLUMN organisation.enrol_failures IS 'Wrong enrolment codes since `enrol_window_at`.';

COMMENT ON COLUMN organisation.incarnation IS 'Part of every cursor; renewed by a restore, so that devices notice.';

COMMENT ON COLUMN organisation.rules_version IS 'How many rule sets were published; part of every cursor.';

COMMENT ON COLUMN organisation.left_at IS 'By earlier incarnation, the highest number that is still as devices saw it then.';

COMMENT ON COLUMN organisation.retention_days IS 'Days after discharge before a citizen is erased; null: never by itself.';

CREATE TABLE serving (
	one BOOLEAN NOT NULL,
	public_url TEXT NOT NULL,
	CONSTRAINT serving_pkey PRIMARY KEY (one),
	CONSTRAINT serving_one_check CHECK (one)
);

COMMENT ON COLUMN serving.one IS 'Always true: there is one row at most.';

COMMENT ON COLUMN serving.public_url IS 'Where devices reach it; what a new organisation begins with.';

CREATE TABLE access_log (
	org_id TEXT NOT NULL,
	device_id TEXT NOT NULL,
	seq BIGINT NOT NULL,
	at TEXT NOT NULL,
	actor TEXT NOT NULL,
	action TEXT NOT NULL,
	subject TEXT,
	reason TEXT,
	detail TEXT,
	mac TEXT NOT NULL,
	received_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT access_log_pkey PRIMARY KEY (org_id, device_id, seq),
	CONSTRAINT access_log_organisation_fkey FOREIGN KEY(org_id) REFERENCES organisation (org_id)
);

CREATE TABLE act (
	org_id TEXT NOT NULL,
	act_id TEXT NOT NULL,
	at TIMESTAMP WITH TIME ZONE NOT NULL,
	consultant_id TEXT,
	device_id TEXT,
	action TEXT NOT NULL,
	subject TEXT,
	detail TEXT,
	reason TEXT,
	CONSTRAINT act_pkey PRIMARY KEY (org_id, act_id),
	CONSTRAINT act_organisation_fkey FOREIGN KEY(org_id) REFERENCES organisation (org_id)
);

CREATE INDEX act_org_id_at_idx ON act (org_id, at);

COMMENT ON COLUMN act.consultant_id IS 'Who did it; empty where it was done at the office''s own console.';

COMMENT ON COLUMN act.device_id IS 'On which device.';

COMMENT ON COLUMN act.subject IS 'Id of whom or what it was done to.';

COMMENT ON COLUMN act.detail IS 'Ids, days and counts; never a name or a text of a record.';

COMMENT ON COLUMN act.reason IS 'As the person gave it.';

CREATE TABLE consultant (
	org_id TEXT NOT NULL,
	consultant_id TEXT NOT NULL,
	initials TEXT NOT NULL,
	name TEXT NOT NULL,
	role TEXT NOT NULL,
	unit TEXT,
	assignments_seq BIGINT NOT NULL,
	desk_seq BIGINT DEFAULT '0' NOT NULL,
	created_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT consultant_pkey PRIMARY KEY (org_id, consultant_id),
	CONSTRAINT consultant_organisation_fkey FOREIGN KEY(org_id) REFERENCES organisation (org_id),
	CONSTRAINT consultant_role_check CHECK (role IN ('consultant', 'treatment', 'leader'))
);

CREATE UNIQUE INDEX consultant_org_id_initials_idx ON consultant (org_id, initials);

COMMENT ON COLUMN consultant.unit IS 'The unit a treatment worker belongs to, as consents name it.';

COMMENT ON COLUMN consultant.assignments_seq IS 'When this person''s assignments last changed.';

COMMENT ON COLUMN consultant.desk_seq IS 'When what this person is offered or told (hand-overs, parked edits) last changed.';

CREATE TABLE enrolment (
	org_id TEXT NOT NULL,
	code_hash TEXT NOT NULL,
	consultant_id TEXT NOT NULL,
	pre_approved BOOLEAN NOT NULL,
	public_key TEXT,
	device_name TEXT,
	app_version TEXT,
	device_id TEXT,
	created_at TIMESTAMP WITH TIME ZONE NOT NULL,
	expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
	approved_at TIMESTAMP WITH TIME ZONE,
	reused_at TIMESTAMP WITH TIME ZONE,
	CONSTRAINT enrolment_pkey PRIMARY KEY (org_id, code_hash),
	CONSTRAINT enrolment_organisation_fkey FOREIGN KEY(org_id) REFERENCES organisation (org_id)
);

COMMENT ON COLUMN enrolment.code_hash IS 'SHA-256 of organisation and code; the code itself is kept nowhere.';

COMMENT ON COLUMN enrolment.public_key IS 'The first key that used the code; no other may.';

COMMENT ON COLUMN enrolment.device_id IS 'Set when approved.';

COMMENT ON COLUMN enrolment.reused_at IS 'When another key last tried the used code.';

CREATE TABLE erasure (
	org_id TEXT NOT NULL,
	citizen_id TEXT NOT NULL,
	reason TEXT NOT NULL,
	records INTEGER NOT NULL,
	seq BIGINT NOT NULL,
	at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT erasure_pkey PRIMARY KEY (org_id, citizen_id),
	CONSTRAINT erasure_organisation_fkey FOREIGN KEY(org_id) REFERENCES organisation (org_id)
);

COMMENT ON COLUMN erasure.reason IS 'As it was typed; devices show it. Names nobody.';

COMMENT ON COLUMN erasure.records IS 'How many records there were.';

CREATE TABLE export_version (
	org_id TEXT NOT NULL,
	name TEXT NOT NULL,
	version INTEGER NOT NULL,
	lines JSONB NOT NULL,
	sha256 TEXT NOT NULL,
	made_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT export_version_pkey PRIMARY KEY (org_id, name, version),
	CONSTRAINT export_version_organisation_fkey FOREIGN KEY(org_id) REFERENCES organisation (org_id)
);

COMMENT ON COLUMN export_version.name IS 'What the list is: profile, days and place.';

COMMENT ON COLUMN export_version.lines IS 'Fingerprint of each appointment as it stood in that version.';

CREATE TABLE handover (
	org_id TEXT NOT NULL,
	handover_id TEXT NOT NULL,
	citizen_id TEXT NOT NULL,
	from_id TEXT,
	to_id TEXT NOT NULL,
	offered_by TEXT NOT NULL,
	note TEXT NOT NULL,
	state TEXT NOT NULL,
	offered_at TIMESTAMP WITH TIME ZONE NOT NULL,
	answered_by TEXT,
	answered_at TIMESTAMP WITH TIME ZONE,
	reason TEXT,
	CONSTRAINT handover_pkey PRIMARY KEY (org_id, handover_id),
	CONSTRAINT handover_organisation_fkey FOREIGN KEY(org_id) REFERENCES organisation (org_id),
	CONSTRAINT handover_state_check CHECK (state IN ('offered', 'accepted', 'rejected', 'withdrawn', 'lapsed'))
);

CREATE INDEX handover_org_id_citizen_id_idx ON handover (org_id, citizen_id);

CREATE INDEX handover_org_id_to_id_idx ON handover (org_id, to_id);

COMMENT ON COLUMN handover.from_id IS 'Who had the citizen when it was offered.';

COMMENT ON COLUMN handover.offered_by IS 'The consultant or a leader.';

CREATE TABLE import_ref (
	org_id TEXT NOT NULL,
	source TEXT NOT NULL,
	file TEXT NOT NULL,
	ref TEXT NOT NULL,
	collection TEXT NOT NULL,
	id TEXT NOT NULL,
	said JSONB NOT NULL,
	CONSTRAINT import_ref_pkey PRIMARY KEY (org_id, source, file, ref, collection),
	CONSTRAINT import_ref_organisation_fkey FOREIGN KEY(org_id) REFERENCES organisation (org_id)
);

COMMENT ON COLUMN import_ref.collection IS 'One row may become two records.';

COMMENT ON COLUMN import_ref.said IS 'What the row said when it was last taken; edits made since are not undone.';

CREATE TABLE operation (
	org_id TEXT NOT NULL,
	op_id TEXT NOT NULL,
	device_id TEXT NOT NULL,
	content_hash TEXT NOT NULL,
	result JSONB NOT NULL,
	received_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT operation_pkey PRIMARY KEY (org_id, op_id),
	CONSTRAINT operation_organisation_fkey FOREIGN KEY(org_id) REFERENCES organisation (org_id)
);

CREATE TABLE organisation_key (
	org_id TEXT NOT NULL,
	place INTEGER NOT NULL,
	document JSONB NOT NULL,
	set_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT organisation_key_pkey PRIMARY KEY (org_id, place),
	CONSTRAINT organisation_key_organisation_fkey FOREIGN KEY(org_id) REFERENCES organisation (org_id)
);

COMMENT ON COLUMN organisation_key.place IS '1 is the oldest.';

COMMENT ON COLUMN organisation_key.document IS 'The public half, as devices get it.';

CREATE TABLE parked (
	org_id TEXT NOT NULL,
	op_id TEXT NOT NULL,
	consultant_id TEXT NOT NULL,
	device_id TEXT NOT NULL,
	scope TEXT NOT NULL,
	op JSONB NOT NULL,
	received_at TIMESTAMP WITH TIME ZONE NOT NULL,
	state TEXT DEFAULT 'waiting' NOT NULL,
	answered_by TEXT,
	answered_at TIMESTAMP WITH TIME ZONE,
	reason TEXT,
	CONSTRAINT parked_pkey PRIMARY KEY (org_id, op_id),
	CONSTRAINT parked_organisation_fkey FOREIGN KEY(org_id) REFERENCES organisation (org_id),
	CONSTRAINT parked_state_check CHECK (state IN ('waiting', 'accepted', 'declined'))
);

CREATE INDEX parked_org_id_consultant_id_idx ON parked (org_id, consultant_id);

CREATE INDEX parked_org_id_scope_idx ON parked (org_id, scope);

COMMENT ON COLUMN parked.consultant_id IS 'Who made the edit.';

COMMENT ON COLUMN parked.reason IS 'Why it was declined.';

CREATE TABLE policy (
	org_id TEXT NOT NULL,
	name TEXT NOT NULL,
	value TEXT NOT NULL,
	set_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT policy_pkey PRIMARY KEY (org_id, name),
	CONSTRAINT policy_organisation_fkey FOREIGN KEY(org_id) REFERENCES organisation (org_id)
);

CREATE TABLE record (
	org_id TEXT NOT NULL,
	id TEXT NOT NULL,
	collection TEXT NOT NULL,
	scope TEXT NOT NULL,
	rev INTEGER NOT NULL,
	seq BIGINT NOT NULL,
	body JSONB NOT NULL,
	annulled JSONB,
	author TEXT,
	device TEXT,
	recorded_at TEXT,
	received_at TIMESTAMP WITH TIME ZONE NOT NULL,
	op_id TEXT,
	CONSTRAINT record_pkey PRIMARY KEY (org_id, id),
	CONSTRAINT record_organisation_fkey FOREIGN KEY(org_id) REFERENCES organisation (org_id)
);

CREATE INDEX record_org_id_collection_idx ON record (org_id, collection);

CREATE INDEX record_org_id_scope_id_idx ON record (org_id, scope, id);

CREATE UNIQUE INDEX record_org_id_seq_idx ON record (org_id, seq);

CREATE TABLE revision (
	org_id TEXT NOT NULL,
	id TEXT NOT NULL,
	rev INTEGER NOT NULL,
	collection TEXT NOT NULL,
	scope TEXT NOT NULL,
	seq BIGINT NOT NULL,
	body JSONB NOT NULL,
	annulled JSONB,
	author TEXT,
	device TEXT,
	recorded_at TEXT,
	received_at TIMESTAMP WITH TIME ZONE NOT NULL,
	op_id TEXT,
	clock_offset_ms INTEGER,
	CONSTRAINT revision_pkey PRIMARY KEY (org_id, id, rev),
	CONSTRAINT revision_organisation_fkey FOREIGN KEY(org_id) REFERENCES organisation (org_id)
);

CREATE UNIQUE INDEX revision_org_id_seq_idx ON revision (org_id, seq);

CREATE TABLE ruleset (
	org_id TEXT NOT NULL,
	name TEXT NOT NULL,
	version INTEGER NOT NULL,
	text TEXT NOT NULL,
	sha256 TEXT NOT NULL,
	published_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT ruleset_pkey PRIMARY KEY (org_id, name, version),
	CONSTRAINT ruleset_organisation_fkey FOREIGN KEY(org_id) REFERENCES organisation (org_id)
);

COMMENT ON COLUMN ruleset.text IS 'TOML, as it was checked and published.';

CREATE TABLE scope_change (
	org_id TEXT NOT NULL,
	seq BIGINT NOT NULL,
	kind TEXT NOT NULL,
	consultant_id TEXT,
	scope TEXT,
	reason TEXT,
	at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT scope_change_pkey PRIMARY KEY (org_id, seq),
	CONSTRAINT scope_change_organisation_fkey FOREIGN KEY(org_id) REFERENCES organisation (org_id),
	CONSTRAINT scope_change_kind_check CHECK (kind IN ('join', 'leave', 'people', 'assignment'))
);

CREATE INDEX scope_change_org_id_consultant_id_seq_idx ON scope_change (org_id, consultant_id, seq);

COMMENT ON COLUMN scope_change.kind IS 'join, leave, or people (the list of staff changed).';

CREATE TABLE assignment (
	org_id TEXT NOT NULL,
	citizen_id TEXT NOT NULL,
	consultant_id TEXT NOT NULL,
	role TEXT NOT NULL,
	valid_from DATE NOT NULL,
	valid_until DATE,
	granted_seq BIGINT NOT NULL,
	open BOOLEAN NOT NULL,
	CONSTRAINT assignment_pkey PRIMARY KEY (org_id, citizen_id, consultant_id),
	CONSTRAINT assignment_consultant_fkey FOREIGN KEY(org_id, consultant_id) REFERENCES consultant (org_id, consultant_id),
	CONSTRAINT assignment_role_check CHECK (role IN ('primary', 'substitute', 'treatment'))
);

CREATE UNIQUE INDEX assignment_one_primary_idx ON assignment (org_id, citizen_id) WHERE role = 'primary';

CREATE INDEX assignment_org_id_consultant_id_idx ON assignment (org_id, consultant_id);

COMMENT ON COLUMN assignment.valid_until IS 'Last day of a substitute.';

COMMENT ON COLUMN assignment.open IS 'For treatment: whether a valid consent opens the file now.';

CREATE TABLE device (
	org_id TEXT NOT NULL,
	device_id TEXT NOT NULL,
	consultant_id TEXT NOT NULL,
	name TEXT NOT NULL,
	public_key TEXT NOT NULL,
	app_version TEXT NOT NULL,
	last_seq BIGINT NOT NULL,
	audit_head TEXT,
	enrolled_at TIMESTAMP WITH TIME ZONE NOT NULL,
	last_seen_at TIMESTAMP WITH TIME ZONE,
	busy_until TIMESTAMP WITH TIME ZONE,
	revoked_at TIMESTAMP WITH TIME ZONE,
	waiting INTEGER,
	waiting_since TEXT,
	lost_at TIMESTAMP WITH TIME ZONE,
	anchor TEXT,
	set_back TEXT,
	set_back_at TIMESTAMP WITH TIME ZONE,
	CONSTRAINT device_pkey PRIMARY KEY (org_id, device_id),
	CONSTRAINT device_consultant_fkey FOREIGN KEY(org_id, consultant_id) REFERENCES consultant (org_id, consultant_id)
);

COMMENT ON COLUMN device.public_key IS 'P-256 SubjectPublicKeyInfo, DER, base64.';

COMMENT ON COLUMN device.last_seq IS 'High-water mark of `fieldtui-seq`: replays are below it.';

COMMENT ON COLUMN device.audit_head IS 'Head of its access log as it last said: `seq:mac:epoch`.';

COMMENT ON COLUMN device.busy_until IS 'Rate limit: each request moves it on; a device may be so far ahead of the clock as a burst allows.';

COMMENT ON COLUMN device.waiting IS 'Changes it had not sent, as it last said.';

COMMENT ON COLUMN device.waiting_since IS 'When the oldest of them was made, as it said.';

COMMENT ON COLUMN device.lost_at IS 'When somebody said that it is lost.';

COMMENT ON COLUMN device.anchor IS 'The furthest head it has said: `seq:mac:epoch:proof`.';

COMMENT ON COLUMN device.set_back IS 'How it went backwards: `older`, `restored` or `forked`.';

COMMENT ON COLUMN device.set_back_at IS 'When it last did.';

CREATE TABLE planned_assignment (
	org_id TEXT NOT NULL,
	citizen_id TEXT NOT NULL,
	consultant_id TEXT NOT NULL,
	role TEXT NOT NULL,
	valid_from DATE NOT NULL,
	valid_until DATE,
	CONSTRAINT planned_assignment_pkey PRIMARY KEY (org_id, citizen_id, consultant_id),
	CONSTRAINT planned_assignment_consultant_fkey FOREIGN KEY(org_id, consultant_id) REFERENCES consultant (org_id, consultant_id),
	CONSTRAINT planned_assignment_role_check CHECK (role IN ('primary', 'substitute', 'treatment'))
);

CREATE INDEX planned_assignment_org_id_valid_from_idx ON planned_assignment (org_id, valid_from);

CREATE TABLE wipe_order (
	org_id TEXT NOT NULL,
	device_id TEXT NOT NULL,
	document JSONB NOT NULL,
	set_at TIMESTAMP WITH TIME ZONE NOT NULL,
	delivered_at TIMESTAMP WITH TIME ZONE,
	CONSTRAINT wipe_order_pkey PRIMARY KEY (org_id, device_id),
	CONSTRAINT wipe_order_device_fkey FOREIGN KEY(org_id, device_id) REFERENCES device (org_id, device_id)
);

COMMENT ON COLUMN wipe_order.document IS 'The signed order, as it is.';
