CREATE INDEX history_by_scope ON history (scope);

CREATE INDEX conflict_by_scope ON conflict (scope);

CREATE INDEX arrived_by_record ON arrived (record_id);
