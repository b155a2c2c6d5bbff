-- migrate:up

-- Who may call, and what for. Of the secret only its SHA-256 is here.
create table api_key (
    id         text collate "C" primary key,
    digest     bytea not null check (length(digest) = 32),
    name       text not null,
    scopes     text[] not null,
    staff      text,
    desks      text[],
    partner    text,
    created_at timestamptz not null,
    revoked_at timestamptz
);

-- migrate:down
-- Forward only: what happened is not undone.
