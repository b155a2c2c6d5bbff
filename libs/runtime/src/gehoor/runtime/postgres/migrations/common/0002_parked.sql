-- migrate:up

-- Records that could not be handled, and behind them the later ones of the same subject (why = 'waiting'). The due
-- table holds the subjects that stand here. The body is the record's key, headers and value, sealed where its topic
-- is in clear.
create table parked (
    topic      text collate "C",
    partition  integer,
    msg_offset bigint,
    subject    uuid not null,
    why        text not null,
    reason     text not null,
    type       text,
    at         timestamptz not null,
    body       bytea not null,
    primary key (topic, partition, msg_offset)
);
create index parked_subject on parked (subject);

-- How often a record ended the process that read it.
create table parked_try (
    topic      text collate "C",
    partition  integer,
    msg_offset bigint,
    tries      integer not null,
    primary key (topic, partition, msg_offset)
);

-- What somebody decided to do without: who, and why.
create table parked_drop (
    topic      text collate "C",
    partition  integer,
    msg_offset bigint,
    subject    uuid not null,
    why        text not null,
    reason     text not null,
    type       text,
    at         timestamptz not null,
    dropped_by text not null,
    because    text not null,
    dropped_at timestamptz not null,
    primary key (topic, partition, msg_offset)
);

-- migrate:down
-- Forward only: what happened is not undone.
