-- migrate:up

-- A data key per subject, wrapped by the installation's key; or the tombstone of one. One service writes it.
create table keyring (
    subject   uuid primary key,
    wrapped   bytea,
    erased_at timestamptz,
    check ((wrapped is null) = (erased_at is not null))
);

-- Bodies too large for a fact, sealed, by the digest of what they say in clear.
create table blob (
    subject uuid,
    digest  text collate "C",
    sealed  bytea not null,
    primary key (subject, digest)
);
alter table blob alter column sealed set storage external;

-- migrate:down
-- Forward only: what happened is not undone.
