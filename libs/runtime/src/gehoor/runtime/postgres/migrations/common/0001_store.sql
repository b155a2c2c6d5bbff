-- migrate:up

-- What happened. Rows are only ever added. (stream, version) is the fence: of two who append on the same version,
-- one is first.
create table event (
    position    bigint generated always as identity primary key,
    id          uuid not null constraint event_id unique,
    stream      text collate "C" not null,
    version     integer not null check (version > 0),
    type        text not null,
    sequence    bigint check (sequence > 0),
    occurred_at timestamptz not null,
    recorded_at timestamptz not null,
    causation   uuid not null,
    correlation uuid not null,
    traceparent text,
    -- json and not jsonb: it keeps the bytes as they were sealed, which are the bytes that are published.
    data        json not null,
    constraint event_fence unique (stream, version)
);

-- Positions that are not yet known to be on the journal. No foreign key: it is filled by the statement that appends.
create table outbox (
    position bigint primary key
) with (autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 5000);

-- The last sequence handled of each source, also where nothing was decided on it.
create table handled (
    source   text collate "C" primary key,
    sequence bigint not null
) with (fillfactor = 70);

-- The next offset to read of each partition.
create table progress (
    topic       text collate "C",
    partition   integer,
    next_offset bigint not null,
    primary key (topic, partition)
) with (fillfactor = 50);

-- Timers and deliveries.
create table due (
    kind          text collate "C",
    key           uuid,
    stream        text collate "C" not null,
    subject       uuid not null,
    at            timestamptz not null,
    arming        integer not null,
    claimed_until timestamptz,
    primary key (kind, key)
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000);
create index due_at on due (at);

-- What a caller was answered under its idempotency key.
create table remembered (
    caller text collate "C",
    key    text collate "C",
    digest text not null,
    status integer not null,
    body   json not null,
    at     timestamptz not null,
    primary key (caller, key)
);
create index remembered_at on remembered (at);

-- What is asked of the service. Who is outside sees only the rows that are meant for it; the policies that say so
-- name roles, and are made where the roles are made.
create table view_row (
    view     text collate "C",
    key      text collate "C",
    body     json not null,
    tags     text[] not null,
    rank     text collate "C" not null,
    audience text check (audience <> ''),
    primary key (view, key)
);
create index view_row_ranked on view_row (view, rank, key);
create index view_row_tagged on view_row using gin (tags);
create index view_row_outside on view_row (audience, view, rank, key) where audience is not null;
alter table view_row enable row level security;
alter table view_row force row level security;

-- migrate:down
-- Forward only: what happened is not undone.
